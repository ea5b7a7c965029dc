package naru.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import naru.wire.RecordBatchLayout;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/** What the log says of a batch before anybody has looked whether it is whole. */
class ForeseenAppendTest {
    /** The first makes a batch of no bytes, behind which the same one would come again. */
    @ParameterizedTest
    @ValueSource(ints = {-12, Integer.MIN_VALUE, 0, 1_000_000})
    void nothingIsForeseenOfABatchOfAnotherLength(int length, @TempDir Path folder) {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(1 << 20));
        ByteBuffer batch = Batches.of(LogFixture.START_MILLIS, "a");
        batch.putInt(batch.position() + RecordBatchLayout.LENGTH_AT, length);
        AppendOutcome outcome =
                assertTimeoutPreemptively(
                        Duration.ofSeconds(30), () -> fixture.log().foreseen(batch));
        assertThat(outcome).isNull();
    }
}
