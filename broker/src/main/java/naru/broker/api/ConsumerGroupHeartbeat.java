package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.modern.Caller;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;

/** ConsumerGroupHeartbeat: members of KIP-848 join, say what they have and learn what to have. */
public final class ConsumerGroupHeartbeat implements RequestHandler {
    private static final short EXPRESSIONS_SINCE = 1;

    private final Coordinator<GroupCommand> coordinator;
    private final GroupProtocols protocols;
    private final Access access;

    ConsumerGroupHeartbeat(
            Coordinator<GroupCommand> coordinator, GroupProtocols protocols, Access access) {
        this.coordinator = coordinator;
        this.protocols = protocols;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        ConsumerGroupHeartbeatRequestData body = (ConsumerGroupHeartbeatRequestData) request.body();
        if (!protocols.servesConsumer()) {
            request.reply(
                    Errors.UNSUPPORTED_VERSION, "the consumer group protocol is not enabled here");
            return;
        }
        if (request.version() < EXPRESSIONS_SINCE && body.subscribedTopicRegex() != null) {
            request.reply(
                    Errors.UNSUPPORTED_VERSION,
                    ConsumerGroupHeartbeatRequest.REGEX_RESOLUTION_NOT_SUPPORTED_MSG);
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
        coordinator.ask(
                body.groupId(),
                ticket -> new GroupCommand.ConsumerGroupHeartbeat(ticket, caller(request), body),
                new GroupAnswer(request));
    }

    private Caller caller(Request request) {
        String clientId = request.header().clientId();
        return new Caller(
                request.version(),
                clientId == null ? "" : clientId,
                "/" + request.clientAddress().getHostAddress(),
                topic -> access.permittedOnTopic(request, AclOperation.DESCRIBE, topic));
    }
}
