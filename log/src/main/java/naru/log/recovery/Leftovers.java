package naru.log.recovery;

import naru.log.disk.Disk;
import naru.log.segment.BatchCursor;
import naru.log.segment.SegmentContext;
import naru.log.segment.SegmentFiles;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Files in a log's folder that a deletion or a compaction left when the process ended, in the
 * states that Kafka gives them. A copy of which some file still is {@code .cleaned} is worth
 * nothing; one that is {@code .swap} throughout is whole, and what it was made from goes.
 */
final class Leftovers {
    private static final List<String> KINDS =
            List.of(
                    SegmentFiles.LOG,
                    SegmentFiles.OFFSET_INDEX,
                    SegmentFiles.TIME_INDEX,
                    SegmentFiles.TRANSACTION_INDEX);

    private final SegmentContext context;
    private final Disk disk;

    Leftovers(SegmentContext context) {
        this.context = context;
        this.disk = context.disk();
    }

    /** Settles what is left, and answers the segments' files in the order of their offsets. */
    List<Disk.Entry> settle() throws IOException {
        List<String> names = names();
        if (names.stream().anyMatch(Leftovers::isLeft)) {
            dropUnfinished(names);
            names = names();
            for (String name : names) {
                OptionalLong base =
                        SegmentFiles.offsetOf(name, SegmentFiles.LOG + SegmentFiles.SWAP);
                if (base.isPresent()) {
                    deleteReplaced(base.getAsLong(), names);
                }
            }
            completeSwaps(names);
        }
        return disk.list(context.folder()).stream()
                .filter(entry -> SegmentFiles.offsetOf(entry.name(), SegmentFiles.LOG).isPresent())
                .toList();
    }

    private List<String> names() throws IOException {
        return disk.list(context.folder()).stream().map(Disk.Entry::name).toList();
    }

    private static boolean isLeft(String name) {
        return name.endsWith(SegmentFiles.DELETED)
                || name.endsWith(SegmentFiles.CLEANED)
                || name.endsWith(SegmentFiles.SWAP);
    }

    /** Copies that were not finished go with those behind them: they were made in one piece. */
    private void dropUnfinished(List<String> names) throws IOException {
        long unfinished = Long.MAX_VALUE;
        List<String> cleaned = new ArrayList<>();
        for (String name : names) {
            if (name.endsWith(SegmentFiles.CLEANED)) {
                cleaned.add(name);
                unfinished = Math.min(unfinished, offset(name, SegmentFiles.CLEANED));
            }
        }
        for (String name : names) {
            boolean dropped =
                    name.endsWith(SegmentFiles.DELETED)
                            || (name.endsWith(SegmentFiles.SWAP)
                                    && offset(name, SegmentFiles.SWAP) >= unfinished);
            if (dropped) {
                delete(name);
            }
        }
        for (String name : cleaned) {
            delete(name);
        }
    }

    private static long offset(String name, String state) {
        for (String kind : KINDS) {
            OptionalLong offset = SegmentFiles.offsetOf(name, kind + state);
            if (offset.isPresent()) {
                return offset.getAsLong();
            }
        }
        return Long.MAX_VALUE;
    }

    private void delete(String name) throws IOException {
        disk.delete(context.folder().resolve(name));
    }

    /** Deletes the segments whose first offset lies within the copy, which holds what stays. */
    private void deleteReplaced(long base, List<String> names) throws IOException {
        long end = endOf(base);
        for (String name : names) {
            long offset = offset(name, "");
            if (offset == base || (base < offset && offset < end)) {
                delete(name);
            }
        }
    }

    private long endOf(long base) throws IOException {
        Path file = SegmentFiles.path(context.folder(), base, SegmentFiles.LOG + SegmentFiles.SWAP);
        BatchCursor cursor = context.cursors().borrow();
        try (FileChannel channel = disk.open(file, StandardOpenOption.READ)) {
            cursor.over(channel, false);
            long size = channel.size();
            long next = base;
            for (long at = 0;
                    cursor.load(at, size) && cursor.plausible(size, next, Long.MAX_VALUE);
                    at = cursor.endPosition()) {
                next = cursor.lastOffset() + 1;
            }
            return next;
        } finally {
            context.cursors().giveBack(cursor);
        }
    }

    private void completeSwaps(List<String> names) throws IOException {
        for (String name : names) {
            if (name.endsWith(SegmentFiles.SWAP)) {
                String target = name.substring(0, name.length() - SegmentFiles.SWAP.length());
                disk.rename(context.folder().resolve(name), context.folder().resolve(target));
            }
        }
    }
}
