package naru.log.recovery;

import naru.log.epoch.LeaderEpochs;
import naru.log.segment.BatchCursor;
import naru.log.segment.BatchScan;
import naru.log.segment.IndexBuilder;
import naru.log.segment.Segment;
import naru.log.segment.SparseIndex;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/**
 * Reads one segment from the recovery point on after an unclean stop: makes its indexes and leader
 * epochs anew and cuts off what a write that was under way left at the end. A damaged batch with
 * sound ones behind it was not left by such a write; it stays, and readers step over it.
 */
final class SegmentRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

    private final Segment segment;
    private final LogLoader.Hints hints;
    private final LeaderEpochs epochs;
    private final boolean last;

    private int soundBytes;
    private long nextOffset;

    SegmentRecovery(Segment segment, LogLoader.Hints hints, LeaderEpochs epochs, boolean last) {
        this.segment = segment;
        this.hints = hints;
        this.epochs = epochs;
        this.last = last;
        this.nextOffset = segment.baseOffset();
    }

    void run() throws IOException {
        IndexBuilder builder =
                segment.resumeIndexes(hints.recoveryPoint(), hints.indexIntervalBytes());
        SparseIndex.Entry resume = builder.offsets().last();
        int from = resume == null ? 0 : resume.value();
        soundBytes = from;
        int fileBytes = segment.sizeBytes();
        scan(builder, from, fileBytes);
        if (soundBytes < fileBytes) {
            if (!segment.isZero(soundBytes, fileBytes)) {
                LOG.warn(
                        "{}: after an unclean stop its last {} bytes were no whole batches and were"
                                + " cut off; the log goes on at offset {}",
                        segment.file(),
                        fileBytes - soundBytes,
                        nextOffset);
            }
            segment.channel().truncate(soundBytes);
        }
        segment.recovered(soundBytes, last ? nextOffset : segment.nextOffset(), builder);
        if (last) {
            segment.reopen();
        }
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
                            note(batch, builder);
                            return true;
                        }

                        @Override
                        public void damaged(int start, int end, long expected, long next) {
                            if (next >= 0) {
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
        int epoch = batch.leaderEpoch();
        if (epoch >= 0 && epochs.latest().map(latest -> epoch > latest).orElse(true)) {
            epochs.assign(epoch, batch.baseOffset());
        }
    }
}
