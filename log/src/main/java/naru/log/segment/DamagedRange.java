package naru.log.segment;

/**
 * Bytes [start, end) of a segment in which no sound batch stands. Nobody is served from there.
 *
 * @param firstOffset first offset that is lost
 * @param nextOffset first offset after it that is there, or -1 when none follows in the segment
 */
record DamagedRange(int start, int end, long firstOffset, long nextOffset) {}
