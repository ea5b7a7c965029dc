package naru.log.producer;

import naru.log.checkpoint.CorruptFileException;
import naru.log.disk.Disk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/**
 * The aborted transactions whose markers lie in one segment: the file {@code <offset>.txnindex} in
 * Kafka's format, 34 bytes an entry in the order of the markers. The file exists only once there is
 * an entry.
 *
 * <p>Owned by the segment. One thread changes it, under the log's lock; any thread may search it at
 * the same time and sees whole entries only.
 */
public final class TransactionIndex implements AutoCloseable {
    public static final String SUFFIX = ".txnindex";
    public static final int ENTRY_BYTES = 34;

    private static final short VERSION = 0;
    private static final int LAST_OFFSET_AT = 18;
    private static final int ENTRIES_PER_READ = 240;

    private final Disk disk;
    private final Path file;
    private final long segmentBaseOffset;
    private volatile @Nullable FileChannel channel;
    private volatile int entries;

    private TransactionIndex(Disk disk, Path file, long segmentBaseOffset) {
        this.disk = disk;
        this.file = file;
        this.segmentBaseOffset = segmentBaseOffset;
    }

    /** The index file of the segment, whether it is there or not. */
    public static Path file(Path partitionFolder, long segmentBaseOffset) {
        return partitionFolder.resolve(
                String.format(Locale.ROOT, "%020d", segmentBaseOffset) + SUFFIX);
    }

    /**
     * The index of that segment. A torn entry at the end is left out and overwritten by the next.
     */
    public static TransactionIndex open(Disk disk, Path partitionFolder, long segmentBaseOffset)
            throws IOException {
        TransactionIndex index =
                new TransactionIndex(
                        disk, file(partitionFolder, segmentBaseOffset), segmentBaseOffset);
        if (disk.exists(index.file)) {
            index.entries = Math.toIntExact(index.opened().size() / ENTRY_BYTES);
        }
        return index;
    }

    /** An index without entries for that segment, in a file of another name. */
    public static TransactionIndex fresh(Disk disk, Path file, long segmentBaseOffset) {
        return new TransactionIndex(disk, file, segmentBaseOffset);
    }

    private FileChannel opened() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            open =
                    disk.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            channel = open;
        }
        return open;
    }

    public Path file() {
        return file;
    }

    /** Number of entries. */
    public int size() {
        return entries;
    }

    /** Adds a transaction whose marker lies after those of all before. */
    public void append(AbortedTransaction aborted) throws IOException {
        int count = entries;
        FileChannel open = opened();
        if (count > 0) {
            long last = lastOffset(open, count - 1);
            if (aborted.lastOffset() <= last) {
                throw new IllegalArgumentException(
                        aborted + " does not follow the marker at offset " + last);
            }
        }
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES).putShort(VERSION);
        entry.putLong(aborted.producerId())
                .putLong(aborted.firstOffset())
                .putLong(aborted.lastOffset())
                .putLong(aborted.lastStableOffset())
                .flip();
        long position = (long) count * ENTRY_BYTES;
        while (entry.hasRemaining()) {
            position += open.write(entry, position);
        }
        entries = count + 1;
    }

    /**
     * Adds those transactions to the list that have records in [from, to).
     *
     * @return whether no later segment can have more of them
     */
    public boolean collect(long from, long to, List<AbortedTransaction> found) throws IOException {
        int count = entries;
        FileChannel open = channel;
        if (count == 0 || open == null) {
            return false;
        }
        int next = firstEndingAtOrAfter(open, count, from);
        ByteBuffer chunk =
                ByteBuffer.allocate(Math.min(count - next, ENTRIES_PER_READ) * ENTRY_BYTES);
        while (next < count) {
            chunk.clear().limit(Math.min(count - next, ENTRIES_PER_READ) * ENTRY_BYTES);
            read(open, chunk, (long) next * ENTRY_BYTES);
            while (chunk.hasRemaining()) {
                AbortedTransaction aborted = parse(chunk);
                next++;
                if (aborted.lastOffset() >= from && aborted.firstOffset() < to) {
                    found.add(aborted);
                }
                if (aborted.lastStableOffset() >= to) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int firstEndingAtOrAfter(FileChannel open, int count, long offset)
            throws IOException {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lastOffset(open, middle) >= offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static long lastOffset(FileChannel open, int entry) throws IOException {
        ByteBuffer field = ByteBuffer.allocate(Long.BYTES);
        read(open, field, (long) entry * ENTRY_BYTES + LAST_OFFSET_AT);
        return field.getLong();
    }

    private static void read(FileChannel open, ByteBuffer into, long position) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int got = open.read(into, at);
            if (got < 0) {
                throw new CorruptFileException(
                        "A transaction index ends before position " + at + ".");
            }
            at += got;
        }
        into.flip();
    }

    private static AbortedTransaction parse(ByteBuffer chunk) {
        chunk.getShort(); // version
        return new AbortedTransaction(
                chunk.getLong(), chunk.getLong(), chunk.getLong(), chunk.getLong());
    }

    /** Removes transactions whose markers lie at or above the offset. */
    public void truncateTo(long offset) throws IOException {
        FileChannel open = channel;
        int count = entries;
        if (open == null || count == 0) {
            return;
        }
        int kept = risingBelow(open, count, offset);
        entries = kept;
        open.truncate((long) kept * ENTRY_BYTES);
    }

    /** How many entries rise below the offset: what a power cut has torn does not. */
    private static int risingBelow(FileChannel open, int count, long offset) throws IOException {
        ByteBuffer chunk =
                ByteBuffer.allocate(Math.min(count, ENTRIES_PER_READ) * ENTRY_BYTES).limit(0);
        long before = -1;
        for (int i = 0; i < count; i++) {
            if (!chunk.hasRemaining()) {
                chunk.clear().limit(Math.min(count - i, ENTRIES_PER_READ) * ENTRY_BYTES);
                read(open, chunk, (long) i * ENTRY_BYTES);
            }
            long last = parse(chunk).lastOffset();
            if (last <= before || last >= offset) {
                return i;
            }
            before = last;
        }
        return count;
    }

    /** Removes all, before the segment is scanned anew. */
    public void reset() throws IOException {
        FileChannel open = channel;
        entries = 0;
        if (open != null) {
            open.truncate(0);
        }
    }

    /** Throws {@link CorruptFileException} when the entries cannot be this segment's. */
    public void checkSanity() throws IOException {
        FileChannel open = channel;
        int count = entries;
        if (open == null) {
            return;
        }
        if (open.size() != (long) count * ENTRY_BYTES) {
            throw new CorruptFileException(file + " ends within an entry.");
        }
        long before = segmentBaseOffset - 1;
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
        for (int i = 0; i < count; i++) {
            read(open, entry.clear(), (long) i * ENTRY_BYTES);
            short version = entry.getShort(0);
            AbortedTransaction aborted = parse(entry);
            if (version != VERSION
                    || aborted.lastOffset() <= before
                    || aborted.firstOffset() < 0
                    || aborted.firstOffset() > aborted.lastOffset()) {
                throw new CorruptFileException(file + " has the bad entry " + aborted + ".");
            }
            before = aborted.lastOffset();
        }
    }

    public void flush() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            open.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            open.close();
        }
    }
}
