package naru.benchmarks.load;

import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Produces one record to every partition of a topic until each is acknowledged. */
public final class PartitionProbe {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final WireClient client;

    public PartitionProbe(WireClient client) {
        this.client = client;
    }

    public void awaitAcknowledged(Topic topic) throws IOException {
        MemoryRecords batch = RecordBatches.of(1, 100);
        Set<Integer> open = new TreeSet<>(IntStream.range(0, topic.partitions()).boxed().toList());
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!open.isEmpty()) {
            ProduceResponseData response =
                    (ProduceResponseData) client.send(ApiKeys.PRODUCE, request(topic, open, batch));
            response.responses().stream()
                    .flatMap(answer -> answer.partitionResponses().stream())
                    .filter(partition -> partition.errorCode() == Errors.NONE.code())
                    .forEach(partition -> open.remove(partition.index()));
            if (!open.isEmpty()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException(open.size() + " partitions took no record in " + BOUND);
                }
                Pauses.brief();
            }
        }
    }

    private static ProduceRequestData request(
            Topic topic, Set<Integer> partitions, MemoryRecords batch) {
        List<PartitionProduceData> data =
                partitions.stream()
                        .map(index -> new PartitionProduceData().setIndex(index).setRecords(batch))
                        .toList();
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
        request.topicData()
                .add(new TopicProduceData().setTopicId(topic.id()).setPartitionData(data));
        return request;
    }
}
