package naru.log;

import naru.log.compaction.CompactableLog;
import naru.log.producer.AbortedTransaction;
import naru.log.segment.CleanedSegment;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.Segments;

import org.apache.kafka.common.TopicPartition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A log as compaction sees it.
 *
 * <p>Threads: a cleaner's; what changes the log takes its lock. Readers that hold a replaced
 * segment keep its files until {@code file.delete.delay.ms} is over.
 */
final class LogCompaction implements CompactableLog {
    private final PartitionLog log;
    private final SegmentContext context;
    private final Segments segments;
    private final LogProducers producers;
    private final LogSync sync;
    private final LogServices services;
    private final SegmentDeparture departure;

    LogCompaction(
            PartitionLog log,
            SegmentContext context,
            Segments segments,
            LogProducers producers,
            LogSync sync,
            LogServices services,
            SegmentDeparture departure) {
        this.log = log;
        this.context = context;
        this.segments = segments;
        this.producers = producers;
        this.sync = sync;
        this.services = services;
        this.departure = departure;
    }

    @Override
    public TopicPartition topicPartition() {
        return log.topicPartition();
    }

    @Override
    public LogConfig config() {
        return log.config();
    }

    @Override
    public SegmentContext context() {
        return context;
    }

    @Override
    public Segment[] segments() {
        return segments.snapshot();
    }

    @Override
    public long logStartOffset() {
        return log.logStartOffset();
    }

    @Override
    public long logEndOffset() {
        return log.logEndOffset();
    }

    @Override
    public long lastStableOffset() {
        return log.lastStableOffset();
    }

    @Override
    public long durableOffset() {
        if (sync.durableOffset() < segments.active().baseOffset()) {
            services.requestSync(log);
        }
        return sync.durableOffset();
    }

    @Override
    public List<AbortedTransaction> aborted(long from, long to) throws IOException {
        return producers.aborted(from, to);
    }

    @Override
    public Map<Long, LastBatch> lastBatches() {
        synchronized (log.lock()) {
            return producers.lastBatches();
        }
    }

    @Override
    public boolean replace(List<Segment> sources, CleanedSegment copy, BooleanSupplier wanted)
            throws IOException {
        for (Segment source : sources) {
            source.pin();
        }
        if (!isDurableForGood(sources.getLast().nextOffset(), copy)) {
            return false;
        }
        synchronized (log.lock()) {
            int at = segments.indexOf(sources);
            int behind = at + sources.size();
            Segment[] all = segments.snapshot();
            if (at < 0 || behind >= all.length || log.isClosed() || !wanted.getAsBoolean()) {
                return false;
            }
            Segment made = swap(sources, copy, all[behind].baseOffset());
            segments.replace(at, sources.size(), made);
            for (Segment source : sources.subList(1, sources.size())) {
                producers.deleteSnapshotOf(source);
            }
        }
        departure.ofMarked(sources);
        context.disk().forceFolder(context.folder());
        return true;
    }

    /** Else what is left out would look like what the power took. */
    private boolean isDurableForGood(long offset, CleanedSegment copy) throws IOException {
        try {
            return services.recoveryPointReaches(log, offset);
        } catch (IOException refusal) {
            copy.discard();
            throw refusal;
        }
    }

    /** Either the copy has the names, or the sources have them again. */
    private static Segment swap(List<Segment> sources, CleanedSegment copy, long nextOffset)
            throws IOException {
        List<Segment> marked = new ArrayList<>();
        try {
            copy.beginSwap();
            for (Segment source : sources) {
                marked.add(source);
                source.markDeleted();
            }
            return copy.completeSwap(nextOffset);
        } catch (IOException refusal) {
            for (Segment source : marked) {
                source.unmarkDeleted();
            }
            copy.discard();
            throw refusal;
        }
    }
}
