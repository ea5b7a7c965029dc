package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.AppendOutcome.Refused;
import naru.log.LogFixture.Seen;
import naru.log.disk.FaultyDisk;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A disk that is full or fails refuses writes and nothing else. */
class DiskFaultTest {
    @TempDir Path folder;
    private final FaultyDisk disk = new FaultyDisk();

    private LogFixture fixture() {
        return new LogFixture(folder, LogConfigs.withSegmentBytes(10_000), disk);
    }

    private static AppendOutcome tryAppend(LogFixture fixture, String value) {
        return fixture.log()
                .appendAsLeader(Batches.of(fixture.clock.millis(), value), 0, Origin.CLIENT);
    }

    @Test
    void fullDiskRefusesWritesServesReadsAndHealsByItself() {
        LogFixture fixture = fixture();
        List<Seen> written = new ArrayList<>();
        written.add(new Seen(fixture.append("first").baseOffset(), "first"));
        disk.fullAfter(30);

        AppendOutcome outcome = tryAppend(fixture, "second");

        assertThat(outcome).isInstanceOf(Refused.class);
        assertThat(((Refused) outcome).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(fixture.log().writeFault()).contains("No space left");
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        assertThat(fixture.log().heal()).isFalse();
        disk.hasRoomAgain();
        assertThat(tryAppend(fixture, "too soon")).isInstanceOf(Refused.class);
        fixture.clock.advance(1000);
        written.add(new Seen(fixture.append("third").baseOffset(), "third"));
        assertThat(fixture.log().writeFault()).isNull();
        fixture.reopenAfterKill();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
    }

    @Test
    void lastMegabytesOfTheVolumeAreLeftToOthers() {
        long kept = 64L << 20;
        disk.says(1L << 40, kept + (2 << 20));
        LogFixture fixture = fixture();
        List<Seen> written = new ArrayList<>();
        written.add(new Seen(fixture.append("first").baseOffset(), "first"));
        disk.says(1L << 40, kept - 1);
        fixture.clock.advance(1000);

        assertThat(tryAppend(fixture, "second")).isInstanceOf(Refused.class);

        assertThat(fixture.log().writeFault()).contains("No space left").contains("" + kept);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        fixture.clock.advance(1000);
        assertThat(tryAppend(fixture, "third")).isInstanceOf(Refused.class);
        disk.says(1L << 40, kept + (2 << 20));
        fixture.clock.advance(1000);
        written.add(new Seen(fixture.append("fourth").baseOffset(), "fourth"));
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
    }

    @Test
    void everyPlaceWhereTheDiskFillsUpLeavesAWholeLog() {
        for (int room = 0; room < 400; room += 7) {
            LogFixture fixture =
                    new LogFixture(
                            folder.resolve("r" + room), LogConfigs.withSegmentBytes(900), disk);
            List<Seen> written = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                written.add(new Seen(fixture.append("value-" + i).baseOffset(), "value-" + i));
            }
            disk.fullAfter(room);
            for (int i = 9; i < 20; i++) {
                if (tryAppend(fixture, "value-" + i) instanceof AppendOutcome.Appended done) {
                    written.add(new Seen(done.baseOffset(), "value-" + i));
                }
            }
            disk.hasRoomAgain();
            assertThat(fixture.log().heal()).isTrue();
            written.add(new Seen(fixture.append("after").baseOffset(), "after"));
            assertThat(fixture.readAll(0, 1 << 20)).as("room %d", room).isEqualTo(written);
            fixture.reopenAfterKill();
            assertThat(fixture.readAll(0, 1 << 20)).as("room %d", room).isEqualTo(written);
            fixture.directory().close();
        }
    }

    @Test
    void failedSyncAcknowledgesNobodyAndStopsWrites() {
        LogFixture fixture = fixture();
        AtomicInteger told = new AtomicInteger();
        fixture.append("durable");
        fixture.log().sync(told::incrementAndGet);
        fixture.directory().runBackground();
        assertThat(told).hasValue(1);
        assertThat(fixture.log().durableOffset()).isEqualTo(1);
        fixture.append("doubtful");
        disk.failSyncs(true);

        fixture.log().sync(told::incrementAndGet);
        fixture.directory().runBackground();

        disk.failSyncs(false);
        assertThat(told).hasValue(1);
        assertThat(fixture.log().durableOffset()).isEqualTo(1);
        assertThat(tryAppend(fixture, "refused")).isInstanceOf(Refused.class);
        assertThat(fixture.log().heal()).isFalse();
        assertThat(fixture.readAll(0, 1 << 20)).hasSize(2);
        fixture.reopenAfterKill();
        fixture.append("goes on");
    }
}
