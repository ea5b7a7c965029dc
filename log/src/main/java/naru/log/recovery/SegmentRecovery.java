package naru.log.recovery;

import naru.log.epoch.LeaderEpochs;
import naru.log.segment.BatchCursor;
import naru.log.segment.BatchScan;
import naru.log.segment.IndexBuilder;
import naru.log.segment.Segment;
import naru.log.segment.SparseIndex;
import naru.wire.RecordBatchLayout;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.OptionalLong;

/**
 * Reads one segment from the recovery point on after an unclean stop: makes its indexes and leader
 * epochs anew and cuts off what a write that was under way left at the end. A damaged batch with
 * sound ones behind it was not left by such a write; it stays, and readers step over it. But where
 * a sector of zeros stands, a write never reached the disk when the power failed: nothing behind it
 * was synced either, and all of that is cut off, so that the log ends where its first loss is.
 */
final class SegmentRecovery {
    private static final int SECTOR_BYTES = 512;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

    private final Segment segment;
    private final LogLoader.Hints hints;
    private final LeaderEpochs epochs;
    private final boolean last;

    private int soundBytes;
    private long nextOffset;
    private boolean lost;
    private OptionalLong holeAt = OptionalLong.empty();

    SegmentRecovery(Segment segment, LogLoader.Hints hints, LeaderEpochs epochs, boolean last) {
        this.segment = segment;
        this.hints = hints;
        this.epochs = epochs;
        this.last = last;
        this.nextOffset = segment.baseOffset();
    }

    /**
     * Answers whether the segment has lost writes behind which nothing can be right: then it is the
     * last of its log.
     */
    boolean run() throws IOException {
        IndexBuilder builder = segment.resumeIndexes(hints.readFrom(), hints.indexIntervalBytes());
        SparseIndex.Entry resume = builder.offsets().last();
        int from = resume == null ? 0 : resume.value();
        soundBytes = from;
        int fileBytes = segment.sizeBytes();
        scan(builder, from, fileBytes);
        if (soundBytes < fileBytes) {
            lost |= leavesHole() && isZeroWithin(soundBytes, fileBytes);
            if (!segment.isZero(soundBytes, fileBytes)) {
                LOG.warn(
                        "{}: after an unclean stop its last {} bytes were no whole batches and were"
                                + " cut off; the log goes on at offset {}",
                        segment.file(),
                        fileBytes - soundBytes,
                        nextOffset);
            }
            segment.channel().truncate(soundBytes);
            segment.channel().force(true); // else it may come back behind what is appended next
        }
        if (!lost && leavesHole()) {
            holeAt = OptionalLong.of(nextOffset);
        }
        boolean ends = last || lost;
        segment.recovered(soundBytes, ends ? nextOffset : segment.nextOffset(), builder);
        if (ends) {
            segment.reopen();
        }
        return lost;
    }

    /** Where the power took offsets at the segment's end. */
    OptionalLong holeAt() {
        return holeAt;
    }

    /** Offsets are missing before the next segment, and nothing says that they were synced. */
    private boolean leavesHole() {
        return !last && hints.recoveryPoint() <= nextOffset && nextOffset < segment.nextOffset();
    }

    /** Whether a whole sector, or its rest behind the start, is zeros. */
    private boolean isZeroWithin(int start, int end) throws IOException {
        for (int at = start; at < end; ) {
            int sectorEnd = at / SECTOR_BYTES * SECTOR_BYTES + SECTOR_BYTES;
            int until = Math.min(sectorEnd, end);
            // the offset that a sound batch behind the stretch begins with has zeros in front, or
            // is zeros: no CRC covers it
            boolean whole = sectorEnd - until <= Long.BYTES;
            boolean tells = until - at >= RecordBatchLayout.LOG_OVERHEAD_BYTES;
            if (whole && tells && segment.isZero(at, until)) {
                return true;
            }
            at = sectorEnd;
        }
        return false;
    }

    private void scan(IndexBuilder builder, int from, int fileBytes) throws IOException {
        BatchCursor cursor = segment.context().cursors().borrow();
        try {
            cursor.over(segment.channel(), true);
            BatchScan.walk(
                    cursor,
                    from,
                    fileBytes,
                    segment.baseOffset(),
                    segment.nextOffset(),
                    new BatchScan.Visitor() {
                        @Override
                        public boolean sound(BatchCursor batch) {
                            if (!lost) {
                                note(batch, builder);
                            }
                            return !lost;
                        }

                        @Override
                        public void damaged(int start, int end, long expected, long next)
                                throws IOException {
                            if (next < 0) {
                                return;
                            }
                            lost = expected >= hints.recoveryPoint() && isZeroWithin(start, end);
                            if (!lost) {
                                segment.noteDamaged(start, end, expected, next);
                            }
                        }
                    });
        } finally {
            segment.context().cursors().giveBack(cursor);
        }
    }

    private void note(BatchCursor batch, IndexBuilder builder) {
        builder.note(batch);
        segment.noteVerified((int) batch.position(), (int) batch.endPosition());
        soundBytes = (int) batch.endPosition();
        nextOffset = batch.lastOffset() + 1;
        if (batch.leaderEpoch() >= 0 && nextOffset > hints.logStartOffset()) {
            epochs.found(batch.leaderEpoch(), batch.baseOffset());
        }
    }
}
