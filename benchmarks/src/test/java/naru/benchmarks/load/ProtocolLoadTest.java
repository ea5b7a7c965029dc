package naru.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.benchmarks.load.ProtocolLoad.Outcome;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;

/** Against a listener that answers as a broker would, so that no broker is needed. */
final class ProtocolLoadTest {
    private static final Topic TOPIC = new Topic("load", Uuid.randomUuid(), 3);
    private static final MemoryRecords BATCH = RecordBatches.of(4, 50);

    @Test
    void everyRequestIsSentAnsweredAndTimed() throws Exception {
        try (AcknowledgingListener listener = AcknowledgingListener.with(Errors.NONE)) {
            Outcome outcome =
                    new ProtocolLoad(listener.bootstrap())
                            .produce(TOPIC, BATCH, (short) 1, 5, 1_000, Duration.ofSeconds(30));

            assertThat(outcome.requests()).isEqualTo(1_000);
            assertThat(outcome.recordBytes()).isEqualTo(1_000L * BATCH.sizeInBytes());
            assertThat(outcome.latencies().count()).isEqualTo(1_000);
            assertThat(listener.requests()).isEqualTo(1_000);
        }
    }

    @Test
    void anErrorInAnAnswerEndsTheLoadAndIsNamed() throws Exception {
        try (AcknowledgingListener listener =
                AcknowledgingListener.with(Errors.NOT_LEADER_OR_FOLLOWER)) {
            ProtocolLoad load = new ProtocolLoad(listener.bootstrap());

            assertThatThrownBy(() ->
                            load.produce(TOPIC, BATCH, (short) 1, 1, 10, Duration.ofSeconds(30)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NOT_LEADER_OR_FOLLOWER");
        }
    }

    @Test
    void batchesHaveTheRecordsAskedForAndAValidChecksum() {
        var batches = BATCH.batches().iterator();
        var batch = batches.next();

        batch.ensureValid();
        assertThat(batch.countOrNull()).isEqualTo(4);
        assertThat(batches.hasNext()).isFalse();
    }
}
