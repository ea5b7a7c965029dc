package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;

/** OffsetDelete: offsets of topics to which the group is not subscribed are forgotten. */
public final class OffsetDelete implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final Quorum quorum;
    private final Access access;

    public OffsetDelete(Coordinator<GroupCommand> coordinator, Quorum quorum, Access access) {
        this.coordinator = coordinator;
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        OffsetDeleteRequestData body = (OffsetDeleteRequestData) request.body();
        if (!GroupAnswer.isAllowed(access, request, AclOperation.DELETE, body.groupId())) {
            return;
        }
        OffsetDeleteRequestTopicCollection allowed = new OffsetDeleteRequestTopicCollection();
        List<OffsetDeleteResponseTopic> refused = new ArrayList<>(0);
        for (OffsetDeleteRequestTopic topic : body.topics()) {
            Errors error = check(request, topic.name());
            if (error == Errors.NONE) {
                allowed.add(topic.duplicate());
            } else {
                refused.add(refused(topic, error));
            }
        }
        OffsetDeleteRequestData checked =
                new OffsetDeleteRequestData().setGroupId(body.groupId()).setTopics(allowed);
        coordinator.ask(
                body.groupId(),
                ticket -> new GroupCommand.OffsetDelete(ticket, checked),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        OffsetDeleteResponseData answer = (OffsetDeleteResponseData) response;
                        if (answer.errorCode() == Errors.NONE.code()) {
                            answer.topics().addAll(refused);
                        }
                        request.reply(answer);
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        request.reply(new OffsetDeleteResponseData().setErrorCode(error.code()));
                    }
                });
    }

    private Errors check(Request request, String topic) {
        if (!access.allowedOnTopic(request, AclOperation.READ, topic)) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        return quorum.image().topic(topic) == null
                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                : Errors.NONE;
    }

    private static OffsetDeleteResponseTopic refused(OffsetDeleteRequestTopic topic, Errors error) {
        OffsetDeleteResponseTopic answer = new OffsetDeleteResponseTopic().setName(topic.name());
        topic.partitions()
                .forEach(partition ->
                        answer.partitions()
                                .add(
                                        new OffsetDeleteResponsePartition()
                                                .setPartitionIndex(partition.partitionIndex())
                                                .setErrorCode(error.code())));
        return answer;
    }
}
