package naru.rest.consume;

import static org.assertj.core.api.Assertions.assertThat;

import naru.http.Budget;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Partitions that go to another member while a read is under way. */
final class InstanceRebalanceTest {
    private static final TopicPartition STAYS = new TopicPartition("t", 0);
    private static final TopicPartition GOES = new TopicPartition("t", 1);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final Instance instance =
            new Instance(
                    "",
                    InstanceSettings.of(
                            Map.of("fetch.min.bytes", "1000", "auto.commit.enable", "false")),
                    consumer,
                    new Budget("answers", 1 << 20, 1),
                    System::nanoTime);

    @BeforeEach
    void subscribe() throws InterruptedException {
        instance.subscribe(Set.of("t"));
        consumer.updateBeginningOffsets(Map.of(STAYS, 0L, GOES, 0L));
        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of(STAYS, GOES));
            consumer.addRecord(record(STAYS, 0));
            consumer.addRecord(record(GOES, 0));
        });
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(STAYS)));
    }

    private static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset) {
        byte[] value = (partition + "@" + offset).getBytes(StandardCharsets.UTF_8);
        return new ConsumerRecord<>(partition.topic(), partition.partition(), offset, null, value);
    }

    private static List<Integer> partitions(Batch batch) {
        return batch.records().stream().map(ConsumerRecord::partition).toList();
    }

    @Test
    void recordsOfAPartitionThatWentAreNeitherDeliveredNorCommitted() throws Exception {
        try (Batch batch = instance.read(100, 1 << 20)) {
            assertThat(partitions(batch)).containsExactly(STAYS.partition());
            batch.delivered(batch.records().size());
        }
        instance.commit(Map.of(), true);
        assertThat(consumer.committed(Set.of(STAYS, GOES)).keySet()).containsExactly(STAYS);
    }

    @Test
    void recordsThatWereNotDeliveredAreReadOnceWhenTheirPartitionComesBack() throws Exception {
        instance.read(100, 1 << 20).close();
        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of(STAYS, GOES));
            consumer.addRecord(record(GOES, 0));
        });
        try (Batch batch = instance.read(100, 1 << 20)) {
            assertThat(partitions(batch)).containsExactly(STAYS.partition(), GOES.partition());
        }
    }
}
