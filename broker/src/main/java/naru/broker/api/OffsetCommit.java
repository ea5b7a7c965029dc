package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;

/** OffsetCommit: topics are checked here, members and generation by the group's shard. */
public final class OffsetCommit implements RequestHandler {
    private static final short TOPIC_IDS_SINCE = 10;

    private final Coordinator<GroupCommand> coordinator;
    private final Quorum quorum;
    private final Access access;

    public OffsetCommit(Coordinator<GroupCommand> coordinator, Quorum quorum, Access access) {
        this.coordinator = coordinator;
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        OffsetCommitRequestData body = (OffsetCommitRequestData) request.body();
        if (!GroupAnswer.isAllowed(access, request, AclOperation.READ, body.groupId())) {
            return;
        }
        List<OffsetCommitRequestTopic> known = new ArrayList<>();
        List<OffsetCommitResponseTopic> refused = new ArrayList<>(0);
        for (OffsetCommitRequestTopic topic : body.topics()) {
            Errors error = resolve(request, topic);
            if (error == Errors.NONE) {
                known.add(topic);
            } else {
                refused.add(refused(topic, error));
            }
        }
        if (known.isEmpty()) {
            request.reply(new OffsetCommitResponseData().setTopics(refused));
            return;
        }
        OffsetCommitRequestData checked = body.duplicate().setTopics(known);
        coordinator.ask(
                body.groupId(),
                ticket -> new GroupCommand.OffsetCommit(ticket, request.version(), checked),
                new Committed(request, known, refused));
    }

    /** Fills in the name of a topic that is named by its id, and the id of one that is named. */
    private Errors resolve(Request request, OffsetCommitRequestTopic topic) {
        boolean byId = request.version() >= TOPIC_IDS_SINCE;
        ClusterImage.Topic found =
                byId ? quorum.image().topic(topic.topicId()) : quorum.image().topic(topic.name());
        if (byId && found == null) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        String name = found == null ? topic.name() : found.name();
        if (!access.allowedOnTopic(request, AclOperation.READ, name)) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        if (found == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        topic.setName(name).setTopicId(found.id());
        return Errors.NONE;
    }

    private static OffsetCommitResponseTopic refused(OffsetCommitRequestTopic topic, Errors error) {
        OffsetCommitResponseTopic answer =
                new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
        for (OffsetCommitRequestPartition partition : topic.partitions()) {
            answer.partitions()
                    .add(
                            new OffsetCommitResponsePartition()
                                    .setPartitionIndex(partition.partitionIndex())
                                    .setErrorCode(error.code()));
        }
        return answer;
    }

    private record Committed(
            Request request,
            List<OffsetCommitRequestTopic> asked,
            List<OffsetCommitResponseTopic> refused)
            implements Answer {
        @Override
        public void reply(ApiMessage response) {
            ((OffsetCommitResponseData) response).topics().addAll(refused);
            request.reply(response);
        }

        @Override
        public void refuse(Errors error, String message) {
            boolean tooLarge =
                    error == Errors.MESSAGE_TOO_LARGE || error == Errors.RECORD_LIST_TOO_LARGE;
            Errors told = tooLarge ? Errors.INVALID_COMMIT_OFFSET_SIZE : error;
            OffsetCommitResponseData response = new OffsetCommitResponseData();
            asked.forEach(topic -> response.topics().add(OffsetCommit.refused(topic, told)));
            response.topics().addAll(refused);
            request.reply(response);
        }
    }
}
