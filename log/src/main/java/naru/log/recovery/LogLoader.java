package naru.log.recovery;

import naru.log.checkpoint.CorruptFileException;
import naru.log.disk.Disk;
import naru.log.epoch.LeaderEpochs;
import naru.log.segment.BatchCursor;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.SegmentFiles;
import naru.log.segment.Segments;
import naru.log.segment.SparseIndex;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Opens the segments of one log.
 *
 * <p>After a clean stop nothing is scanned but what stands behind the last index entry. After an
 * unclean one, what stands behind the recovery point is read and checked.
 */
public final class LogLoader {
    private static final Logger LOG = LoggerFactory.getLogger(LogLoader.class);

    /**
     * What is known of the log before its segments are looked at.
     *
     * @param logStartOffset as the checkpoint has it, or 0
     * @param recoveryPoint below which everything is known to be on the disk
     * @param readFrom from where on everything is read and checked
     */
    public record Hints(
            boolean cleanStop,
            long logStartOffset,
            long recoveryPoint,
            long readFrom,
            int indexIntervalBytes) {
        private Hints readingAll() {
            return new Hints(false, logStartOffset, recoveryPoint, 0, indexIntervalBytes);
        }
    }

    /**
     * The log as it was found, mended where it had to be.
     *
     * @param holeAt the first offset behind the recovery point that is missing in front of others:
     *     the power took it, as compaction takes only what the recovery point covers
     */
    public record Loaded(
            Segments segments,
            LeaderEpochs epochs,
            long logStartOffset,
            long logEndOffset,
            OptionalLong holeAt) {}

    private final SegmentContext context;
    private final Hints hints;
    private final LeaderEpochs epochs;
    private OptionalLong holeAt = OptionalLong.empty();

    private LogLoader(SegmentContext context, Hints hints, LeaderEpochs epochs) {
        this.context = context;
        this.hints = hints;
        this.epochs = epochs;
    }

    public static Loaded load(SegmentContext context, Hints hints) throws IOException {
        try {
            LeaderEpochs epochs = LeaderEpochs.read(context.disk(), context.folder());
            boolean unknown = epochs.starts().isEmpty() && !hints.cleanStop();
            return new LogLoader(context, unknown ? hints.readingAll() : hints, epochs).load();
        } catch (CorruptFileException corrupt) {
            LOG.warn("{}; the whole log is read instead", corrupt.getMessage());
            return new LogLoader(context, hints.readingAll(), new LeaderEpochs()).load();
        }
    }

    private Loaded load() throws IOException {
        List<Segment> segments = new ArrayList<>();
        List<Disk.Entry> files = new Leftovers(context).settle();
        for (int i = 0; i < files.size(); i++) {
            Disk.Entry file = files.get(i);
            long base = SegmentFiles.offsetOf(file.name(), SegmentFiles.LOG).orElseThrow();
            if (file.sizeBytes() > Integer.MAX_VALUE) {
                throw new IOException(
                        file.name() + " is larger than 2 GiB, which no segment can be");
            }
            boolean last = i == files.size() - 1;
            long bound =
                    last
                            ? base + Integer.MAX_VALUE + 1L
                            : SegmentFiles.offsetOf(files.get(i + 1).name(), SegmentFiles.LOG)
                                    .orElseThrow();
            boolean lost = open(base, (int) file.sizeBytes(), bound, last, segments);
            if (lost && !last) {
                deleteBehind(files.subList(i + 1, files.size()));
                break;
            }
        }
        if (segments.isEmpty()) {
            segments.add(Segment.fresh(context, Math.max(0, hints.logStartOffset())));
        }
        Segments all = new Segments(segments);
        long end = all.active().nextOffset();
        long start = Math.max(hints.logStartOffset(), all.first().baseOffset());
        epochs.truncateFromEnd(end);
        return new Loaded(all, epochs, Math.min(start, end), end, holeAt);
    }

    /** They were written after what is lost. */
    private void deleteBehind(List<Disk.Entry> files) throws IOException {
        LOG.warn(
                "{}: a power cut took writes that {} segments behind them have survived; they are"
                        + " deleted, so that the log has no hole",
                context.folder(),
                files.size());
        for (Disk.Entry file : files) {
            long base = SegmentFiles.offsetOf(file.name(), SegmentFiles.LOG).orElseThrow();
            for (String suffix : SegmentFiles.OF_SEGMENT) {
                context.disk().delete(SegmentFiles.path(context.folder(), base, suffix));
            }
        }
        context.disk().forceFolder(context.folder());
    }

    /** Adds the segment; answers whether it has lost writes, so that none may follow. */
    private boolean open(long base, int size, long bound, boolean last, List<Segment> into)
            throws IOException {
        Segment segment = Segment.found(context, base, size, bound);
        boolean scan = !hints.cleanStop() && bound > hints.readFrom();
        if (size == 0 && last) {
            into.add(Segment.fresh(context, base));
            return false;
        }
        into.add(segment);
        if (!scan && last) {
            OptionalLong end = cleanEnd(segment);
            if (end.isPresent()) {
                segment.endsAt(end.getAsLong());
                segment.reopen();
                return false;
            }
            scan = true;
        }
        if (!scan) {
            return false;
        }
        SegmentRecovery recovery = new SegmentRecovery(segment, hints, epochs, last);
        boolean lost = recovery.run();
        if (holeAt.isEmpty()) {
            holeAt = recovery.holeAt();
        }
        return lost;
    }

    /**
     * The offset behind the last batch, found from the last index entry; empty when the file does
     * not end with a whole batch, or the index does not lead to one.
     */
    private OptionalLong cleanEnd(Segment segment) throws IOException {
        SparseIndex.Entry entry = segment.offsets().last();
        BatchCursor cursor = context.cursors().borrow();
        try {
            cursor.over(segment.channel(), false);
            int size = segment.sizeBytes();
            long position = entry == null ? 0 : entry.value();
            long next = segment.baseOffset();
            while (position < size) {
                if (!cursor.load(position, size)
                        || !cursor.plausible(size, next, segment.nextOffset())) {
                    return OptionalLong.empty();
                }
                next = cursor.lastOffset() + 1;
                position = cursor.endPosition();
            }
            return OptionalLong.of(next);
        } finally {
            context.cursors().giveBack(cursor);
        }
    }
}
