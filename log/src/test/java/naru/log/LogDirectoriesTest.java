package naru.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.log.AppendOutcome.Appended;
import naru.log.AppendOutcome.Refused;
import naru.log.LogDirectories.Placement;
import naru.log.disk.Disk;
import naru.log.disk.DyingDisk;
import naru.log.disk.FaultyDisk;
import naru.log.disk.LocalDisk;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Two data folders, without threads. */
class LogDirectoriesTest {
    private static final TopicPartition PARTITION = new TopicPartition("topic", 0);
    private static final Uuid TOPIC = Uuid.randomUuid();
    private static final List<Uuid> IDS = List.of(new Uuid(1, 1), new Uuid(1, 2));
    private static final Placement NEW = new Placement.Anywhere(true);
    private static final int MOST_CHANGES = 200;

    @TempDir Path root;
    private final LogFixture.SetClock clock = new LogFixture.SetClock();
    private final LogConfig config = LogConfigs.withSegmentBytes(2_000);

    private LogDirectories open(Disk disk) {
        return open(disk, Map.of());
    }

    private LogDirectories open(Disk disk, Map<Path, String> offline) {
        List<LogDirectoryOptions> options = new ArrayList<>();
        for (int i = 0; i < IDS.size(); i++) {
            if (!offline.containsKey(folder(i))) {
                options.add(
                        LogDirectoryOptions.of(folder(i), IDS.get(i), partition -> config)
                                .withBackground(false));
            }
        }
        return LogDirectories.open(options, offline, disk, clock);
    }

    private Path folder(int index) {
        return root.resolve("disk" + index);
    }

    private PartitionLog create(LogDirectories logs, int index, Placement placement) {
        return logs.replica(new TopicPartition("topic", index), TOPIC, config, placement);
    }

    private static void kill(LogDirectories logs) {
        logs.opened().forEach(LogDirectory::crash);
    }

    private AppendOutcome append(PartitionLog log, String value) {
        AppendOutcome outcome =
                log.appendAsLeader(Batches.of(clock.millis(), value), 0, Origin.CLIENT);
        log.advanceHighWatermark(log.logEndOffset());
        return outcome;
    }

