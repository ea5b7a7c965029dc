package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.HeartbeatRequestData;

/** Heartbeat: a member is alive, and learns of a rebalance. */
public final class Heartbeat implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    public Heartbeat(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        HeartbeatRequestData body = (HeartbeatRequestData) request.body();
        if (GroupAnswer.isAllowed(access, request, AclOperation.READ, body.groupId())) {
            coordinator.ask(
                    body.groupId(),
                    ticket -> new GroupCommand.Heartbeat(ticket, body),
                    new GroupAnswer(request));
        }
    }
}
