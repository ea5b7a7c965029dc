package naru.quorum.metadatalog;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.raft.Isolation;
import org.apache.kafka.raft.LogAppendInfo;
import org.apache.kafka.raft.LogFetchInfo;
import org.apache.kafka.raft.LogOffsetMetadata;
import org.apache.kafka.raft.RaftLog;
import org.apache.kafka.raft.internals.KafkaRaftLog;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.snapshot.NotifyingRawSnapshotWriter;
import org.apache.kafka.snapshot.RawSnapshotReader;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Kafka's log of the metadata, which a full volume does not end. Before it writes, it looks whether
 * there is room, and waits for it; a leader that others could follow fails with {@link
 * NoRoomException} instead, once in a while, and is to resign. Should the volume be filled in
 * between, Kafka's log refuses everything from then on, and what it has in memory may not be what
 * the file holds: it is opened anew once there is room, which cuts a torn write off, brought to
 * where it was, and what was refused is done again.
 *
 * <p>A failed sync is passed on: nobody knows what the disk has.
 *
 * <p>Threads: Raft's for all that writes; snapshots are begun by another.
 */
public final class MetadataLog implements RaftLog {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataLog.class);
    private static final Duration BETWEEN_RESIGNATIONS = Duration.ofSeconds(30);

    private final Path folder;
    private final Opener opener;
    private final Scheduler scheduler;
    private final DiskRoom room;
    private final BooleanSupplier othersCanLead;
    private volatile Opened opened;
    private long highWatermark;
    private long resignedNanos = System.nanoTime() - BETWEEN_RESIGNATIONS.toNanos();

    /** Opens Kafka's log; its tasks go to this scheduler. */
    @FunctionalInterface
    public interface Opener {
        KafkaRaftLog open(Scheduler scheduler) throws IOException;
    }

    private record Opened(KafkaRaftLog log, LogTasks tasks) {}

    /** What an action does to the log, and so what must hold when it was opened anew for it. */
    private enum Kind {
        /** It ends where it ended, in the epoch that it had. */
        APPENDS,
        /** It may be shorter. */
        CUTS,
        /** It ends where it ended. */
        KEEPS
    }

    /**
     * Where the log stood before it was asked to do something.
     *
     * @param epoch of the log's end where that is to be kept, else {@link #NO_EPOCH}: with a
     *     snapshot beyond its end a log has none
     */
    private record Mark(long end, int epoch) {
        static final int NO_EPOCH = -1;

        static Mark of(KafkaRaftLog log, Kind kind) {
            return new Mark(
                    log.endOffset().offset(),
                    kind == Kind.APPENDS ? log.lastFetchedEpoch() : NO_EPOCH);
        }
    }

    /**
     * @param folder in which the log is
     * @param othersCanLead whether the quorum has a voter beside this node
     */
    public MetadataLog(
            Path folder,
            Opener opener,
            Scheduler scheduler,
            DiskRoom room,
            BooleanSupplier othersCanLead)
            throws IOException {
        this.folder = folder;
        this.opener = opener;
        this.scheduler = scheduler;
        this.room = room;
        this.othersCanLead = othersCanLead;
        this.opened = open();
    }

    private Opened open() throws IOException {
        LogTasks tasks = new LogTasks(scheduler, room);
        return new Opened(opener.open(tasks), tasks);
    }

    // ---- writing ----

    @Override
    public LogAppendInfo appendAsLeader(Records records, int epoch) {
        if (!room.has(records.sizeInBytes())) {
            if (othersCanLead.getAsBoolean() && mayResign()) {
                throw new NoRoomException(
                        "The volume of " + folder + " has no room, so another node is to lead");
            }
            room.await(records.sizeInBytes());
        }
        return doing(Kind.APPENDS, log -> log.appendAsLeader(untouched(records), epoch));
    }

    /** Where no voter has room, leaders that take turns in resigning would help nobody. */
    private boolean mayResign() {
        long now = System.nanoTime();
        boolean may = now - resignedNanos >= BETWEEN_RESIGNATIONS.toNanos();
        if (may) {
            resignedNanos = now;
        }
        return may;
    }

    @Override
    public LogAppendInfo appendAsFollower(Records records, int epoch) {
        room.await(records.sizeInBytes());
        return doing(Kind.APPENDS, log -> log.appendAsFollower(untouched(records), epoch));
    }

    /** A write that breaks off leaves the position in the middle of what it was given. */
    private static Records untouched(Records records) {
        return records instanceof MemoryRecords memory
                ? MemoryRecords.readableRecords(memory.buffer())
                : records;
    }

    @Override
    public void initializeLeaderEpoch(int epoch) {
        var _ =
                doing(
                        Kind.APPENDS,
                        log -> {
                            log.initializeLeaderEpoch(epoch);
                            return epoch;
                        });
    }

    @Override
    public void truncateTo(long offset) {
        var _ =
                doing(
                        Kind.CUTS,
                        log -> {
                            log.truncateTo(offset);
                            return offset;
                        });
    }

    /** Opening the log anew does it too. */
    @Override
    public boolean truncateToLatestSnapshot() {
        long start = startOffset();
        boolean truncated = doing(Kind.CUTS, KafkaRaftLog::truncateToLatestSnapshot);
        return truncated || startOffset() != start;
    }

    @Override
    public boolean deleteBeforeSnapshot(OffsetAndEpoch snapshotId) {
        return doing(Kind.KEEPS, log -> log.deleteBeforeSnapshot(snapshotId));
    }

    @Override
    public boolean maybeClean() {
        return doing(Kind.KEEPS, KafkaRaftLog::maybeClean);
    }

    @Override
    public void flush(boolean forceFlushActiveSegment) {
        opened.log().flush(forceFlushActiveSegment);
    }

    @Override
    public void updateHighWatermark(LogOffsetMetadata offset) {
        highWatermark = offset.offset();
        opened.log().updateHighWatermark(offset);
    }

    @Override
    public LogFetchInfo read(long startOffset, Isolation isolation, int maxTotalBatchBytes) {
        return doing(Kind.KEEPS, log -> log.read(startOffset, isolation, maxTotalBatchBytes));
    }

    // ---- patience ----

    private <T> T doing(Kind kind, Function<KafkaRaftLog, T> action) {
        Mark before = Mark.of(opened.log(), kind);
        while (true) {
            Opened present = opened;
            try {
                return action.apply(present.log());
            } catch (KafkaStorageException | UncheckedIOException | InternalError refusal) {
                if (!present.tasks().wantedRoom() && !room.isWantOfRoom(refusal)) {
                    throw refusal;
                }
                openAnew(before, kind, refusal);
            }
        }
    }

    /**
     * The former log is not closed, as that would cut the file, and who reads what was committed
     * may still read from it. Its files are closed when nobody holds it any more.
     */
    private void openAnew(Mark before, Kind kind, Throwable refusal) {
        opened.tasks().retire();
        Throwable last = refusal;
        while (true) {
            room.awaitAfter(String.valueOf(last), 0);
            try {
                Opened fresh = open();
                bringBack(fresh.log(), before, kind);
                opened = fresh;
                LOG.info("The metadata log {} was opened anew and goes on", folder);
                return;
            } catch (IOException
                    | KafkaStorageException
                    | UncheckedIOException
                    | InternalError again) {
                if (!room.isWantOfRoom(again)) {
                    throw new KafkaStorageException("The metadata log cannot be opened", again);
                }
                last = again;
            }
        }
    }

    /** What was refused may stand in the file all the same, and is to be written again. */
    private void bringBack(KafkaRaftLog fresh, Mark before, Kind kind) {
        long end = fresh.endOffset().offset();
        if (end > before.end()) {
            fresh.truncateTo(before.end());
        } else if (end < before.end() && kind != Kind.CUTS) {
            throw new IllegalStateException(
                    "The metadata log ended at %d and ends at %d now that it is opened anew"
                            .formatted(before.end(), end));
        }
        if (kind == Kind.APPENDS && fresh.lastFetchedEpoch() < before.epoch()) {
            fresh.initializeLeaderEpoch(before.epoch());
        }
        fresh.updateHighWatermark(
                new LogOffsetMetadata(Math.min(highWatermark, fresh.endOffset().offset())));
    }

    // ---- snapshots ----

    /** Called by the thread that writes snapshots; one that fails is written another time. */
    @Override
    public Optional<RawSnapshotWriter> createNewSnapshot(OffsetAndEpoch snapshotId) {
        return opened.log()
                .createNewSnapshot(snapshotId)
                .map(writer -> new NotifyingRawSnapshotWriter(writer, this::onSnapshotFrozen));
    }

    @Override
    public Optional<RawSnapshotWriter> createNewSnapshotUnchecked(OffsetAndEpoch snapshotId) {
        return readSnapshot(snapshotId).isPresent()
                ? Optional.empty()
                : Optional.of(
                        new NotifyingRawSnapshotWriter(
                                ReceivedSnapshot.begin(folder, snapshotId, room),
                                this::onSnapshotFrozen));
    }

    @Override
    public Optional<RawSnapshotReader> readSnapshot(OffsetAndEpoch snapshotId) {
        return opened.log().readSnapshot(snapshotId);
    }

    @Override
    public Optional<RawSnapshotReader> latestSnapshot() {
        return opened.log().latestSnapshot();
    }

    @Override
    public Optional<OffsetAndEpoch> latestSnapshotId() {
        return opened.log().latestSnapshotId();
    }

    @Override
    public Optional<OffsetAndEpoch> earliestSnapshotId() {
        return opened.log().earliestSnapshotId();
    }

    @Override
    public void onSnapshotFrozen(OffsetAndEpoch snapshotId) {
        opened.log().onSnapshotFrozen(snapshotId);
    }

    // ---- what is known without the disk ----

    @Override
    public int lastFetchedEpoch() {
        return opened.log().lastFetchedEpoch();
    }

    @Override
    public OffsetAndEpoch endOffsetForEpoch(int epoch) {
        return opened.log().endOffsetForEpoch(epoch);
    }

    @Override
    public LogOffsetMetadata endOffset() {
        return opened.log().endOffset();
    }

    @Override
    public LogOffsetMetadata highWatermark() {
        return doing(Kind.KEEPS, KafkaRaftLog::highWatermark);
    }

    @Override
    public long startOffset() {
        return opened.log().startOffset();
    }

    @Override
    public TopicPartition topicPartition() {
        return opened.log().topicPartition();
    }

    @Override
    public Uuid topicId() {
        return opened.log().topicId();
    }

    @Override
    public void close() {
        opened.tasks().retire();
        opened.log().close();
    }
}
