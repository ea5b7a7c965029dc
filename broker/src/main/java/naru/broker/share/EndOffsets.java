package naru.broker.share;

import naru.broker.coordinator.Alarm;
import naru.broker.partition.PartitionLookup;
import naru.broker.replication.PeerBatches;
import naru.broker.replication.Peers;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ListOffsetsRequest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Up to where partitions can be read, as their leaders know it, here or elsewhere. Threads: any.
 */
public final class EndOffsets {
    private final PartitionLookup lookup;
    private final Supplier<ClusterImage> image;
    private final PeerBatches<Question> elsewhere;

    /**
     * @param timeoutMillis how long another broker's answer is waited for
     */
    public EndOffsets(
            PartitionLookup lookup,
            Supplier<ClusterImage> image,
            Peers peers,
            Alarm alarm,
            int timeoutMillis) {
        this.lookup = lookup;
        this.image = image;
        this.elsewhere = new PeerBatches<>(peers, alarm, timeoutMillis, Asked::new);
    }

    /**
     * @param then told once, on any thread; empty when it is not known
     */
    public void of(TopicPartition partition, Consumer<OptionalLong> then) {
        String topic = partition.topic();
        int index = partition.partition();
        if (lookup.led(topic, index, PartitionLookup.NO_EPOCH)
                instanceof PartitionLookup.Found.Led led) {
            then.accept(OptionalLong.of(led.standing().log().highWatermark()));
            return;
        }
        ClusterImage.Topic known = image.get().topic(topic);
        ClusterImage.PartitionState state = known == null ? null : known.partition(index);
        if (state == null || state.leader() < 0) {
            then.accept(OptionalLong.empty());
        } else {
            elsewhere.ask(state.leader(), new Question(partition, then));
        }
    }

    private record Question(TopicPartition partition, Consumer<OptionalLong> then) {}

    private static final class Asked implements PeerBatches.Batch<Question> {
        private final Map<TopicPartition, Question> byPartition = new LinkedHashMap<>();

        @Override
        public boolean add(Question question) {
            return byPartition.putIfAbsent(question.partition(), question) == null;
        }

        @Override
        public AbstractRequest.Builder<?> request() {
            Map<String, ListOffsetsTopic> topics = new LinkedHashMap<>();
            for (TopicPartition partition : byPartition.keySet()) {
                topics.computeIfAbsent(
                                partition.topic(), name -> new ListOffsetsTopic().setName(name))
                        .partitions()
                        .add(
                                new ListOffsetsPartition()
                                        .setPartitionIndex(partition.partition())
                                        .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP));
            }
            List<ListOffsetsTopic> asked = new ArrayList<>(topics.values());
            return ListOffsetsRequest.Builder.forConsumer(false, IsolationLevel.READ_UNCOMMITTED)
                    .setTargetTimes(asked);
        }

        @Override
        public void onAnswer(ApiMessage answer) {
            Map<TopicPartition, OptionalLong> ends = new LinkedHashMap<>();
            for (var topic : ((ListOffsetsResponseData) answer).topics()) {
                for (ListOffsetsPartitionResponse one : topic.partitions()) {
                    ends.put(
                            new TopicPartition(topic.name(), one.partitionIndex()),
                            one.errorCode() == Errors.NONE.code()
                                    ? OptionalLong.of(one.offset())
                                    : OptionalLong.empty());
                }
            }
            byPartition.forEach((partition, question) ->
                    question.then().accept(ends.getOrDefault(partition, OptionalLong.empty())));
        }

        @Override
        public void onFailure(String why) {
            byPartition.values().forEach(question -> question.then().accept(OptionalLong.empty()));
        }
    }
}
