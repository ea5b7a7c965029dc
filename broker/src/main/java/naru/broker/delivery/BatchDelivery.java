package naru.broker.delivery;

import naru.broker.coordinator.Alarm;
import naru.broker.partition.CommitListener;
import naru.broker.partition.Partition;
import naru.broker.partition.Partitions;
import naru.broker.replication.Peers;
import naru.log.AppendOutcome;
import naru.log.LogStorageException;
import naru.log.Origin;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceRequest;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Appends batches to a partition wherever it is led: directly here, by Produce elsewhere, one after
 * the other. Threads: any.
 */
public final class BatchDelivery {
    private static final short ALL = -1;

    private final Partitions partitions;
    private final Peers peers;
    private final Alarm alarm;
    private final int timeoutMillis;

    /**
     * @param timeoutMillis how long another broker's answer is waited for
     */
    public BatchDelivery(Partitions partitions, Peers peers, Alarm alarm, int timeoutMillis) {
        this.partitions = partitions;
        this.peers = peers;
        this.alarm = alarm;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * @param delivered told once, on any thread: committed, or why some are not, or may not be
     */
    public void append(
            ClusterImage.Topic topic,
            int index,
            List<ByteBuffer> batches,
            CommitListener delivered) {
        Partition here = partitions.get(topic.name(), index);
        ClusterImage.PartitionState state = topic.partition(index);
        if (batches.isEmpty()) {
            delivered.onCommitted();
        } else if (here != null && here.ledLog() != null) {
            appendHere(here, batches, delivered);
        } else if (state == null || state.leader() < 0) {
            delivered.onLost(
                    Errors.LEADER_NOT_AVAILABLE, "nobody leads " + topic.name() + "-" + index);
        } else {
            send(state.leader(), topic, index, batches, delivered);
        }
    }

    private static void appendHere(
            Partition target, List<ByteBuffer> batches, CommitListener delivered) {
        long end = 0;
        for (ByteBuffer batch : batches) {
            AppendOutcome outcome;
            try {
                outcome = target.append(batch, Origin.COORDINATOR, true);
            } catch (LogStorageException e) {
                delivered.onLost(Errors.KAFKA_STORAGE_ERROR, String.valueOf(e.getMessage()));
                return;
            }
            switch (outcome) {
                case AppendOutcome.Appended appended -> end = appended.lastOffset() + 1;
                case AppendOutcome.Duplicate duplicate -> end = duplicate.lastOffset() + 1;
                case AppendOutcome.Refused refused -> {
                    delivered.onLost(refused.error(), refused.message());
                    return;
                }
            }
        }
        target.awaitCommit(end, delivered);
    }

    private void send(
            int broker,
            ClusterImage.Topic topic,
            int index,
            List<ByteBuffer> batches,
            CommitListener delivered) {
        TopicProduceDataCollection topics = new TopicProduceDataCollection(1);
        topics.add(
                new TopicProduceData()
                        .setName(topic.name())
                        .setTopicId(topic.id())
                        .setPartitionData(
                                List.of(
                                        new PartitionProduceData()
                                                .setIndex(index)
                                                .setRecords(
                                                        MemoryRecords.readableRecords(
                                                                batches.getFirst())))));
        ProduceRequestData request =
                new ProduceRequestData()
                        .setAcks(ALL)
                        .setTimeoutMs(timeoutMillis)
                        .setTopicData(topics);
        var _ =
                peers.ask(broker, ProduceRequest.builder(request), timeoutMillis)
                        .whenComplete((answer, failure) ->
                                alarm.soon(() -> {
                                    Errors error = error(answer);
                                    if (error != Errors.NONE) {
                                        delivered.onLost(error, error.message());
                                    } else {
                                        append(
                                                topic,
                                                index,
                                                batches.subList(1, batches.size()),
                                                delivered);
                                    }
                                }));
    }

    private static Errors error(@Nullable ApiMessage answer) {
        return answer == null
                ? Errors.NETWORK_EXCEPTION
                : ((ProduceResponseData) answer)
                        .responses().stream()
                                .flatMap(topic -> topic.partitionResponses().stream())
                                .findFirst()
                                .map(partition -> Errors.forCode(partition.errorCode()))
                                .orElse(Errors.UNKNOWN_SERVER_ERROR);
    }
}
