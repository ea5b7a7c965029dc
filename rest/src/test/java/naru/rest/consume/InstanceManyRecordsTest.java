package naru.rest.consume;

import static org.assertj.core.api.Assertions.assertThat;

import naru.http.Budget;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** More records than one answer has room for, each of them small. */
final class InstanceManyRecordsTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int RECORDS = 50_000;

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

    private Instance subscribed(Budget budget) throws InterruptedException {
        Instance instance =
                new Instance("", InstanceSettings.of(Map.of()), consumer, budget, System::nanoTime);
        instance.subscribe(Set.of("t"));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of(PARTITION));
            for (long offset = 0; offset < RECORDS; offset++) {
                consumer.addRecord(new ConsumerRecord<>("t", 0, offset, null, new byte[1]));
            }
        });
        return instance;
    }

    private static int read(Instance instance) throws InterruptedException {
        try (Batch batch = instance.read(1_000, 4 << 20)) {
            int count = batch.records().size();
            batch.delivered(count);
            return count;
        }
    }

    @Test
    void manySmallRecordsAreDeliveredInSeveralAnswers() throws Exception {
        Instance instance = subscribed(new Budget("answers", 1 << 20, 1));
        int delivered = 0;
        for (int reads = 0; reads < RECORDS && delivered < RECORDS; reads++) {
            int count = read(instance);
            assertThat(count).isPositive();
            delivered += count;
        }
        assertThat(delivered).isEqualTo(RECORDS);
    }

    @Test
    void oneAnswerLeavesRoomForThoseOfOthers() throws Exception {
        Budget budget = new Budget("answers", 32 << 20, 1);
        Instance instance = subscribed(budget);
        try (Batch batch = instance.read(1_000, 4 << 20)) {
            assertThat(batch.records()).isNotEmpty();
            budget.giveBack(budget.take(16 << 20));
        }
    }
}
