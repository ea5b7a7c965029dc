package naru.log;

import naru.log.AppendOutcome.Refused;
import naru.log.epoch.LeaderEpochs;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.Segments;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes batches that carry their offsets behind the end of a log, rolls segments, and knows
 * whether the disk takes writes.
 *
 * <p>Threads: under the log's lock. Faults: answered as a refusal; what a failed write left in the
 * file is cut off, then or before the next write.
 */
final class LogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    private final PartitionLog log;
    private final SegmentContext context;
    private final FolderRoom room;
    private final Segments segments;
    private final LeaderEpochs epochs;
    private final LogProducers producers;
    private final WriteFault fault;
    private boolean epochsDirty;
    private boolean rollUnfinished;

    /** Whether the file of epochs may have another content on the disk. */
    private boolean epochsUnforced = true;

    LogWriter(
            PartitionLog log,
            SegmentContext context,
            FolderRoom room,
            Segments segments,
            LeaderEpochs epochs,
            LogProducers producers,
            WriteFault fault) {
        this.log = log;
        this.context = context;
        this.room = room;
        this.segments = segments;
        this.epochs = epochs;
        this.producers = producers;
        this.fault = fault;
    }

    /** Why nothing may be appended now, or null; tries at times whether that has passed. */
    @Nullable Refused refusal(long nowMillis) {
        if (fault.reason() == null || (fault.shouldTry(nowMillis) && heal())) {
            return null;
        }
        return refused();
    }

    private Refused refused() {
        return new Refused(Errors.KAFKA_STORAGE_ERROR, String.valueOf(fault.reason()));
    }

    /** Null when the batches are written and accounted for; else nothing has changed. */
    @Nullable Refused write(
            LogConfig config,
            ByteBuffer batches,
            long logEndOffset,
            long lastOffset,
            long maxTimestamp,
            long nowMillis) {
        Segment active = segments.active();
        try {
            room.take(batches.remaining());
            noteEpochs(batches);
            active = activeFor(config, batches, logEndOffset, lastOffset, maxTimestamp, nowMillis);
            if (config.ackFsync() || config.preallocate()) {
                active.reserve(batches.remaining(), config.segmentBytes());
            }
            active.append(batches, config.indexIntervalBytes(), nowMillis);
        } catch (IOException refusal) {
            failed(active, refusal, nowMillis);
            epochsChanged(epochs.truncateFromEnd(logEndOffset));
            return refused();
        }
        try {
            producers.appended(active, batches);
            return null;
        } catch (IOException refusal) {
            takeBack(active, logEndOffset, refusal);
            failed(active, refusal, nowMillis);
            return refused();
        }
    }

    /** The batches stand in the file, but what the transaction index must say of them does not. */
    private void takeBack(Segment active, long logEndOffset, IOException refusal) {
        try {
            active.truncateTo(logEndOffset);
            producers.reload(log.logStartOffset(), logEndOffset);
        } catch (IOException again) {
            refusal.addSuppressed(again);
            fault.syncFailed(context.folder(), refusal);
        }
    }

    private void noteEpochs(ByteBuffer batches) throws IOException {
        int latest = epochs.latestOr(-1);
        for (int at = batches.position(); at < batches.limit(); ) {
            int epoch = RecordBatchLayout.leaderEpoch(batches, at);
            if (epoch > latest) {
                epochsChanged(epochs.assign(epoch, RecordBatchLayout.baseOffset(batches, at)));
                latest = epoch;
            }
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        writeEpochs(false);
    }

    void epochsChanged(boolean changed) {
        epochsDirty |= changed;
    }

    /**
     * @param force whether they are on the disk when this returns, as those of records that are to
     *     be durable have to be
     */
    void writeEpochs(boolean force) throws IOException {
        if (epochsDirty || (force && epochsUnforced)) {
            epochs.write(context.disk(), context.folder(), force);
            epochsDirty = false;
            epochsUnforced = !force;
        }
    }

    /** The segment that the batches go to; a new one if the active one is full or old enough. */
    private Segment activeFor(
            LogConfig config,
            ByteBuffer batches,
            long logEndOffset,
            long lastOffset,
            long maxTimestamp,
            long nowMillis)
            throws IOException {
        Segment active = segments.active();
        if (active.sizeBytes() == 0) {
            log.onFileMade();
            return lastOffset - active.baseOffset() <= Integer.MAX_VALUE
                    ? active
                    : restart(RecordBatchLayout.baseOffset(batches, batches.position()));
        }
        boolean full =
                rollUnfinished
                        || active.sizeBytes() > config.segmentBytes() - batches.remaining()
                        || !active.hasRoomFor(lastOffset, config.segmentIndexBytes())
                        || active.ageMillis(maxTimestamp, nowMillis)
                                > config.rollMillis() - jitterMillis(config, active);
        return full ? roll(Math.max(logEndOffset, lastOffset - Integer.MAX_VALUE)) : active;
    }

    /** An empty segment whose base is too far below what is to be written gives way to another. */
    private Segment restart(long baseOffset) throws IOException {
        Segment fresh = Segment.fresh(context, baseOffset);
        fresh.create();
        Segment empty = segments.replaceActive(fresh);
        empty.markDeleted();
        empty.deleteMarked();
        return fresh;
    }

    /** Spreads the rolling of logs that were made at the same time. */
    private long jitterMillis(LogConfig config, Segment active) {
        long most = Math.min(config.segmentJitterMillis(), config.rollMillis());
        long seed = log.topicPartition().hashCode() * 31L + active.baseOffset();
        return most <= 0 ? 0 : Math.floorMod(seed * 0x9E3779B97F4A7C15L, most);
    }

    /**
     * Seals the active segment and begins another at the offset. When that fails, the next append
     * rolls again, whatever its size: the new file may stand there, and says where the old one
     * ends.
     */
    Segment roll(long offset) throws IOException {
        rollUnfinished = true;
        segments.active().seal();
        if (log.config().ackFsync()) {
            segments.active().force(); // else it may lose its end and the next one not
        }
        producers.writeSnapshot(false);
        Segment fresh = Segment.fresh(context, offset);
        try {
            fresh.create();
        } catch (IOException refusal) {
            deleteAgain(fresh, refusal);
            throw refusal;
        }
        segments.add(fresh);
        rollUnfinished = false;
        log.onRolled();
        return fresh;
    }

    private static void deleteAgain(Segment fresh, IOException refusal) {
        try {
            fresh.markDeleted();
            fresh.deleteMarked();
        } catch (IOException stays) {
            refusal.addSuppressed(stays);
        }
    }

    private void failed(Segment active, IOException refusal, long nowMillis) {
        boolean first = fault.reason() == null;
        fault.writeFailed(active.file(), refusal, nowMillis);
        log.onRefused();
        if (first) {
            LOG.error("{}: {}", log.topicPartition(), fault.reason());
        }
        try {
            active.cutRemainsForGood();
        } catch (IOException again) {
            refusal.addSuppressed(again);
        }
    }

    /** Tries whether the disk takes writes again; true when it does. */
    boolean heal() {
        if (fault.reason() == null) {
            return true;
        }
        if (fault.lasting()) {
            return false;
        }
        try {
            room.take(1);
            Segment active = segments.active();
            active.cutRemains();
            active.probe();
            active.force();
            fault.healed();
            LOG.info("{}: the disk takes writes again", log.topicPartition());
            return true;
        } catch (IOException still) {
            fault.writeFailed(context.folder(), still, context.clock().millis());
            log.onRefused();
            return false;
        }
    }
}
