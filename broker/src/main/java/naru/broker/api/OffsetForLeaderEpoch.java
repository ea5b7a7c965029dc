package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.partition.PartitionLookup;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.log.EpochEnd;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;

/**
 * OffsetForLeaderEpoch: where a leader epoch ended, to find where logs part (KIP-101, 279, 320).
 */
public final class OffsetForLeaderEpoch implements RequestHandler {
    private final PartitionLookup lookup;
    private final Access access;

    public OffsetForLeaderEpoch(PartitionLookup lookup, Access access) {
        this.lookup = lookup;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        OffsetForLeaderEpochRequestData body = (OffsetForLeaderEpochRequestData) request.body();
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        boolean isBroker = access.permittedOnCluster(request, AclOperation.CLUSTER_ACTION);
        for (OffsetForLeaderTopic topic : body.topics()) {
            boolean allowed =
                    isBroker
                            || access.allowedOnTopic(request, AclOperation.DESCRIBE, topic.topic());
            List<EpochEndOffset> ends = new ArrayList<>();
            for (OffsetForLeaderPartition partition : topic.partitions()) {
                ends.add(
                        allowed
                                ? end(topic.topic(), partition)
                                : refused(partition, Errors.TOPIC_AUTHORIZATION_FAILED));
            }
            response.topics()
                    .add(
                            new OffsetForLeaderTopicResult()
                                    .setTopic(topic.topic())
                                    .setPartitions(ends));
        }
        request.reply(response);
    }

    private EpochEndOffset end(String topic, OffsetForLeaderPartition asked) {
        return switch (lookup.led(topic, asked.partition(), asked.currentLeaderEpoch())) {
            case PartitionLookup.Found.Not not -> refused(asked, not.error());
            case PartitionLookup.Found.Led led -> {
                EpochEnd end = led.standing().log().endOffsetFor(asked.leaderEpoch());
                yield new EpochEndOffset()
                        .setPartition(asked.partition())
                        .setLeaderEpoch(end.leaderEpoch())
                        .setEndOffset(end.endOffset());
            }
        };
    }

    private static EpochEndOffset refused(OffsetForLeaderPartition asked, Errors error) {
        return new EpochEndOffset()
                .setPartition(asked.partition())
                .setErrorCode(error.code())
                .setLeaderEpoch(-1)
                .setEndOffset(-1);
    }
}
