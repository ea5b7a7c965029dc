package naru.log;

import naru.log.segment.Segment;
import naru.log.segment.SegmentRead;
import naru.log.segment.SegmentReader;
import naru.log.segment.Segments;
import naru.log.segment.TimestampSearch;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Optional;

/**
 * Finds slices and timestamps across the segments of a log.
 *
 * <p>Threads: any, without the log's lock; damage is settled under it.
 */
final class LogReader {
    private static final int MOST_DAMAGE_PER_READ = 64;

    private final PartitionLog log;
    private final Segments segments;

    LogReader(PartitionLog log, Segments segments) {
        this.log = log;
        this.segments = segments;
    }

    ReadOutcome read(long offset, long endOffset, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        for (int i = 0; i < MOST_DAMAGE_PER_READ; i++) {
            ReadOutcome outcome = tryRead(offset, endOffset, maxBytes, atLeastOneBatch);
            if (outcome != null) {
                return outcome;
            }
        }
        return ReadOutcome.NOTHING;
    }

    /** The outcome, or null when damage was found and is now known, to be tried again. */
    private @Nullable ReadOutcome tryRead(
            long offset, long endOffset, int maxBytes, boolean atLeastOneBatch) throws IOException {
        long start = log.logStartOffset();
        long end = log.logEndOffset();
        if (offset < start || offset > end) {
            return new ReadOutcome.OutOfRange(start, end);
        }
        long bound = Math.min(endOffset, end);
        Segment[] all = segments.snapshot();
        for (int i = Segments.floor(all, offset); i < all.length; i++) {
            Segment segment = all[i];
            if (offset >= bound || segment.baseOffset() >= bound) {
                return ReadOutcome.NOTHING;
            }
            SegmentReader reader = new SegmentReader(segment);
            SegmentRead read;
            try {
                read = reader.read(offset, bound, maxBytes, atLeastOneBatch);
            } catch (IOException refusal) {
                if (hasLeft(segment)) {
                    return null;
                }
                throw refusal;
            }
            switch (read) {
                case SegmentRead.Found(LogSlice slice) -> {
                    return new ReadOutcome.Found(slice);
                }
                case SegmentRead.Missing.PAST_END -> {}
                case SegmentRead.Missing.NOT_YET -> {
                    return ReadOutcome.NOTHING;
                }
                case SegmentRead.Missing.SUSPECT -> {
                    settle(segment, reader, offset, bound);
                    return null;
                }
            }
        }
        return ReadOutcome.NOTHING;
    }

    /**
     * Whether the segment was replaced or deleted meanwhile, and what stands there now is known.
     */
    private boolean hasLeft(Segment segment) {
        synchronized (log.lock()) {
            return segment.isDeleted();
        }
    }

    private void settle(Segment segment, SegmentReader reader, long offset, long endOffset)
            throws IOException {
        synchronized (log.lock()) {
            if (!segment.isDeleted()) {
                int interval = log.config().indexIntervalBytes();
                reader.settle(offset, interval);
                if (endOffset < segment.nextOffset()) {
                    reader.settle(endOffset, interval);
                }
            }
        }
    }

    Optional<TimestampedOffset> offsetForTimestamp(long timestamp, long endOffset)
            throws IOException {
        long start = log.logStartOffset();
        for (Segment segment : segments.snapshot()) {
            if (segment.baseOffset() < endOffset
                    && segment.nextOffset() > start
                    && segment.maxTimestamp() >= timestamp) {
                TimestampedOffset found =
                        new TimestampSearch(segment).first(timestamp, start, endOffset);
                if (found != null) {
                    return Optional.of(found);
                }
            }
        }
        return Optional.empty();
    }

    Optional<TimestampedOffset> maxTimestampOffset(long endOffset) throws IOException {
        long start = log.logStartOffset();
        long largest = -1;
        Segment holder = null;
        for (Segment segment : segments.snapshot()) {
            if (segment.baseOffset() < endOffset && segment.nextOffset() > start) {
                long here = new TimestampSearch(segment).largest(start, endOffset);
                if (here > largest) {
                    largest = here;
                    holder = segment;
                }
            }
        }
        return holder == null
                ? Optional.empty()
                : Optional.ofNullable(new TimestampSearch(holder).first(largest, start, endOffset));
    }
}
