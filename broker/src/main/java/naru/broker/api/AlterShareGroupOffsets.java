package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.protocol.Errors;

/** AlterShareGroupOffsets: begins a share group anew at other offsets, while it is empty. */
public final class AlterShareGroupOffsets implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Access access;

    AlterShareGroupOffsets(Coordinator<GroupCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        AlterShareGroupOffsetsRequestData body = (AlterShareGroupOffsetsRequestData) request.body();
        if (!GroupAnswer.isAllowed(access, request, AclOperation.READ, body.groupId())) {
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
                ticket -> new GroupCommand.AlterShareGroupOffsets(ticket, body),
                new GroupAnswer(request));
    }
}
