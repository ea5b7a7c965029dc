package naru.log;

import naru.log.AppendOutcome.Appended;
import naru.log.AppendOutcome.Refused;
import naru.log.BatchIntake.Intake;
import naru.log.epoch.LeaderEpochs;
import naru.log.recovery.LogLoader;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.SegmentRead;
import naru.log.segment.SegmentReader;
import naru.log.segment.Segments;
import naru.log.segment.TimestampSearch;
import naru.wire.BatchCheck;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The log of one replica: its segments on disk, its offsets, its producers and leader epochs.
 *
 * <p>Threads: appends and truncations are guarded by the log's own lock; reads and the offset
 * getters take none. Faults: {@link LogStorageException} when the disk refuses; the log then takes
 * no more appends until {@link #heal} finds that writing works again, and goes on being read.
 *
 * <p>Invariants: log start offset ≤ last stable offset ≤ high watermark ≤ log end offset; none of
 * them moves back but by truncation.
 */
public final class PartitionLog {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLog.class);
    private static final int MOST_DAMAGE_PER_READ = 64;

    /** Who sends batches: decides what is checked. */
    public enum Origin {
        CLIENT,
        COORDINATOR
    }

    /** An offset, the timestamp of its record, and the leader epoch it was written in. */
    public record TimestampedOffset(long offset, long timestampMillis, int leaderEpoch) {}

    /** {@code leaderEpoch} and {@code endOffset} are -1 when nothing is known of such an epoch. */
    public record EpochEnd(int leaderEpoch, long endOffset) {}

    private final TopicPartition topicPartition;
    private final Uuid topicId;
    private final LogServices services;
    private final SegmentContext context;
    private final Segments segments;
    private final LeaderEpochs epochs;
    private final WriteFault fault = new WriteFault();
    private final LogSync sync;
    private final Object lock = new Object();
    private volatile LogConfig config;
    private volatile long logStartOffset;
    private volatile long logEndOffset;
    private volatile long highWatermark;
    private boolean epochsDirty;
    private boolean closed;

    PartitionLog(
            TopicPartition topicPartition,
            Uuid topicId,
            LogConfig config,
            LogServices services,
            SegmentContext context,
            LogLoader.Loaded loaded,
            long recoveryPoint,
            long checkpointedHighWatermark) {
        this.topicPartition = topicPartition;
        this.topicId = topicId;
        this.config = config;
        this.services = services;
        this.context = context;
        this.segments = loaded.segments();
        this.epochs = loaded.epochs();
        this.logStartOffset = loaded.logStartOffset();
        this.logEndOffset = loaded.logEndOffset();
        this.highWatermark = Math.clamp(checkpointedHighWatermark, logStartOffset, logEndOffset);
        this.sync =
                new LogSync(this, context, segments, fault, Math.min(recoveryPoint, logEndOffset));
    }

    public TopicPartition topicPartition() {
        return topicPartition;
    }

    public Uuid topicId() {
        return topicId;
    }

    public LogConfig config() {
        return config;
    }

    public void reconfigure(LogConfig changed) {
        config = changed;
    }

    public long logStartOffset() {
        return logStartOffset;
    }

    public long logEndOffset() {
        return logEndOffset;
    }

    public long highWatermark() {
        return highWatermark;
    }

    /** Last stable offset: below it, every transaction is decided. At most the high watermark. */
    public long lastStableOffset() {
        return highWatermark;
    }

    /** Offset below which an fdatasync has made everything durable. */
    public long durableOffset() {
        return sync.durableOffset();
    }

    /** Stretches of the log that were found damaged since it was opened. */
    public long damagedBatches() {
        return context.damagedBatches().sum();
    }

    Path folder() {
        return context.folder();
    }

    Object lock() {
        return lock;
    }

    Segments segments() {
        return segments;
    }

    // ---- leader epochs

    /** Leader epoch of the last batch, or empty when there is none. */
    public Optional<Integer> latestEpoch() {
        return epochs.latest();
    }

    /** Notes that a leader of this epoch begins at the present log end offset. */
    public void beginEpoch(int leaderEpoch) {
        synchronized (lock) {
            epochsDirty |= epochs.assign(leaderEpoch, logEndOffset);
        }
    }

    /**
     * The largest epoch ≤ the given one, and the offset where the next one begins (KIP-101, 279).
     */
    public EpochEnd endOffsetFor(int leaderEpoch) {
        return epochs.endOffsetFor(leaderEpoch, logEndOffset);
    }

    /** Epoch of the record at this offset, or empty when not known. */
    public Optional<Integer> epochFor(long offset) {
        return epochs.epochFor(offset);
    }

    /** Moves the high watermark forward, at most to the log end offset; true when it moved. */
    public boolean advanceHighWatermark(long offset) {
        synchronized (lock) {
            long target = Math.min(offset, logEndOffset);
            if (target <= highWatermark) {
                return false;
            }
            highWatermark = target;
            return true;
        }
    }

    // ---- appends

    /**
     * Assigns offsets, leader epoch and, as configured, time and codec to the batches between the
     * buffer's position and limit, and writes them. The buffer's content is changed. All batches of
     * one call are appended or none. Checks whatever of framing, CRC, sizes, timestamps, sequence
     * numbers and producer epochs a leader has to check.
     */
    public AppendOutcome appendAsLeader(ByteBuffer batches, int leaderEpoch, Origin origin) {
        LogConfig now = config;
        long nowMillis = services.clock().millis();
        return switch (BatchIntake.admit(batches, now, origin, nowMillis)) {
            case Intake.NotAdmitted(Refused refused) -> refused;
            case Intake.Admitted admitted -> {
                AppendOutcome outcome;
                synchronized (lock) {
                    outcome = appendAdmitted(admitted, leaderEpoch, now, nowMillis);
                }
                yield flushedIfDue(outcome);
            }
        };
    }

    private AppendOutcome appendAdmitted(
            Intake.Admitted admitted, int leaderEpoch, LogConfig now, long nowMillis) {
        Refused refused = refusedByFault(nowMillis);
        if (refused != null) {
            return refused;
        }
        ByteBuffer batches = admitted.batches();
        long base = logEndOffset;
        long next = base;
        for (int at = batches.position(); at < batches.limit(); ) {
            batches.putLong(at + RecordBatchLayout.BASE_OFFSET_AT, next);
            batches.putInt(at + RecordBatchLayout.LEADER_EPOCH_AT, leaderEpoch);
            next = RecordBatchLayout.lastOffset(batches, at) + 1;
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        refused = write(batches, next, admitted.maxTimestamp(), now, nowMillis);
        return refused != null
                ? refused
                : new Appended(base, next - 1, admitted.appendTimeMillis(), logStartOffset);
    }

    /** Appends batches that already carry offsets and epochs, from the leader. */
    public AppendOutcome appendAsFollower(ByteBuffer batches) {
        return switch (BatchCheck.check(batches, BatchCheck.Limits.replication())) {
            case BatchCheck.Broken broken -> new Refused(broken.error(), broken.message());
            case BatchCheck.Sound sound -> {
                int limit = batches.limit();
                batches.limit(batches.position() + sound.sizeBytes());
                try {
                    AppendOutcome outcome;
                    synchronized (lock) {
                        outcome = appendFromLeader(batches, sound.maxTimestamp());
                    }
                    yield flushedIfDue(outcome);
                } finally {
                    batches.limit(limit);
                }
            }
        };
    }

    private AppendOutcome appendFromLeader(ByteBuffer batches, long maxTimestamp) {
        long nowMillis = services.clock().millis();
        Refused refused = refusedByFault(nowMillis);
        if (refused != null) {
            return refused;
        }
        long base = RecordBatchLayout.baseOffset(batches, batches.position());
        long next = logEndOffset;
        for (int at = batches.position(); at < batches.limit(); ) {
            if (RecordBatchLayout.baseOffset(batches, at) < next) {
                return new Refused(
                        Errors.INVALID_RECORD,
                        "The leader sent offset "
                                + RecordBatchLayout.baseOffset(batches, at)
                                + " where "
                                + next
                                + " or more was expected.");
            }
            next = RecordBatchLayout.lastOffset(batches, at) + 1;
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        refused = write(batches, next, maxTimestamp, config, nowMillis);
        return refused != null ? refused : new Appended(base, next - 1, -1, logStartOffset);
    }

    private @Nullable Refused refusedByFault(long nowMillis) {
        if (closed) {
            return new Refused(
                    Errors.NOT_LEADER_OR_FOLLOWER, "The partition is not served here any more.");
        }
        if (fault.reason() == null || (fault.shouldTry(nowMillis) && tryHeal())) {
            return null;
        }
        return new Refused(Errors.KAFKA_STORAGE_ERROR, String.valueOf(fault.reason()));
    }

    private @Nullable Refused write(
            ByteBuffer batches, long next, long maxTimestamp, LogConfig now, long nowMillis) {
        Segment active = segments.active();
        try {
            noteEpochs(batches);
            active = activeFor(batches, next - 1, maxTimestamp, now, nowMillis);
            active.append(batches, now.indexIntervalBytes(), nowMillis);
        } catch (IOException refusal) {
            writeFailed(active, refusal, nowMillis);
            return new Refused(Errors.KAFKA_STORAGE_ERROR, String.valueOf(fault.reason()));
        }
        logEndOffset = next;
        return null;
    }

    /** Syncs after {@code flush.messages} records; outside the lock, as others may append. */
    private AppendOutcome flushedIfDue(AppendOutcome outcome) {
        long most = config.flushMessages();
        if (most == Long.MAX_VALUE || logEndOffset - sync.durableOffset() < most) {
            return outcome;
        }
        try {
            sync.run(logEndOffset);
            return outcome;
        } catch (IOException refusal) {
            return new Refused(Errors.KAFKA_STORAGE_ERROR, String.valueOf(fault.reason()));
        }
    }

    private void noteEpochs(ByteBuffer batches) throws IOException {
        int latest = epochs.latestOr(-1);
        for (int at = batches.position(); at < batches.limit(); ) {
            int epoch = RecordBatchLayout.leaderEpoch(batches, at);
            if (epoch > latest) {
                epochsDirty |= epochs.assign(epoch, RecordBatchLayout.baseOffset(batches, at));
                latest = epoch;
            }
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        writeEpochs();
    }

    private void writeEpochs() throws IOException {
        if (epochsDirty) {
            epochs.write(context.folder(), false);
            epochsDirty = false;
        }
    }

    /** The segment that the batches go to; a new one if the active one is full or old enough. */
    private Segment activeFor(
            ByteBuffer batches, long lastOffset, long maxTimestamp, LogConfig now, long nowMillis)
            throws IOException {
        Segment active = segments.active();
        if (active.sizeBytes() == 0) {
            sync.namesChanged();
            return active;
        }
        boolean full =
                active.sizeBytes() > now.segmentBytes() - batches.remaining()
                        || !active.hasRoomFor(lastOffset, now.segmentIndexBytes())
                        || active.ageMillis(maxTimestamp, nowMillis)
                                > now.segmentMillis() - jitterMillis(now, active);
        return full ? roll() : active;
    }

    /** Spreads the rolling of logs that were made at the same time. */
    private long jitterMillis(LogConfig now, Segment active) {
        long most = Math.min(now.segmentJitterMillis(), now.segmentMillis());
        long seed = topicPartition.hashCode() * 31L + active.baseOffset();
        return most <= 0 ? 0 : Math.floorMod(seed * 0x9E3779B97F4A7C15L, most);
    }

    private Segment roll() throws IOException {
        Segment sealed = segments.active();
        sealed.seal();
        Segment fresh = Segment.fresh(context, logEndOffset);
        fresh.create();
        segments.add(fresh);
        sync.namesChanged();
        services.requestSync(this);
        return fresh;
    }

    private void writeFailed(Segment active, IOException refusal, long nowMillis) {
        boolean first = fault.reason() == null;
        fault.writeFailed(active.file(), refusal, nowMillis);
        if (first) {
            LOG.error("{}: {}", topicPartition, fault.reason());
        }
        try {
            active.cutRemains();
        } catch (IOException again) {
            refusal.addSuppressed(again);
        }
    }

    /** Why appends are refused at present, or null when they are not. */
    public @Nullable String writeFault() {
        return fault.reason();
    }

    /** Tries whether the disk takes writes again; true when appends go on. */
    public boolean heal() {
        synchronized (lock) {
            return fault.reason() == null || tryHeal();
        }
    }

    private boolean tryHeal() {
        if (fault.lasting()) {
            return false;
        }
        try {
            Segment active = segments.active();
            active.cutRemains();
            active.probe();
            fault.healed();
            LOG.info("{}: the disk takes writes again", topicPartition);
            return true;
        } catch (IOException still) {
            fault.writeFailed(context.folder(), still, services.clock().millis());
            return false;
        }
    }

    // ---- reads

    /**
     * Finds what may be sent to a reader.
     *
     * @param offset first wanted offset
     * @param endOffset offset from which on nothing may be seen (high watermark, last stable
     *     offset, or log end offset for a replica)
     * @param maxBytes most bytes to answer with
     * @param atLeastOneBatch whether the first batch is answered whole even if larger than maxBytes
     */
    public ReadOutcome read(long offset, long endOffset, int maxBytes, boolean atLeastOneBatch) {
        try {
            for (int i = 0; i < MOST_DAMAGE_PER_READ; i++) {
                ReadOutcome outcome = tryRead(offset, endOffset, maxBytes, atLeastOneBatch);
                if (outcome != null) {
                    return outcome;
                }
            }
            return ReadOutcome.NOTHING;
        } catch (IOException refusal) {
            throw storage("read", refusal);
        }
    }

    /**
     * The outcome, or null when damage was found and is now known, so that it is to be tried again.
     */
    private @Nullable ReadOutcome tryRead(
            long offset, long endOffset, int maxBytes, boolean atLeastOneBatch) throws IOException {
        long end = logEndOffset;
        if (offset < logStartOffset || offset > end) {
            return new ReadOutcome.OutOfRange(logStartOffset, end);
        }
        Segment[] all = segments.snapshot();
        for (int i = Segments.floor(all, offset); i < all.length; i++) {
            Segment segment = all[i];
            if (offset >= endOffset || segment.baseOffset() >= endOffset) {
                return ReadOutcome.NOTHING;
            }
            SegmentReader reader = new SegmentReader(segment);
            switch (reader.read(offset, endOffset, maxBytes, atLeastOneBatch)) {
                case SegmentRead.Found(LogSlice slice) -> {
                    return new ReadOutcome.Found(slice);
                }
                case SegmentRead.Missing.PAST_END -> {
                    continue;
                }
                case SegmentRead.Missing.NOT_YET -> {
                    return ReadOutcome.NOTHING;
                }
                case SegmentRead.Missing.SUSPECT -> {
                    settle(segment, reader, offset, endOffset);
                    return null;
                }
            }
        }
        return ReadOutcome.NOTHING;
    }

    private void settle(Segment segment, SegmentReader reader, long offset, long endOffset)
            throws IOException {
        synchronized (lock) {
            if (!segment.isDeleted()) {
                reader.settle(offset, config.indexIntervalBytes());
                if (endOffset < segment.nextOffset()) {
                    reader.settle(endOffset, config.indexIntervalBytes());
                }
            }
        }
    }

    private LogStorageException storage(String what, IOException cause) {
        return new LogStorageException(
                "The disk refused to " + what + " " + context.folder() + ": " + cause.getMessage(),
                cause);
    }

    /** Transactions aborted whose records lie in [from, to) (for {@code read_committed}). */
    public List<FetchResponseData.AbortedTransaction> abortedTransactions(long from, long to) {
        return List.of();
    }

    /** First record with a timestamp at or after the given, below {@code endOffset}. */
    public Optional<TimestampedOffset> offsetForTimestamp(long timestampMillis, long endOffset) {
        try {
            long start = logStartOffset;
            for (Segment segment : segments.snapshot()) {
                if (segment.baseOffset() < endOffset
                        && segment.nextOffset() > start
                        && segment.maxTimestamp() >= timestampMillis) {
                    TimestampedOffset found =
                            new TimestampSearch(segment).first(timestampMillis, start, endOffset);
                    if (found != null) {
                        return Optional.of(found);
                    }
                }
            }
            return Optional.empty();
        } catch (IOException refusal) {
            throw storage("read", refusal);
        }
    }

    /** The record with the largest timestamp below {@code endOffset} (KIP-734). */
    public Optional<TimestampedOffset> maxTimestampOffset(long endOffset) {
        try {
            long largest = -1;
            Segment holder = null;
            for (Segment segment : segments.snapshot()) {
                if (segment.baseOffset() < endOffset && segment.nextOffset() > logStartOffset) {
                    long here = new TimestampSearch(segment).largest(logStartOffset, endOffset);
                    if (here > largest) {
                        largest = here;
                        holder = segment;
                    }
                }
            }
            return holder == null
                    ? Optional.empty()
                    : Optional.ofNullable(
                            new TimestampSearch(holder).first(largest, logStartOffset, endOffset));
        } catch (IOException refusal) {
            throw storage("read", refusal);
        }
    }

    // ---- what leaves the log

    /** Raises the log start offset (DeleteRecords, retention); false when it already is there. */
    public boolean advanceLogStartOffset(long offset) {
        synchronized (lock) {
            long target = Math.min(offset, highWatermark);
            if (target <= logStartOffset) {
                return false;
            }
            logStartOffset = target;
            epochsDirty |= epochs.truncateFromStart(target);
            Segment[] all = segments.snapshot();
            int below = 0;
            while (below + 1 < all.length && all[below + 1].baseOffset() <= target) {
                below++;
            }
            if (below > 0) {
                delete(segments.removeFirst(below));
            }
            services.checkpointNow();
            return true;
        }
    }

    private void delete(List<Segment> gone) {
        for (Segment segment : gone) {
            try {
                segment.markDeleted();
            } catch (IOException refusal) {
                LOG.warn("{} cannot be renamed for deletion: {}", segment, refusal.getMessage());
            }
        }
        services.later(
                config.fileDeleteDelayMillis(),
                () -> {
                    for (Segment segment : gone) {
                        segment.deleteMarked();
                    }
                });
    }

    /** Removes all at and above the offset. */
    public void truncateTo(long offset) {
        synchronized (lock) {
            if (offset >= logEndOffset) {
                return;
            }
            if (offset < segments.first().baseOffset()) {
                truncateFullyAndStartAt(offset);
                return;
            }
            try {
                int floor = Segments.floor(segments.snapshot(), offset);
                delete(segments.removeAfter(floor));
                segments.active().truncateTo(offset);
                endsNowAt(offset, Math.min(logStartOffset, offset));
            } catch (IOException refusal) {
                throw storage("truncate", refusal);
            }
        }
    }

    /** Removes everything and begins anew at the offset. */
    public void truncateFullyAndStartAt(long offset) {
        synchronized (lock) {
            try {
                Segment fresh = Segment.fresh(context, offset);
                delete(segments.replaceAll(fresh));
                fresh.create();
                epochs.clear();
                epochsDirty = true;
                logStartOffset = offset;
                highWatermark = offset;
                endsNowAt(offset, offset);
            } catch (IOException refusal) {
                throw storage("truncate", refusal);
            }
        }
    }

    private void endsNowAt(long offset, long start) throws IOException {
        logStartOffset = start;
        logEndOffset = offset;
        highWatermark = Math.min(highWatermark, offset);
        epochsDirty |= epochs.truncateFromEnd(offset);
        writeEpochs();
        sync.truncated(offset);
        services.checkpointNow();
    }

    /** Drops what retention says may go, at the high watermark at most; answers the bytes freed. */
    public long applyRetention(long nowMillis) {
        synchronized (lock) {
            try {
                Retention retention = new Retention(config, segments, highWatermark);
                int count = retention.deletable(nowMillis);
                if (count == 0) {
                    return 0;
                }
                if (count == segments.snapshot().length) {
                    roll();
                }
                List<Segment> gone = segments.removeFirst(count);
                delete(gone);
                logStartOffset = Math.max(logStartOffset, segments.first().baseOffset());
                epochsDirty |= epochs.truncateFromStart(logStartOffset);
                services.checkpointNow();
                LOG.info(
                        "{}: retention removed {} segments up to offset {}",
                        topicPartition,
                        count,
                        logStartOffset);
                return gone.stream().mapToLong(Segment::sizeBytes).sum();
            } catch (IOException refusal) {
                throw storage("apply retention to", refusal);
            }
        }
    }

    /** Total of the segments' bytes. */
    public long sizeBytes() {
        return segments.sizeBytes();
    }

    // ---- durability

    /**
     * Asks for an fdatasync of all that is now appended; the callback runs on the syncing thread.
     */
    public void sync(Runnable whenDurable) {
        sync.add(whenDurable);
        services.requestSync(this);
    }

    /** Writes through to the disk before returning. */
    public void flush() {
        try {
            sync.run(logEndOffset);
        } catch (IOException refusal) {
            throw storage("sync", refusal);
        }
    }

    /** Called by the syncing thread. */
    void syncNow() {
        sync.runRequested();
    }

    /**
     * Does what is done once in a while: writes what recovery can then leave unread, asks for a
     * sync when more than so many bytes are not durable, forgets what was verified long ago.
     */
    void keep(long nowMillis, long mostUnsyncedBytes) throws IOException {
        synchronized (lock) {
            if (closed || fault.reason() != null) {
                return;
            }
            segments.active().checkpointIndexes();
            writeEpochs();
        }
        if (sync.unsyncedBytes() > mostUnsyncedBytes) {
            services.requestSync(this);
        }
        for (Segment segment : segments.snapshot()) {
            segment.expireVerified(nowMillis);
        }
    }

    /** Has the log synced when records wait for it longer than {@code flush.ms}; the next look. */
    long flushIfAged(long nowMillis) {
        long most = config.flushMillis();
        if (most == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        if (sync.durableOffset() < logEndOffset) {
            services.requestSync(this);
        }
        return nowMillis + Math.max(1, most);
    }

    public List<DescribeProducersResponseData.ProducerState> activeProducers() {
        return List.of();
    }

    // ---- end

    /** Syncs, writes what a clean start needs, and closes the files. */
    void close() throws IOException {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        sync.run(logEndOffset);
        synchronized (lock) {
            Segment active = segments.active();
            if (active.sizeBytes() > 0) {
                active.cutRemains();
                active.storeIndexes();
                active.forceIndexes();
            }
            writeEpochs();
            abandon();
        }
    }

    /** Takes no more appends and closes the files as they are. */
    void abandon() {
        synchronized (lock) {
            closed = true;
            List<Segment> all = new ArrayList<>(List.of(segments.snapshot()));
            for (Segment segment : all) {
                try {
                    segment.close();
                } catch (IOException refusal) {
                    LOG.warn("{} cannot be closed: {}", segment, refusal.getMessage());
                }
            }
        }
    }

    /** Takes no more appends; what was given out to readers stays open. */
    void retire() {
        synchronized (lock) {
            closed = true;
        }
    }
}
