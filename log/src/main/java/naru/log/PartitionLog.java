package naru.log;

import naru.log.AppendOutcome.Appended;
import naru.log.AppendOutcome.Duplicate;
import naru.log.AppendOutcome.Refused;
import naru.log.BatchIntake.Intake;
import naru.log.checkpoint.PartitionMetadataFile;
import naru.log.compaction.CompactableLog;
import naru.log.epoch.LeaderEpochs;
import naru.log.producer.AppendTerms;
import naru.log.producer.Verdict;
import naru.log.recovery.LogLoader;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.Segments;
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
    private static final long NO_HOLE = Long.MAX_VALUE;
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLog.class);

    private final TopicPartition topicPartition;
    private volatile Uuid topicId;
    private final LogServices services;
    private final SegmentContext context;
    private final Segments segments;
    private final LeaderEpochs epochs;
    private final WriteFault fault = new WriteFault();
    private final LogSync sync;
    private final LogProducers producers;
    private final LogWriter writer;
    private final LogReader reader;
    private final LogCompaction compaction;
    private final LogCuts cuts;
    private final Object lock = new Object();
    private volatile LogConfig config;
    private volatile long logStartOffset;
    private volatile long logEndOffset;
    private volatile long highWatermark;
    private volatile long lastStableOffset;
    private int servedEpoch;
    private long holeAt;
    private boolean closed;

    PartitionLog(
            TopicPartition topicPartition,
            Uuid topicId,
            LogConfig config,
            LogServices services,
            SegmentContext context,
            LogLoader.Loaded loaded,
            LogProducers producers,
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
        this.holeAt = loaded.holeAt().orElse(NO_HOLE);
        long whole = Math.min(checkpointedHighWatermark, holeAt);
        this.highWatermark = Math.clamp(whole, logStartOffset, logEndOffset);
        this.producers = producers;
        this.lastStableOffset = producers.lastStableOffset(logStartOffset, highWatermark);
        this.sync =
                new LogSync(this, context, segments, fault, Math.min(recoveryPoint, logEndOffset));
        this.writer =
                new LogWriter(this, context, services.room(), segments, epochs, producers, fault);
        this.reader = new LogReader(this, segments);
        SegmentDeparture departure = new SegmentDeparture(this, producers, services);
        this.compaction =
                new LogCompaction(this, context, segments, producers, sync, services, departure);
        this.cuts =
                new LogCuts(
                        this, context, segments, epochs, producers, writer, sync, services,
                        departure);
    }

    /** Called under the lock when a segment has been sealed and another begun. */
    void onRolled() {
        sync.namesChanged();
        services.requestSync(this);
        if (config.compactEnabled()) {
            services.compactionMayBeDue(this, false);
        }
    }

    /** Called under the lock when the file of the active segment comes to be. */
    void onFileMade() {
        sync.namesChanged();
    }

    public TopicPartition topicPartition() {
        return topicPartition;
    }

    public Uuid topicId() {
        return topicId;
    }

    /** Whether this is the topic's log; one whose folder does not say whose it is becomes it. */
    boolean belongsTo(Uuid wanted) {
        synchronized (lock) {
            if (topicId.equals(Uuid.ZERO_UUID)) {
                try {
                    PartitionMetadataFile.write(context.disk(), context.folder(), wanted);
                } catch (IOException refusal) {
                    throw storage("write", refusal);
                }
                topicId = wanted;
            }
            return topicId.equals(wanted);
        }
    }

    public LogConfig config() {
        return config;
    }

    public void reconfigure(LogConfig changed) {
        boolean concerned = config.compactEnabled() || changed.compactEnabled();
        config = changed;
        if (concerned) {
            services.compactionMayBeDue(this, true);
        }
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

    /** What of the high watermark a power cut leaves true: what was cut off may come back. */
    long lastingHighWatermark() {
        return Math.min(highWatermark, sync.unforcedCut());
    }

    /** Last stable offset: below it, every transaction is decided. At most the high watermark. */
    public long lastStableOffset() {
        return lastStableOffset;
    }

    /** Offset below which an fdatasync has made everything durable. */
    public long durableOffset() {
        return sync.durableOffset();
    }

    /** Stretches of the log that were found damaged since it was opened. */
    public long damagedBatches() {
        return context.damagedBatches().sum();
    }

    CompactableLog compaction() {
        return compaction;
    }

    /** Whether it takes no more appends because it is not the partition's log any more. */
    public boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** {@code directory.id} of the data folder in which it stands. */
    public Uuid directoryId() {
        return services.directoryId();
    }

    /** Whether it is a copy that may replace the partition's log. */
    public boolean isCopy() {
        return FolderNames.isFuture(folder().getFileName().toString());
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
            endEpochsBefore(leaderEpoch);
            writer.epochsChanged(epochs.assign(leaderEpoch, logEndOffset));
        }
    }

    /** From now on nobody appends as the leader of an earlier epoch. */
    public void endEpochsBefore(int leaderEpoch) {
        synchronized (lock) {
            servedEpoch = Math.max(servedEpoch, leaderEpoch);
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
            lastStableOffset = producers.lastStableOffset(logStartOffset, target);
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
        return appendAsLeader(batches, leaderEpoch, origin, AppendTerms.UNVERIFIED);
    }

    public AppendOutcome appendAsLeader(
            ByteBuffer batches, int leaderEpoch, Origin origin, AppendTerms terms) {
        long nowMillis = services.clock().millis();
        return switch (BatchIntake.admit(batches, config, origin, nowMillis)) {
            case Intake.NotAdmitted(Refused refused) -> refused;
            case Intake.Admitted admitted -> {
                AppendOutcome outcome;
                synchronized (lock) {
                    outcome = appendAdmitted(admitted, leaderEpoch, origin, terms, nowMillis);
                }
                yield flushedIfDue(outcome);
            }
        };
    }

    /**
     * What a client's batch is answered because of its producer alone: it is here already, or its
     * turn is not now; null when it may come, and when it is not one whole batch.
     */
    public @Nullable AppendOutcome foreseen(ByteBuffer batch) {
        synchronized (lock) {
            return RecordBatchLayout.isOneBatch(batch)
                    ? ofProducer(producers.verify(batch, Origin.CLIENT, AppendTerms.UNVERIFIED))
                    : null;
        }
    }

    private @Nullable AppendOutcome ofProducer(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Duplicate(long first, long last, long timestamp) ->
                    new Duplicate(
                            first, last, config.logAppendTime() ? timestamp : -1, logStartOffset);
            case Verdict.Refused(Errors error, String message) -> new Refused(error, message);
            case Verdict.Accept() -> null;
        };
    }

    private AppendOutcome appendAdmitted(
            Intake.Admitted admitted,
            int leaderEpoch,
            Origin origin,
            AppendTerms terms,
            long millis) {
        Refused refused = leaderEpoch < servedEpoch ? AppendOutcome.EPOCH_OVER : refusal(millis);
        if (refused != null) {
            return refused;
        }
        ByteBuffer batches = admitted.batches();
        AppendOutcome ofProducer = ofProducer(producers.verify(batches, origin, terms));
        if (ofProducer != null) {
            return ofProducer;
        }
        long base = logEndOffset;
        long next = BatchOffsets.assign(batches, base, leaderEpoch);
        refused = write(batches, next, admitted.maxTimestamp(), millis);
        return refused != null
                ? refused
                : new Appended(base, next - 1, admitted.appendTimeMillis(), logStartOffset);
    }

    private @Nullable Refused refusal(long nowMillis) {
        return closed ? AppendOutcome.NOT_SERVED : writer.refusal(nowMillis);
    }

    private @Nullable Refused write(
            ByteBuffer batches, long next, long maxTimestamp, long nowMillis) {
        Refused refused =
                writer.write(config, batches, logEndOffset, next - 1, maxTimestamp, nowMillis);
        if (refused == null) {
            logEndOffset = next;
            lastStableOffset = producers.lastStableOffset(logStartOffset, highWatermark);
        }
        return refused;
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
        Refused refused = refusal(nowMillis);
        if (refused != null) {
            return refused;
        }
        if (!batches.hasRemaining()) {
            return new Refused(Errors.INVALID_RECORD, "The leader sent no whole batch.");
        }
        long base = RecordBatchLayout.baseOffset(batches, batches.position());
        long next = BatchOffsets.endOffset(batches, logEndOffset);
        if (next < 0) {
            return BatchOffsets.notExpected(base, logEndOffset);
        }
        refused = write(batches, next, maxTimestamp, nowMillis);
        return refused != null ? refused : new Appended(base, next - 1, -1, logStartOffset);
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

    /** Why appends are refused at present, or null when they are not. */
    public @Nullable String writeFault() {
        return fault.reason();
    }

    /** Whether appends are refused until the log is opened anew: a sync has failed. */
    public boolean isGivenUp() {
        return fault.lasting();
    }

    /** Tries whether the disk takes writes again; true when appends go on. */
    public boolean heal() {
        synchronized (lock) {
            return writer.heal();
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
            return reader.read(offset, endOffset, maxBytes, atLeastOneBatch);
        } catch (IOException refusal) {
            throw storage("read", refusal);
        }
    }

    /** The disk has refused: is it this log, or the folder? */
    void onRefused() {
        services.suspectFolder();
    }

    private LogStorageException storage(String what, IOException cause) {
        onRefused();
        return new LogStorageException(
                "The disk refused to " + what + " " + context.folder() + ": " + cause.getMessage(),
                cause);
    }

    /** Transactions aborted whose records lie in [from, to) (for {@code read_committed}). */
    public List<FetchResponseData.AbortedTransaction> abortedTransactions(long from, long to) {
        try {
            return producers.abortedForReaders(from, to);
        } catch (IOException refusal) {
            throw storage("read", refusal);
        }
    }

    /** First record with a timestamp at or after the given, below {@code endOffset}. */
    public Optional<TimestampedOffset> offsetForTimestamp(long timestampMillis, long endOffset) {
        try {
            return reader.offsetForTimestamp(timestampMillis, endOffset);
        } catch (IOException refusal) {
            throw storage("read", refusal);
        }
    }

    /** The record with the largest timestamp below {@code endOffset} (KIP-734). */
    public Optional<TimestampedOffset> maxTimestampOffset(long endOffset) {
        try {
            return reader.maxTimestampOffset(endOffset);
        } catch (IOException refusal) {
            throw storage("read", refusal);
        }
    }

    // ---- what leaves the log

    /** Raises the log start offset (DeleteRecords, retention); false when it already is there. */
    public boolean advanceLogStartOffset(long offset) {
        synchronized (lock) {
            return cuts.advanceStart(offset);
        }
    }

    /** Removes all at and above the offset, and epochs that have no record below it. */
    public void truncateTo(long offset) {
        synchronized (lock) {
            try {
                cuts.truncateTo(offset);
            } catch (IOException refusal) {
                throw storage("truncate", refusal);
            }
        }
    }

    /**
     * Removes what stands behind records that may have been lost with the power, if there are any:
     * whoever follows another can get all of them from there.
     */
    public void cutAtHole() {
        synchronized (lock) {
            if (holeAt < logEndOffset) {
                truncateTo(holeAt);
            }
            holeAt = NO_HOLE;
        }
    }

    /** What is missing stays so, as nobody has it who could be followed. */
    public void keepHole() {
        synchronized (lock) {
            holeAt = NO_HOLE;
        }
    }

    /** Removes everything and begins anew at the offset. */
    public void truncateFullyAndStartAt(long offset) {
        synchronized (lock) {
            try {
                cuts.truncateFullyAndStartAt(offset);
            } catch (IOException refusal) {
                throw storage("truncate", refusal);
            }
        }
    }

    /** Drops what retention says may go, at the high watermark at most; answers the bytes freed. */
    public long applyRetention(long nowMillis) {
        synchronized (lock) {
            try {
                return cuts.applyRetention(nowMillis);
            } catch (IOException refusal) {
                throw storage("apply retention to", refusal);
            }
        }
    }

    /** Called under the lock when what was below the offset has left. */
    void startsAt(long offset) {
        logStartOffset = offset;
    }

    /** Called under the lock when what was at and above the offset has left. */
    void endsAt(long offset) {
        logEndOffset = offset;
        highWatermark = Math.min(highWatermark, offset);
    }

    /** Called under the lock when nothing of the log is left. */
    void beginsAnewAt(long offset) {
        logStartOffset = offset;
        highWatermark = offset;
    }

    /** Called under the lock when the producers have heard what has left. */
    void transactionsChanged() {
        lastStableOffset = producers.lastStableOffset(logStartOffset, highWatermark);
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
            producers.expire(nowMillis);
            segments.active().checkpointIndexes();
            writeEpochsOfRecords(false);
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
        synchronized (lock) {
            return producers.active();
        }
    }

    /**
     * On which terms a transactional batch may be appended once the transaction's coordinator has
     * agreed; null when the producer has a transaction open here in this epoch, so that nobody need
     * be asked (KIP-890).
     */
    public @Nullable AppendTerms toBeVerified(long producerId, short epoch) {
        synchronized (lock) {
            return producers.toBeVerified(producerId, epoch);
        }
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
        if (isGivenUp()) {
            throw new IOException(fault.reason()); // nobody may count on what it has
        }
        synchronized (lock) {
            Segment active = segments.active();
            if (active.sizeBytes() > 0) {
                active.cutRemainsForGood();
                active.storeIndexes();
                active.forceIndexes();
            }
            producers.writeSnapshot(false);
            writeEpochsOfRecords(true);
            abandon();
        }
    }

    /** An epoch without records is forgotten when the log is opened, so it needs no file. */
    void writeEpochsOfRecords(boolean force) throws IOException {
        if (logStartOffset < logEndOffset) {
            writer.writeEpochs(force);
        }
    }

    /** Takes no more appends and closes the files as they are. */
    void abandon() {
        synchronized (lock) {
            closed = true;
            for (Segment segment : segments.snapshot()) {
                try {
                    segment.close();
                } catch (IOException refusal) {
                    LOG.warn("{} cannot be closed: {}", segment, refusal.getMessage());
                }
            }
        }
    }

    /** From now on takes no appends, or takes them again; what readers were given stays open. */
    void retire(boolean retired) {
        synchronized (lock) {
            closed = retired;
        }
    }
}
