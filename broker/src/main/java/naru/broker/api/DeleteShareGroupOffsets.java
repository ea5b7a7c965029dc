package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.protocol.Errors;

/** DeleteShareGroupOffsets: forgets what a share group has read of topics, while it is empty. */
public final class DeleteShareGroupOffsets implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    DeleteShareGroupOffsets(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        DeleteShareGroupOffsetsRequestData body =
                (DeleteShareGroupOffsetsRequestData) request.body();
        if (!GroupAnswer.isAllowed(access, request, AclOperation.DELETE, body.groupId())) {
            return;
        }
        for (var topic : body.topics()) {
            if (!access.allowedOnTopic(request, AclOperation.READ, topic.topicName())) {
                request.reply(
                        Errors.TOPIC_AUTHORIZATION_FAILED,
                        Errors.TOPIC_AUTHORIZATION_FAILED.message());
                return;
            }
        }
        coordinator.ask(
                body.groupId(),
                ticket -> new GroupCommand.DeleteShareGroupOffsets(ticket, body),
                new GroupAnswer(request));
    }
}
