package naru.broker.coordinator;

import naru.coordination.share.ShareCommand;
import naru.coordination.share.StateBatch;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.DeleteShareGroupStateRequest;
import org.apache.kafka.common.requests.InitializeShareGroupStateRequest;
import org.apache.kafka.common.requests.ReadShareGroupStateRequest;
import org.apache.kafka.common.requests.ReadShareGroupStateSummaryRequest;
import org.apache.kafka.common.requests.WriteShareGroupStateRequest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Writes what a share coordinator is asked as Kafka's requests. */
final class ShareStateRequests {
    private ShareStateRequests() {}

    /**
     * @param asked of one kind and about one group, one at least
     */
    static AbstractRequest.Builder<?> of(List<ShareCommand.Asked> asked) {
        String groupId = asked.getFirst().key().groupId();
        return switch (asked.getFirst()) {
            case ShareCommand.Initialize first ->
                    new InitializeShareGroupStateRequest.Builder(
                            new InitializeShareGroupStateRequestData()
                                    .setGroupId(groupId)
                                    .setTopics(
                                            byTopic(
                                                    all(asked, ShareCommand.Initialize.class),
                                                    ShareStateRequests::one,
                                                    (topic, partitions) ->
                                                            new InitializeShareGroupStateRequestData
                                                                            .InitializeStateData()
                                                                    .setTopicId(topic)
                                                                    .setPartitions(partitions))));
            case ShareCommand.Read first ->
                    new ReadShareGroupStateRequest.Builder(
                            new ReadShareGroupStateRequestData()
                                    .setGroupId(groupId)
                                    .setTopics(
                                            byTopic(
                                                    all(asked, ShareCommand.Read.class),
                                                    ShareStateRequests::one,
                                                    (topic, partitions) ->
                                                            new ReadShareGroupStateRequestData
                                                                            .ReadStateData()
                                                                    .setTopicId(topic)
                                                                    .setPartitions(partitions))));
            case ShareCommand.ReadSummary first ->
                    new ReadShareGroupStateSummaryRequest.Builder(
                            new ReadShareGroupStateSummaryRequestData()
                                    .setGroupId(groupId)
                                    .setTopics(
                                            byTopic(
                                                    all(asked, ShareCommand.ReadSummary.class),
                                                    ShareStateRequests::one,
                                                    (topic, partitions) ->
                                                            new ReadShareGroupStateSummaryRequestData
                                                                            .ReadStateSummaryData()
                                                                    .setTopicId(topic)
                                                                    .setPartitions(partitions))));
            case ShareCommand.Write first ->
                    new WriteShareGroupStateRequest.Builder(
                            new WriteShareGroupStateRequestData()
                                    .setGroupId(groupId)
                                    .setTopics(
                                            byTopic(
                                                    all(asked, ShareCommand.Write.class),
                                                    ShareStateRequests::one,
                                                    (topic, partitions) ->
                                                            new WriteShareGroupStateRequestData
                                                                            .WriteStateData()
                                                                    .setTopicId(topic)
                                                                    .setPartitions(partitions))));
            case ShareCommand.Delete first ->
                    new DeleteShareGroupStateRequest.Builder(
                            new DeleteShareGroupStateRequestData()
                                    .setGroupId(groupId)
                                    .setTopics(
                                            byTopic(
                                                    all(asked, ShareCommand.Delete.class),
                                                    ShareStateRequests::one,
                                                    (topic, partitions) ->
                                                            new DeleteShareGroupStateRequestData
                                                                            .DeleteStateData()
                                                                    .setTopicId(topic)
                                                                    .setPartitions(partitions))));
        };
    }

    private static <A> List<A> all(List<ShareCommand.Asked> asked, Class<A> kind) {
        return asked.stream().map(kind::cast).toList();
    }

    private static <A extends ShareCommand.Asked, P, T> List<T> byTopic(
            List<A> asked, Function<A, P> partition, BiFunction<Uuid, List<P>, T> topic) {
        Map<Uuid, List<P>> partitions = new LinkedHashMap<>();
        for (A one : asked) {
            partitions
                    .computeIfAbsent(one.key().topicId(), id -> new ArrayList<>())
                    .add(partition.apply(one));
        }
        List<T> topics = new ArrayList<>(partitions.size());
        partitions.forEach((id, all) -> topics.add(topic.apply(id, all)));
        return topics;
    }

    private static InitializeShareGroupStateRequestData.PartitionData one(
            ShareCommand.Initialize asked) {
        return new InitializeShareGroupStateRequestData.PartitionData()
                .setPartition(asked.key().partition())
                .setStateEpoch(asked.stateEpoch())
                .setStartOffset(asked.startOffset());
    }

    private static ReadShareGroupStateRequestData.PartitionData one(ShareCommand.Read asked) {
        return new ReadShareGroupStateRequestData.PartitionData()
                .setPartition(asked.key().partition())
                .setLeaderEpoch(asked.leaderEpoch());
    }

    private static ReadShareGroupStateSummaryRequestData.PartitionData one(
            ShareCommand.ReadSummary asked) {
        return new ReadShareGroupStateSummaryRequestData.PartitionData()
                .setPartition(asked.key().partition())
                .setLeaderEpoch(asked.leaderEpoch());
    }

    private static WriteShareGroupStateRequestData.PartitionData one(ShareCommand.Write asked) {
        return new WriteShareGroupStateRequestData.PartitionData()
                .setPartition(asked.key().partition())
                .setStateEpoch(asked.stateEpoch())
                .setLeaderEpoch(asked.leaderEpoch())
                .setStartOffset(asked.startOffset())
                .setDeliveryCompleteCount(asked.deliveryCompleteCount())
                .setStateBatches(asked.batches().stream().map(ShareStateRequests::one).toList());
    }

    private static WriteShareGroupStateRequestData.StateBatch one(StateBatch batch) {
        return new WriteShareGroupStateRequestData.StateBatch()
                .setFirstOffset(batch.first())
                .setLastOffset(batch.last())
                .setDeliveryState(batch.state().id())
                .setDeliveryCount(batch.deliveryCount());
    }

    private static DeleteShareGroupStateRequestData.PartitionData one(ShareCommand.Delete asked) {
        return new DeleteShareGroupStateRequestData.PartitionData()
                .setPartition(asked.key().partition());
    }
}
