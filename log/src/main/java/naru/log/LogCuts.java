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
        segments.active().truncateTo(offset);
        log.startsAt(Math.min(log.logStartOffset(), offset));
        endsNowAt(offset);
    }

    /** Removes everything and begins anew at the offset. */
    void truncateFullyAndStartAt(long offset) throws IOException {
        Segment fresh = Segment.fresh(context, offset);
        departure.of(segments.replaceAll(fresh));
        fresh.create();
        epochs.clear();
        producers.truncateFullyAndStartAt(offset);
        writer.epochsChanged(true);
        log.beginsAnewAt(offset);
        endsNowAt(offset);
    }

    private void endsNowAt(long offset) throws IOException {
        log.endsAt(offset);
        writer.epochsChanged(epochs.truncateFromEnd(offset));
        producers.reload(log.logStartOffset(), offset);
        log.transactionsChanged();
        writer.writeEpochs(false);
        sync.truncated(offset);
        services.recoveryPointFell(log);
        services.checkpointNow();
    }
}
