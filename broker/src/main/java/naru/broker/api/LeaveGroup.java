package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.LeaveGroupRequestData;

/** LeaveGroup: members leave, or are removed by an administrator. */
public final class LeaveGroup implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    public LeaveGroup(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        LeaveGroupRequestData body = (LeaveGroupRequestData) request.body();
        if (GroupAnswer.isAllowed(access, request, AclOperation.READ, body.groupId())) {
            coordinator.ask(
                    body.groupId(),
                    ticket -> new GroupCommand.LeaveGroup(ticket, request.version(), body),
                    new GroupAnswer(request));
        }
    }
}