    private void fill(PartitionLog log, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(append(log, "value-" + i)).isInstanceOf(Appended.class);
        }
    }

    private static List<String> values(PartitionLog log) {
        List<String> values = new ArrayList<>();
        long next = log.logStartOffset();
        while (log.read(next, log.logEndOffset(), 1 << 20, true)
                instanceof ReadOutcome.Found(LogSlice slice)) {
            LogFixture.records(slice).forEach(seen -> values.add(seen.value()));
            next = slice.nextOffset();
        }
        return values;
    }

    private static List<String> expected(int from, int to) {
        return Stream.iterate(from, i -> i < to, i -> i + 1).map(i -> "value-" + i).toList();
    }

    private static void follow(Follower follower, PartitionLog leader) {
        while (!follower.wanted().equals(new Follower(leader).wanted())) {
            assertThat(follower.take(new LocalLeader(leader).answer(follower.wanted(), 500)))
                    .isNull();
        }
    }

    private static PartitionLog copyOf(LogDirectories logs, PartitionLog log, int target) {
        PartitionLog copy = logs.createCopy(log, logs.opened().get(target));
        follow(new Follower(copy), log);
        return copy;
    }

    @Test
    void newPartitionGoesWhereTheFewestAre() {
        try (LogDirectories logs = open(new LocalDisk())) {
            create(logs, 0, new Placement.In(IDS.get(1), true));
            create(logs, 1, NEW);
            create(logs, 2, NEW);
            create(logs, 3, new Placement.In(IDS.get(0), true));
            create(logs, 4, NEW);

            assertThat(logs.opened())
                    .extracting(directory -> directory.logs().size())
                    .containsExactly(3, 2);
        }
    }

    @Test
    void folderThatFailsTakesNothingButItsOwnLogs() {
        FaultyDisk disk = new FaultyDisk();
        LogDirectories logs = open(disk);
        List<Uuid> failed = new ArrayList<>();
        logs.whenFailed(directory -> failed.add(directory.directoryId()));
        PartitionLog doomed = create(logs, 0, new Placement.In(IDS.get(0), true));
        PartitionLog sound = create(logs, 1, new Placement.In(IDS.get(1), true));
        fill(doomed, 0, 3);
        disk.breakUnder(folder(0));

        assertThat(append(doomed, "lost")).isInstanceOf(Refused.class);
        logs.runBackground();
        logs.runBackground();

        assertThat(failed).containsExactly(IDS.get(0));
        assertThat(logs.online()).extracting(LogDirectory::directoryId).containsOnly(IDS.get(1));
        assertThat(logs.log(new TopicPartition("topic", 0))).isNull();
        fill(sound, 0, 3);
        assertThatThrownBy(() -> create(logs, 0, new Placement.In(IDS.get(0), true)))
                .isInstanceOf(LogStorageException.class)
                .hasMessageContaining("offline");
        logs.close();
        disk.breakUnder(null);
        try (LogDirectories mended = open(disk)) {
            assertThat(values(Objects.requireNonNull(mended.log(PARTITION))))
                    .isEqualTo(expected(0, 3));
        }
    }

    @Test
    void folderWithoutRoomStaysOnline() {
        FaultyDisk disk = new FaultyDisk();
        try (LogDirectories logs = open(disk)) {
            PartitionLog log = create(logs, 0, NEW);
            disk.fullAfter(0);

            assertThat(append(log, "no room")).isInstanceOf(Refused.class);
            logs.runBackground();

            assertThat(logs.online()).hasSize(2);
            disk.hasRoomAgain();
            clock.advance(1_000);
            fill(log, 0, 1);
        }
    }

    @Test
    void folderThatIsTakenAwayIsFoundToHaveFailed() throws IOException {
        LogDirectories logs = open(new LocalDisk());
        create(logs, 0, new Placement.In(IDS.get(0), true));
        try (Stream<Path> files = Files.walk(folder(0))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
        clock.advance(60_000);

        logs.runBackground();
        clock.advance(1_000);
        logs.runBackground();

        assertThat(logs.online()).extracting(LogDirectory::directoryId).containsOnly(IDS.get(1));
        logs.close();
    }

    @Test
    void replicaOfAFolderThatIsOfflineIsNotMadeAnew() {
        LogDirectories before = open(new LocalDisk());
        fill(create(before, 0, new Placement.In(IDS.get(0), true)), 0, 2);
        before.close();
        try (LogDirectories logs = open(new LocalDisk(), Map.of(folder(0), "not mounted"))) {
            for (Placement placement :
                    List.of(new Placement.In(IDS.get(0), true), new Placement.Anywhere(false))) {
                assertThatThrownBy(() -> create(logs, 0, placement))
                        .isInstanceOf(LogStorageException.class);
            }
            assertThat(create(logs, 1, NEW).directoryId()).isEqualTo(IDS.get(1));
        }
    }

    @Test
    void replicaOfAFolderThatIsNoMoreIsMadeAnewWhereOthersHaveWhatItHad() {
        try (LogDirectories logs = open(new LocalDisk())) {
            Uuid gone = Uuid.randomUuid();
            PartitionLog log = create(logs, 0, new Placement.In(gone, true));

            assertThat(log.logEndOffset()).isZero();
            assertThat(IDS).contains(log.directoryId());
            assertThatThrownBy(() -> create(logs, 1, new Placement.In(gone, false)))
                    .isInstanceOf(LogStorageException.class);
        }
    }

    @Test
    void copyTakesThePlaceOfTheLog() {
        try (LogDirectories logs = open(new LocalDisk())) {
            PartitionLog log = create(logs, 0, new Placement.In(IDS.get(0), true));
            fill(log, 0, 100);
            log.advanceLogStartOffset(30);
            PartitionLog copy = copyOf(logs, log, 1);
            fill(log, 100, 110);

            PartitionLog moved = logs.replaceByCopy(log, copy);

            assertThat(logs.log(PARTITION)).isSameAs(moved);
            assertThat(logs.copy(PARTITION)).isNull();
            assertThat(folder(0).resolve(PARTITION.toString())).doesNotExist();
            assertThat(folder(1).resolve(PARTITION.toString())).isDirectory();
            assertThat(moved.logStartOffset()).isEqualTo(30);
            assertThat(moved.highWatermark()).isEqualTo(110);
            assertThat(((Refused) append(log, "late")).error())
                    .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            fill(moved, 110, 120);
            assertThat(values(moved)).endsWith("value-118", "value-119").contains("value-30");
        }
    }

    @Test
    void copyTruncatesWhatItsLeaderHasNot() {
        try (LogDirectories logs = open(new LocalDisk())) {
            PartitionLog log = create(logs, 0, new Placement.In(IDS.get(0), true));
            fill(log, 0, 20);
            PartitionLog copy = copyOf(logs, log, 1);
            log.truncateTo(10);
            log.beginEpoch(1);
            assertThat(log.appendAsLeader(Batches.of(clock.millis(), "other"), 1, Origin.CLIENT))
                    .isInstanceOf(Appended.class);

            follow(new Follower(copy), log);

            assertThat(values(copy)).isEqualTo(values(log)).endsWith("value-9", "other");
        }
    }

    @Test
    void copyWithoutItsSourceIsNoLog() {
        LogDirectories before = open(new LocalDisk());
        PartitionLog log = create(before, 0, new Placement.In(IDS.get(0), true));
        fill(log, 0, 5);
        copyOf(before, log, 1);
        before.close();
        try (LogDirectories logs = open(new LocalDisk(), Map.of(folder(0), "not mounted"))) {
            assertThatThrownBy(() -> create(logs, 0, new Placement.In(IDS.get(1), true)))
                    .isInstanceOf(LogStorageException.class);
            assertThat(logs.log(PARTITION)).isNull();
            assertThat(logs.copy(PARTITION)).isNotNull();
        }
    }

    /** The process dies at each change of the disk between the first copied byte and the end. */
    @Test
    void processThatDiesWhileALogMovesLosesNothing() throws IOException {
        DyingDisk disk = new DyingDisk();
        boolean died = true;
        int changes = 0;
        for (; died && changes < MOST_CHANGES; changes++) {
            root = Files.createTempDirectory(root, "run" + changes);
            LogDirectories logs = open(disk);
            PartitionLog log = create(logs, 0, new Placement.In(IDS.get(0), true));
            fill(log, 0, 40);
            disk.dieAfter(changes);
            try {
                PartitionLog copy = copyOf(logs, log, 1);
                copy.flush();
                logs.replaceByCopy(log, copy);
            } catch (LogStorageException | AssertionError dead) {
                assertThat(disk.isDead()).as("%s", dead).isTrue();
            }
            died = disk.isDead();
            kill(logs);
            disk.reviveAll();
            logs = open(disk);
            PartitionLog after = create(logs, 0, new Placement.In(IDS.get(1), true));
            assertThat(values(after)).as("after %d changes", changes).isEqualTo(expected(0, 40));
            fill(after, 40, 41);
            PartitionLog copy = logs.copy(PARTITION);
            if (copy != null) {
                follow(new Follower(copy), after);
                after = logs.replaceByCopy(after, copy);
                assertThat(values(after)).isEqualTo(expected(0, 41));
            }
            logs.close();
        }
        assertThat(changes).isBetween(20, MOST_CHANGES - 1);
    }
}
