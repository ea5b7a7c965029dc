package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

import java.util.ArrayList;
import java.util.List;

/** ListGroups: all groups that this broker coordinates and the client may see. */
public final class ListGroups implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    public ListGroups(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        ListGroupsRequestData body = (ListGroupsRequestData) request.body();
        List<Coordinator.Asking<GroupCommand>> shards = coordinator.all();
        Gathering<ListGroupsResponseData> gathering =
                Gathering.of(shards.size(), parts -> reply(request, parts));
        for (int i = 0; i < shards.size(); i++) {
            int index = i;
            shards.get(i)
                    .ask(
                            ticket -> new GroupCommand.ListGroups(ticket, body),
                            new Answer() {
                                @Override
                                public void reply(ApiMessage response) {
                                    gathering.put(index, (ListGroupsResponseData) response);
                                }

                                @Override
                                public void refuse(Errors error, String message) {
                                    gathering.put(
                                            index,
                                            new ListGroupsResponseData()
                                                    .setErrorCode(error.code()));
                                }
                            });
        }
    }

    /** A shard that has moved away meanwhile is listed by its new coordinator. */
    private void reply(Request request, List<ListGroupsResponseData> parts) {
        boolean everything = access.permittedOnCluster(request, AclOperation.DESCRIBE);
        List<ListedGroup> groups = new ArrayList<>();
        Errors error = Errors.NONE;
        for (ListGroupsResponseData part : parts) {
            Errors partError = Errors.forCode(part.errorCode());
            if (partError != Errors.NONE && partError != Errors.NOT_COORDINATOR) {
                error = partError;
            }
            for (ListedGroup group : part.groups()) {
                if (everything
                        || access.permitted(
                                request,
                                AclOperation.DESCRIBE,
                                ResourceType.GROUP,
                                group.groupId())) {
                    groups.add(group);
                }
            }
        }
        request.reply(
                error == Errors.NONE
                        ? new ListGroupsResponseData().setGroups(groups)
                        : new ListGroupsResponseData().setErrorCode(error.code()));
    }
}
