package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** JoinGroup: a member joins; the answer comes when the others have joined too. */
public final class JoinGroup implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    public JoinGroup(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        JoinGroupRequestData body = (JoinGroupRequestData) request.body();
        if (!GroupAnswer.isAllowed(access, request, AclOperation.READ, body.groupId())) {
            return;
        }
        String clientId = request.header().clientId();
        coordinator.ask(
                body.groupId(),
                ticket ->
                        new GroupCommand.JoinGroup(
                                ticket,
                                request.version(),
                                clientId == null ? "" : clientId,
                                "/" + request.clientAddress().getHostAddress(),
                                body),
                new Joined(request, body.memberId()));
    }

    private record Joined(Request request, String memberId) implements Answer {
        @Override
        public void reply(ApiMessage response) {
            request.reply(response);
        }

        @Override
        public void refuse(Errors error, String message) {
            request.reply(
                    new JoinGroupResponseData()
                            .setErrorCode(error.code())
                            .setMemberId(memberId)
                            .setProtocolName(""));
        }
    }
}
