package naru.log.segment;

import naru.log.LogSlice;

/** What a segment answers to a read. */
public sealed interface SegmentRead {
    record Found(LogSlice slice) implements SegmentRead {}

    /** Why there is no slice. */
    enum Missing implements SegmentRead {
        /** All that is wanted stands behind this segment. */
        PAST_END,
        /** Nothing that may be seen, or that fits, stands here. */
        NOT_YET,
        /**
         * What stands here is not sound. It may be damaged, or a truncation has just moved it:
         * {@link SegmentReader#settle}, under the log's lock, finds out.
         */
        SUSPECT
    }
}
