package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** DescribeGroups: the state, members and assignments of groups. */
public final class DescribeGroups implements RequestHandler {
    private static final short MESSAGE_SINCE = 6;

    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    public DescribeGroups(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        DescribeGroupsRequestData body = (DescribeGroupsRequestData) request.body();
        List<String> groups = body.groups();
        Gathering<DescribedGroup> gathering =
                Gathering.of(
                        groups.size(),
                        described ->
                                request.reply(
                                        new DescribeGroupsResponseData().setGroups(described)));
        for (int i = 0; i < groups.size(); i++) {
            describe(request, body, groups.get(i), i, gathering);
        }
    }

    private void describe(
            Request request,
            DescribeGroupsRequestData body,
            String groupId,
            int index,
            Gathering<DescribedGroup> gathering) {
        if (!access.allowed(request, AclOperation.DESCRIBE, ResourceType.GROUP, groupId)) {
            gathering.put(
                    index, refused(request, groupId, Errors.GROUP_AUTHORIZATION_FAILED, null));
            return;
        }
        coordinator.ask(
                groupId,
                ticket ->
                        new GroupCommand.DescribeGroups(
                                ticket,
                                request.version(),
                                new DescribeGroupsRequestData().setGroups(List.of(groupId))),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        DescribedGroup group =
                                ((DescribeGroupsResponseData) response).groups().getFirst();
                        if (body.includeAuthorizedOperations()
                                && group.errorCode() == Errors.NONE.code()) {
                            group.setAuthorizedOperations(
                                    AuthorizedOperations.onGroup(access, request, groupId));
                        }
                        gathering.put(index, group);
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        gathering.put(index, refused(request, groupId, error, message));
                    }
                });
    }

    private static DescribedGroup refused(
            Request request, String groupId, Errors error, @Nullable String message) {
        DescribedGroup group = new DescribedGroup().setGroupId(groupId).setErrorCode(error.code());
        return request.version() >= MESSAGE_SINCE ? group.setErrorMessage(message) : group;
    }
}
