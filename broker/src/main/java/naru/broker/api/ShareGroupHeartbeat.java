package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.modern.Caller;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.Errors;

/** ShareGroupHeartbeat: members of KIP-932 join, live, leave, and learn what to read. */
public final class ShareGroupHeartbeat implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final GroupProtocols protocols;
    private final Access access;

    ShareGroupHeartbeat(
            Coordinator<GroupCommand> coordinator, GroupProtocols protocols, Access access) {
        this.coordinator = coordinator;
        this.protocols = protocols;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        ShareGroupHeartbeatRequestData body = (ShareGroupHeartbeatRequestData) request.body();
        if (!protocols.servesShare()) {
            request.reply(Errors.UNSUPPORTED_VERSION, "share groups are not enabled here");
            return;
        }
        if (!GroupAnswer.isAllowed(access, request, AclOperation.READ, body.groupId())) {
            return;
        }
        if (body.subscribedTopicNames() != null) {
            for (String topic : body.subscribedTopicNames()) {
                if (!access.allowedOnTopic(request, AclOperation.DESCRIBE, topic)) {
                    request.reply(
                            Errors.TOPIC_AUTHORIZATION_FAILED,
                            Errors.TOPIC_AUTHORIZATION_FAILED.message());
                    return;
                }
            }
        }
        String clientId = request.header().clientId();
        Caller caller =
                new Caller(
                        request.version(),
                        clientId == null ? "" : clientId,
                        "/" + request.clientAddress().getHostAddress(),
                        topic -> access.permittedOnTopic(request, AclOperation.DESCRIBE, topic));
        coordinator.ask(
                body.groupId(),
                ticket -> new GroupCommand.ShareGroupHeartbeat(ticket, caller, body),
                new GroupAnswer(request));
    }
}
