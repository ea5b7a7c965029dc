package naru.log.compaction;

import naru.log.LogConfig;
import naru.log.segment.Segment;
import naru.log.segment.Segments;

import java.io.IOException;

/**
 * What of a log may be cleaned now, and how much that is worth.
 *
 * @param dirtyOffset below it, a pass has seen everything
 * @param endOffset base offset of the first segment that may not be cleaned
 * @param cleanBytes of the segments below the dirty offset
 * @param dirtyBytes of the segments from there to the end
 * @param overdue whether a record is older than {@code max.compaction.lag.ms} allows
 */
record CleanableRange(
        long dirtyOffset, long endOffset, long cleanBytes, long dirtyBytes, boolean overdue) {

    /**
     * @param cleanedUpTo end of the last pass, or -1 when there was none
     */
    static CleanableRange of(CompactableLog log, long cleanedUpTo, long nowMillis)
            throws IOException {
        long start = log.logStartOffset();
        boolean known = cleanedUpTo >= start && cleanedUpTo <= log.logEndOffset();
        long dirty = known ? cleanedUpTo : start;
        LogConfig config = log.config();
        long stable = Math.min(log.lastStableOffset(), log.durableOffset());
        Segment[] all = log.segments();
        int first = Segments.floor(all, dirty);
        int end = Math.max(first, Math.min(Segments.floor(all, stable), all.length - 1));
        boolean overdue = false;
        long dirtyBytes = 0;
        for (int i = first; i < end; i++) {
            if (config.compaction().minLagMillis() > 0
                    && all[i].maxTimestamp() > nowMillis - config.compaction().minLagMillis()) {
                end = i;
            } else {
                dirtyBytes += all[i].sizeBytes();
                long oldest = all[i].sizeBytes() == 0 ? 0 : all[i].firstTimestamp();
                overdue |=
                        oldest > 0
                                && oldest
                                        < nowMillis
                                                - Math.max(0, config.compaction().maxLagMillis());
            }
        }
        long cleanBytes = 0;
        for (int i = 0; i < Math.min(first, end); i++) {
            cleanBytes += all[i].sizeBytes();
        }
        return new CleanableRange(dirty, all[end].baseOffset(), cleanBytes, dirtyBytes, overdue);
    }

    /** Part of what may be cleaned that is dirty, 0 to 1. */
    double dirtyRatio() {
        long all = cleanBytes + dirtyBytes;
        return all == 0 ? 0 : (double) dirtyBytes / all;
    }

    boolean worthCleaning(LogConfig config) {
        return dirtyBytes > 0
                && dirtyOffset < endOffset
                && (overdue || dirtyRatio() > config.compaction().minDirtyRatio());
    }
}
