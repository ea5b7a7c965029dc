package naru.quorum.metadatalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.quorum.SmallVolume;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.Isolation;
import org.apache.kafka.raft.LogOffsetMetadata;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.internals.KafkaRaftLog;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Kafka's metadata log on a volume that is full. */
@Timeout(60)
final class MetadataLogTest {
    private static final int EPOCH = 3;
    private static final int LARGE = 200_000;
    private static final int FEW = 20_000;

    @TempDir Path mount;
    private final KafkaScheduler scheduler = new KafkaScheduler(1, true);

    /** Another filled the volume after there was a look at it. */
    private final AtomicBoolean roomIsBelieved = new AtomicBoolean();

    private SmallVolume volume;
    private Path folder;
    private DiskRoom room;
    private MetadataLog log;

    @BeforeEach
    void open() throws IOException {
        volume = SmallVolume.mount(mount);
        scheduler.startup();
        folder = mount.resolve(Topic.CLUSTER_METADATA_TOPIC_PARTITION.toString());
        Files.createDirectories(folder);
        room =
                new DiskRoom(
                        folder,
                        () ->
                                roomIsBelieved.getAndSet(false)
                                        ? Long.MAX_VALUE
                                        : folder.toFile().getUsableSpace(),
                        Duration.ofMillis(5));
        log = log(false);
        log.initializeLeaderEpoch(EPOCH);
    }

    private MetadataLog log(boolean othersCanLead) throws IOException {
        return new MetadataLog(
                folder,
                tasks ->
                        KafkaRaftLog.createLog(
                                Topic.CLUSTER_METADATA_TOPIC_PARTITION,
                                Uuid.METADATA_TOPIC_ID,
                                folder.toFile(),
                                Time.SYSTEM,
                                tasks,
                                new MetadataLogConfig(
                                        new AbstractConfig(MetadataLogConfig.CONFIG_DEF, Map.of())),
                                1),
                scheduler,
                room,
                () -> othersCanLead);
    }

    @AfterEach
    void close() throws InterruptedException {
        room.close();
        scheduler.shutdown();
        volume.close();
    }

    private MemoryRecords records(long offset, int bytes) {
        return MemoryRecords.withRecords(
                offset, Compression.NONE, EPOCH, new SimpleRecord(new byte[bytes]));
    }

    private void append(int bytes) {
        log.appendAsLeader(records(log.endOffset().offset(), bytes), EPOCH);
    }

