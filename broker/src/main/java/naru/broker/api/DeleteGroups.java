package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

import java.util.List;

/** DeleteGroups: empty groups are deleted with their offsets. */
public final class DeleteGroups implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    public DeleteGroups(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        DeleteGroupsRequestData body = (DeleteGroupsRequestData) request.body();
        List<String> groups = body.groupsNames().stream().distinct().toList();
        Gathering<Errors> gathering =
                Gathering.of(groups.size(), outcomes -> reply(request, groups, outcomes));
        for (int i = 0; i < groups.size(); i++) {
            delete(request, groups.get(i), i, gathering);
        }
    }

    private static void reply(Request request, List<String> groups, List<Errors> outcomes) {
        DeletableGroupResultCollection results = new DeletableGroupResultCollection();
        for (int i = 0; i < groups.size(); i++) {
            results.add(
                    new DeletableGroupResult()
                            .setGroupId(groups.get(i))
                            .setErrorCode(outcomes.get(i).code()));
        }
        request.reply(new DeleteGroupsResponseData().setResults(results));
    }

    private void delete(Request request, String groupId, int index, Gathering<Errors> gathering) {
        if (!access.allowed(request, AclOperation.DELETE, ResourceType.GROUP, groupId)) {
            gathering.put(index, Errors.GROUP_AUTHORIZATION_FAILED);
            return;
        }
        coordinator.ask(
                groupId,
                ticket ->
                        new GroupCommand.DeleteGroups(
                                ticket,
                                new DeleteGroupsRequestData().setGroupsNames(List.of(groupId))),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        short code =
                                ((DeleteGroupsResponseData) response)
                                        .results()
                                        .find(groupId)
                                        .errorCode();
                        gathering.put(index, Errors.forCode(code));
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        gathering.put(index, error);
                    }
                });
    }
}
