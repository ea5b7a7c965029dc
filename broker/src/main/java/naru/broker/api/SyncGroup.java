package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.SyncGroupRequestData;

/** SyncGroup: a member asks for its part of the assignment; the leader brings the whole. */
public final class SyncGroup implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    public SyncGroup(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        SyncGroupRequestData body = (SyncGroupRequestData) request.body();
        if (GroupAnswer.isAllowed(access, request, AclOperation.READ, body.groupId())) {
            coordinator.ask(
                    body.groupId(),
                    ticket -> new GroupCommand.SyncGroup(ticket, body),
                    new GroupAnswer(request));
        }
    }
}
