package naru.log;

import naru.log.epoch.LeaderEpochs;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.Segments;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;

/**
 * What leaves a log, at its start (retention, DeleteRecords) or at its end (truncation).
 *
 * <p>Threads: all is done under the log's lock.
 */
final class LogCuts {
    private static final Logger LOG = LoggerFactory.getLogger(LogCuts.class);

    private final PartitionLog log;
    private final SegmentContext context;
    private final Segments segments;
    private final LeaderEpochs epochs;
    private final LogProducers producers;
    private final LogWriter writer;
    private final LogSync sync;
    private final LogServices services;
    private final SegmentDeparture departure;

    LogCuts(
            PartitionLog log,
            SegmentContext context,
            Segments segments,
            LeaderEpochs epochs,
            LogProducers producers,
            LogWriter writer,
            LogSync sync,
            LogServices services,
            SegmentDeparture departure) {
        this.log = log;
        this.context = context;
        this.segments = segments;
        this.epochs = epochs;
        this.producers = producers;
        this.writer = writer;
        this.sync = sync;
        this.services = services;
        this.departure = departure;
    }

    /** Raises the start, at most to the high watermark; false when it already is there. */
    boolean advanceStart(long offset) {
        long target = Math.min(offset, log.highWatermark());
        if (target <= log.logStartOffset()) {
            return false;
        }
        startsNowAt(target);
        Segment[] all = segments.snapshot();
        int below = 0;
        while (below + 1 < all.length && all[below + 1].baseOffset() <= target) {
            below++;
        }
        if (below > 0) {
            departure.of(segments.removeFirst(below));
        }
        services.checkpointNow();
        return true;
    }

    /** Drops what retention says may go; answers the bytes freed. */
    long applyRetention(long nowMillis) throws IOException {
        Retention retention = new Retention(log.config(), segments, log.highWatermark());
        int count = retention.deletable(nowMillis);
        if (count == 0) {
            return 0;
        }
        if (count == segments.snapshot().length) {
            writer.roll(log.logEndOffset());
        }
        List<Segment> gone = segments.removeFirst(count);
        departure.of(gone);
        startsNowAt(Math.max(log.logStartOffset(), segments.first().baseOffset()));
        services.checkpointNow();
        LOG.info(
                "{}: retention removed {} segments up to offset {}",
                log.topicPartition(),
                count,
                log.logStartOffset());
        return gone.stream().mapToLong(Segment::sizeBytes).sum();
    }

    private void startsNowAt(long offset) {
        log.startsAt(offset);
        writer.epochsChanged(epochs.truncateFromStart(offset));
        producers.onLogStartOffset(offset);
        log.transactionsChanged();
    }

    /** Removes all at and above the offset, and epochs that have no record below it. */
    void truncateTo(long offset) throws IOException {
        if (offset >= log.logEndOffset()) {
            writer.epochsChanged(epochs.truncateFromEnd(log.logEndOffset()));
            return;
        }
        if (offset < segments.first().baseOffset()) {
            truncateFullyAndStartAt(offset);
            return;
        }
        int floor = Segments.floor(segments.snapshot(), offset);
        departure.of(segments.removeAfter(floor));
        log.startsAt(Math.min(log.logStartOffset(), offset));
        endsNowAt(offset, () -> cutActive(offset));
    }

    /** Removes everything and begins anew at the offset. */
    void truncateFullyAndStartAt(long offset) throws IOException {
        departure.of(segments.replaceAll(Segment.fresh(context, offset)));
        epochs.clear();
        writer.epochsChanged(true);
        log.beginsAnewAt(offset);
        endsNowAt(offset, () -> producers.truncateFullyAndStartAt(offset));
    }

    /** Removes what stands in the active segment from the offset on; twice does no harm. */
    private void cutActive(long offset) throws IOException {
        Segment active = segments.active();
        if (active.baseOffset() < offset) {
            active.truncateTo(offset);
        } else if (active.sizeBytes() > 0) {
            active.markDeleted();
            segments.replaceActive(Segment.fresh(context, offset));
            departure.ofMarked(List.of(active));
        }
    }

    /**
     * The log ends there, whatever the disk says to it; what the disk has broken off is done before
     * anything is appended.
     */
    private void endsNowAt(long offset, LogWriter.Repair files) throws IOException {
        log.endsAt(offset);
        sync.truncated(offset);
        writer.epochsChanged(epochs.truncateFromEnd(offset));
        LogWriter.Repair rest =
                () -> {
                    files.run();
                    producers.reload(log.logStartOffset(), offset);
                    log.transactionsChanged();
                    writer.writeEpochs(false);
                    services.recoveryPointFell(log);
                    writer.beginFile(offset);
                };
        try {
            rest.run();
            writer.brokenOff(null);
        } catch (IOException refusal) {
            writer.brokenOff(rest);
            writer.refused(refusal);
            throw refusal;
        } finally {
            services.checkpointNow();
        }
    }
}