    private void awaitWaiting() {
        while (!room.isAwaited()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void done(CompletableFuture<Void> later) throws Exception {
        later.get(30, TimeUnit.SECONDS);
    }

    private List<Integer> sizes(MetadataLog from) throws IOException {
        List<Integer> sizes = new ArrayList<>();
        long end = from.endOffset().offset();
        for (long next = from.startOffset(); next < end; ) {
            for (RecordBatch batch :
                    ((FileRecords) from.read(next, Isolation.UNCOMMITTED, LARGE).records)
                            .batches()) {
                batch.ensureValid();
                batch.forEach(record -> sizes.add(record.valueSize()));
                next = batch.nextOffset();
            }
        }
        return sizes;
    }

    @Test
    void appendWaitsForRoomAndIsThereOnce() throws Exception {
        append(FEW);
        volume.fill(0);
        CompletableFuture<Void> later = CompletableFuture.runAsync(() -> append(LARGE));
        awaitWaiting();
        assertThat(later).isNotDone();
        assertThat(sizes(log)).containsExactly(FEW);

        volume.makeRoom();
        done(later);

        append(FEW);
        assertThat(sizes(log)).containsExactly(FEW, LARGE, FEW);
    }

    @Test
    void tornAppendIsCutOffAndDoneAgain() throws Exception {
        append(FEW);
        log.updateHighWatermark(new LogOffsetMetadata(1));
        volume.fill(LARGE / 2);
        roomIsBelieved.set(true);
        CompletableFuture<Void> later = CompletableFuture.runAsync(() -> append(LARGE));
        awaitWaiting();
        volume.makeRoom();
        done(later);

        append(FEW);
        assertThat(sizes(log)).containsExactly(FEW, LARGE, FEW);
        assertThat(log.highWatermark().offset()).isEqualTo(1);
        assertThat(log.lastFetchedEpoch()).isEqualTo(EPOCH);
        log.flush(false);
        assertThat(sizes(log(false))).as("after a restart").containsExactly(FEW, LARGE, FEW);
    }

    @Test
    void tornAppendOfAFollowerIsCutOffAndDoneAgain() throws Exception {
        volume.fill(LARGE / 2);
        roomIsBelieved.set(true);
        CompletableFuture<Void> later =
                CompletableFuture.runAsync(() -> log.appendAsFollower(records(0, LARGE), EPOCH));
        awaitWaiting();
        volume.makeRoom();
        done(later);

        assertThat(sizes(log)).containsExactly(LARGE);
    }

    @Test
    void leaderThatOthersCanFollowDoesNotWait() throws Exception {
        MetadataLog ofMany = log(true);
        volume.fill(0);
        assertThatThrownBy(() -> ofMany.appendAsLeader(records(0, FEW), EPOCH))
                .isInstanceOf(NoRoomException.class);
        assertThat(ofMany.endOffset().offset()).isZero();

        CompletableFuture<Void> again =
                CompletableFuture.runAsync(() -> ofMany.appendAsLeader(records(0, FEW), EPOCH));
        awaitWaiting();
        volume.makeRoom();
        done(again);
        assertThat(sizes(ofMany)).as("elected again soon").containsExactly(FEW);
    }

    @Test
    void snapshotOfALogThatWasEmptyIsTakenIn() throws Exception {
        folder = mount.resolve("other").resolve(folder.getFileName());
        Files.createDirectories(folder);
        MetadataLog empty = log(false);
        OffsetAndEpoch id = new OffsetAndEpoch(100, EPOCH);
        try (RawSnapshotWriter writer = empty.createNewSnapshotUnchecked(id).orElseThrow()) {
            writer.append(records(0, FEW));
            writer.freeze();
        }
        assertThat(empty.truncateToLatestSnapshot()).isTrue();
        assertThat(empty.endOffset().offset()).isEqualTo(100);
        assertThat(empty.lastFetchedEpoch()).isEqualTo(EPOCH);
        assertThat(empty.createNewSnapshotUnchecked(id)).isEmpty();
    }

    @Test
    void whoeverWaitsWhenTheNodeIsStoppedFails() {
        volume.fill(0);
        CompletableFuture<Void> later = CompletableFuture.runAsync(() -> append(FEW));
        awaitWaiting();
        room.close();
        assertThatThrownBy(later::join).hasCauseInstanceOf(NoRoomException.class);
    }

    @Test
    void voteIsStoredWhenThereIsRoom() throws Exception {
        VoteState votes = new VoteState(folder, room);
        ElectionState first = ElectionState.withElectedLeader(1, 1, Optional.empty(), Set.of(1, 2));
        votes.writeElectionState(first, KRaftVersion.KRAFT_VERSION_0);
        volume.fill(0);
        ElectionState second = ElectionState.withUnknownLeader(2, Set.of(1, 2));
        CompletableFuture<Void> later =
                CompletableFuture.runAsync(
                        () -> votes.writeElectionState(second, KRaftVersion.KRAFT_VERSION_0));
        awaitWaiting();
        assertThat(votes.readElectionState().orElseThrow().epoch()).isEqualTo(1);

        volume.makeRoom();
        done(later);

        ElectionState read = votes.readElectionState().orElseThrow();
        assertThat(read.epoch()).isEqualTo(2);
        assertThat(read.optionalLeaderId()).isEqualTo(OptionalInt.empty());
    }

    @Test
    void snapshotThatComesFromTheLeaderWaitsForRoom() throws Exception {
        OffsetAndEpoch id = new OffsetAndEpoch(100, EPOCH);
        MemoryRecords piece = records(0, LARGE);
        try (RawSnapshotWriter writer = log.createNewSnapshotUnchecked(id).orElseThrow()) {
            writer.append(piece);
            volume.fill(LARGE / 2);
            roomIsBelieved.set(true);
            CompletableFuture<Void> later =
                    CompletableFuture.runAsync(() -> writer.append(records(1, LARGE)));
            awaitWaiting();
            volume.makeRoom();
            done(later);
            assertThat(writer.sizeInBytes()).isEqualTo(2L * piece.sizeInBytes());
            writer.freeze();
        }
        assertThat(log.truncateToLatestSnapshot()).isTrue();
        assertThat(log.startOffset()).isEqualTo(100);
        assertThat(log.readSnapshot(id).orElseThrow().sizeInBytes())
                .isEqualTo(2L * piece.sizeInBytes());
    }
}
