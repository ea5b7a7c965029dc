package naru.systemtests;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ResponseHeader;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Produce requests with whatever bytes for records, as no client library sends them.
 *
 * @param topicId sent instead of the name from version 13 on
 */
record RawProduce(String bootstrap, String topic, Uuid topicId) {
    /** What became of one partition's records. */
    record Outcome(Errors error, @Nullable String message, long baseOffset) {}

    /** Sends to the first partition alone. */
    Outcome sendOne(int version, @Nullable ByteBuffer records) {
        List<Outcome> outcomes = send(version, request(1, 10_000, List.of(to(0, records))));
        if (outcomes == null || outcomes.size() != 1) {
            throw new AssertionError("one partition was sent, answered was " + outcomes);
        }
        return outcomes.getFirst();
    }

    /** The outcomes by partition as answered; null when the connection ended. */
    @Nullable List<Outcome> send(int version, ProduceRequestData request) {
        try (RawConnection connection = new RawConnection(bootstrap)) {
            connection.sendFrame(frame(version, request));
            ByteBuffer answer = connection.receive();
            return answer == null ? null : outcomes(answer, (short) version);
        }
    }

    static ByteBuffer frame(int version, ProduceRequestData request) {
        return RawConnection.frame(
                ApiKeys.PRODUCE, (short) version, RawConnection.body(request, (short) version));
    }

    ProduceRequestData request(int acks, int timeoutMillis, List<PartitionProduceData> partitions) {
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(
                new TopicProduceData()
                        .setName(topic)
                        .setTopicId(topicId)
                        .setPartitionData(partitions));
        return new ProduceRequestData()
                .setAcks((short) acks)
                .setTimeoutMs(timeoutMillis)
                .setTopicData(topics);
    }

    static PartitionProduceData to(int partition, @Nullable ByteBuffer records) {
        return new PartitionProduceData()
                .setIndex(partition)
                .setRecords(records == null ? null : MemoryRecords.readableRecords(records));
    }

    private static List<Outcome> outcomes(ByteBuffer answer, short version) {
        ResponseHeader.parse(answer, ApiKeys.PRODUCE.responseHeaderVersion(version));
        ProduceResponseData response =
                new ProduceResponseData(new ByteBufferAccessor(answer), version);
        List<Outcome> outcomes = new ArrayList<>();
        for (var topic : response.responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                outcomes.add(
                        new Outcome(
                                Errors.forCode(partition.errorCode()),
                                partition.errorMessage(),
                                partition.baseOffset()));
            }
        }
        return outcomes;
    }
}
