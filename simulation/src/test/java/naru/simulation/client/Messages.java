package naru.simulation.client;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests as clients make them. */
final class Messages {
    static final int PRODUCE_VERSION = 12;
    private static final int TIMEOUT_MILLIS = 1_500;

    private Messages() {}

    static SimpleRecord record(long millis, @Nullable String key, String value) {
        return new SimpleRecord(
                millis,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8));
    }

    static MemoryRecords batch(
            long producerId, short epoch, int sequence, boolean transactional, SimpleRecord[] all) {
        if (producerId < 0) {
            return MemoryRecords.withRecords(Compression.NONE, all);
        }
        return transactional
                ? MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producerId, epoch, sequence, all)
                : MemoryRecords.withIdempotentRecords(
                        Compression.NONE, producerId, epoch, sequence, all);
    }

    static ProduceRequestData produce(
            TopicPartition partition, @Nullable String transactionalId, MemoryRecords batch) {
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(
                new TopicProduceData()
                        .setName(partition.topic())
                        .setPartitionData(
                                List.of(
                                        new PartitionProduceData()
                                                .setIndex(partition.partition())
                                                .setRecords(batch))));
        return new ProduceRequestData()
                .setTransactionalId(transactionalId)
                .setAcks((short) -1)
                .setTimeoutMs(TIMEOUT_MILLIS)
                .setTopicData(topics);
    }

    static PartitionProduceResponse only(ProduceResponseData response) {
        return response.responses().iterator().next().partitionResponses().getFirst();
    }

    static InitProducerIdRequestData init(@Nullable String transactionalId, int timeoutMillis) {
        return new InitProducerIdRequestData()
                .setTransactionalId(transactionalId)
                .setTransactionTimeoutMs(timeoutMillis)
                .setProducerId(-1)
                .setProducerEpoch((short) -1);
    }
}
