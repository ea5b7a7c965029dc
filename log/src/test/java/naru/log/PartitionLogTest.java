package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.LogFixture.Seen;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is appended is read, before and after the log is opened anew. */
class PartitionLogTest {
    @TempDir Path folder;

    private static List<Seen> write(LogFixture fixture, int from, int count) {
        List<Seen> written = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            String value = "value-" + i + "-" + "x".repeat(i % 97);
            long offset = fixture.append(value).baseOffset();
            written.add(new Seen(offset, value));
        }
        return written;
    }

    @Test
    void whatIsAppendedIsRead() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        List<Seen> written = write(fixture, 0, 500);
        assertThat(fixture.readAll(0, 1000)).isEqualTo(written);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        assertThat(fixture.readAll(250, 100)).isEqualTo(written.subList(250, 500));
    }

    @Test
    void cleanRestartFindsEverything() {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(10_000));
        List<Seen> written = new ArrayList<>(write(fixture, 0, 500));
        fixture.reopenCleanly();
        assertThat(fixture.log().logEndOffset()).isEqualTo(500);
        assertThat(fixture.readAll(0, 1000)).isEqualTo(written);
        written.addAll(write(fixture, 500, 300));
        fixture.reopenCleanly();
        assertThat(fixture.readAll(0, 3000)).isEqualTo(written);
        assertThat(fixture.log().highWatermark()).isEqualTo(800);
    }

    @Test
    void killedProcessLosesNothingThatWasWritten() {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(20_000));
        List<Seen> written = new ArrayList<>(write(fixture, 0, 500));
        fixture.reopenAfterKill();
        assertThat(fixture.log().logEndOffset()).isEqualTo(500);
        assertThat(fixture.readAll(0, 1000)).isEqualTo(written);
        written.addAll(write(fixture, 500, 300));
        fixture.directory().runBackground();
        fixture.reopenAfterKill();
        assertThat(fixture.readAll(0, 3000)).isEqualTo(written);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void kafkasOwnReaderReadsTheSegmentInEveryCodec(CompressionType codec) throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            values.add("value-" + i + "z".repeat(i * 7));
            fixture.append(
                    Batches.of(
                            Compression.of(codec).build(),
                            fixture.clock.millis(),
                            values.get(i),
                            "second"));
        }
        fixture.directory().close();
        List<String> read = new ArrayList<>();
        long expected = 0;
        try (FileRecords file =
                FileRecords.open(
                        fixture.partitionFolder().resolve("00000000000000000000.log").toFile())) {
            for (RecordBatch batch : file.batches()) {
                batch.ensureValid();
                assertThat(batch.compressionType()).isEqualTo(codec);
                for (Record record : batch) {
                    assertThat(record.offset()).isEqualTo(expected++);
                    byte[] value = new byte[record.valueSize()];
                    record.value().get(value);
                    read.add(new String(value, StandardCharsets.UTF_8));
                }
            }
        }
        assertThat(read).hasSize(100);
        assertThat(read.stream().filter(value -> !value.equals("second")).toList())
                .isEqualTo(values);
    }
}
