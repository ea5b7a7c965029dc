package naru.log.segment;

import naru.log.disk.Disk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A sparse index of a segment: entries of a key and a value that both only grow. The newest entries
 * stand on the heap, at most {@link #SPILL_AT} of them; those before stand in the file, in Kafka's
 * format, and are searched there by positional reads. So a sealed segment's index takes no heap.
 *
 * <p>Threads: one writer (the log's lock); readers take no lock, they work on one published {@link
 * Tail}.
 */
public final class SparseIndex {
    /** What the entries are and how they stand in the file. */
    public enum Layout {
        /** Offset relative to the segment's base to position: 4 and 4 bytes. */
        OFFSET(8),
        /** Timestamp to offset relative to the segment's base: 8 and 4 bytes. */
        TIME(12);

        final int entryBytes;

        Layout(int entryBytes) {
            this.entryBytes = entryBytes;
        }
    }

    /** One entry. */
    public record Entry(long key, int value) {}

    private static final int SPILL_AT = 2048;
    private static final int BLOCK_ENTRIES = 256;

    /** The entries from {@code first} on, of which {@code count} are there. */
    private static final class Tail {
        final int first;
        final long[] keys;
        final int[] values;
        volatile int count;

        Tail(int first, long[] keys, int[] values, int count) {
            this.first = first;
            this.keys = keys;
            this.values = values;
            this.count = count;
        }

        static Tail empty(int first) {
            return new Tail(first, new long[0], new int[0], 0);
        }
    }

    private final Disk disk;
    private final Path file;
    private final Layout layout;
    private volatile Tail tail;
    private volatile @Nullable FileChannel channel;

    private SparseIndex(Disk disk, Path file, Layout layout, int stored) {
        this.disk = disk;
        this.file = file;
        this.layout = layout;
        this.tail = Tail.empty(stored);
    }

    /** An index without entries; what the file holds is overwritten when entries are written. */
    public static SparseIndex empty(Disk disk, Path file, Layout layout) {
        return new SparseIndex(disk, file, layout, 0);
    }

    /** The index that the file holds, or null when its length cannot be right or it is missing. */
    public static @Nullable SparseIndex stored(
            Disk disk, Path file, long fileBytes, Layout layout) {
        if (fileBytes < 0 || fileBytes > Integer.MAX_VALUE || fileBytes % layout.entryBytes != 0) {
            return null;
        }
        return new SparseIndex(disk, file, layout, (int) (fileBytes / layout.entryBytes));
    }

    public int count() {
        Tail now = tail;
        return now.first + now.count;
    }

    /** Bytes of all entries. */
    int sizeBytes() {
        return count() * layout.entryBytes;
    }

    public void add(long key, int value) {
        Tail now = tail;
        int n = now.count;
        if (n == SPILL_AT && spill()) {
            now = tail;
            n = 0;
        }
        if (n == now.keys.length) {
            int larger = Math.max(16, n * 2);
            now =
                    new Tail(
                            now.first,
                            Arrays.copyOf(now.keys, larger),
                            Arrays.copyOf(now.values, larger),
                            n);
            tail = now;
        }
        now.keys[n] = key;
        now.values[n] = value;
        now.count = n + 1;
    }

    /** When the disk refuses, the entries stay on the heap, and are tried again later. */
    private boolean spill() {
        try {
            store();
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Writes the entries on the heap to the file, behind those that are there. */
    public void store() throws IOException {
        Tail now = tail;
        if (now.count == 0) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(now.count * layout.entryBytes);
        for (int i = 0; i < now.count; i++) {
            if (layout == Layout.TIME) {
                bytes.putLong(now.keys[i]);
            } else {
                bytes.putInt((int) now.keys[i]);
            }
            bytes.putInt(now.values[i]);
        }
        bytes.flip();
        FileBytes.write(openChannel(), bytes, (long) now.first * layout.entryBytes);
        tail = Tail.empty(now.first + now.count);
    }

    /** Writes all to the file and cuts the file to size, as a sealed segment's index stands. */
    public void seal() throws IOException {
        store();
        openChannel().truncate((long) count() * layout.entryBytes);
    }

    public void force() throws IOException {
        openChannel().force(false);
    }

    /** The last entry, or null when there is none. */
    public @Nullable Entry last() throws IOException {
        Tail now = tail;
        int n = now.first + now.count;
        return n == 0 ? null : entry(now, n - 1);
    }

    /** The first entry after {@code index}, counted from 0, or null. */
    public @Nullable Entry at(int index) throws IOException {
        Tail now = tail;
        return index < now.first + now.count ? entry(now, index) : null;
    }

    /** The last entry with a key at most the given, or null. */
    public @Nullable Entry floorByKey(long key) throws IOException {
        Tail now = tail;
        int found = search(now, key, true);
        return found < 0 ? null : entry(now, found);
    }

    /** The last entry with a value at most the given, or null. */
    public @Nullable Entry floorByValue(int value) throws IOException {
        Tail now = tail;
        int found = search(now, value, false);
        return found < 0 ? null : entry(now, found);
    }

    /** Removes the entries whose key (or, if so told, value) is at or above the bound. */
    public void truncate(long bound, boolean byKey) throws IOException {
        Tail now = tail;
        int keep = search(now, bound - 1, byKey) + 1;
        if (keep >= now.first) {
            Tail cut = new Tail(now.first, now.keys.clone(), now.values.clone(), keep - now.first);
            tail = cut;
        } else {
            tail = Tail.empty(keep);
            openChannel().truncate((long) keep * layout.entryBytes);
        }
    }

    private int search(Tail now, long bound, boolean byKey) throws IOException {
        int inTail = searchTail(now, bound, byKey);
        if (inTail >= 0) {
            return now.first + inTail;
        }
        return searchFile(now.first, bound, byKey);
    }

    private static int searchTail(Tail now, long bound, boolean byKey) {
        int low = 0;
        int high = now.count - 1;
        int found = -1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if ((byKey ? now.keys[middle] : now.values[middle]) <= bound) {
                found = middle;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return found;
    }

    private int searchFile(int stored, long bound, boolean byKey) throws IOException {
        int low = 0;
        int high = stored - 1;
        int found = -1;
        while (high - low >= BLOCK_ENTRIES) {
            int middle = (low + high) >>> 1;
            ByteBuffer one = readEntries(middle, 1);
            if (part(one, 0, byKey) <= bound) {
                found = middle;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        if (low > high) {
            return found;
        }
        ByteBuffer block = readEntries(low, high - low + 1);
        for (int i = low; i <= high && part(block, i - low, byKey) <= bound; i++) {
            found = i;
        }
        return found;
    }

    private long part(ByteBuffer entries, int i, boolean key) {
        int at = i * layout.entryBytes;
        if (layout == Layout.TIME) {
            return key ? entries.getLong(at) : entries.getInt(at + 8);
        }
        return entries.getInt(key ? at : at + 4);
    }

    private Entry entry(Tail now, int index) throws IOException {
        if (index >= now.first) {
            return new Entry(now.keys[index - now.first], now.values[index - now.first]);
        }
        ByteBuffer one = readEntries(index, 1);
        return new Entry(part(one, 0, true), (int) part(one, 0, false));
    }

    private ByteBuffer readEntries(int from, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count * layout.entryBytes);
        FileBytes.readExactly(openStored(), bytes, (long) from * layout.entryBytes);
        return bytes;
    }

    /** Opens the file if entries stand in it, so that it is found whatever it is renamed to. */
    void pin() throws IOException {
        if (tail.first > 0) {
            openStored();
        }
    }

    /** Does not make the file: one that is gone has no entries. */
    private synchronized FileChannel openStored() throws IOException {
        FileChannel open = channel;
        if (open == null || !open.isOpen()) {
            open = disk.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel = open;
        }
        return open;
    }

    private synchronized FileChannel openChannel() throws IOException {
        FileChannel open = channel;
        if (open == null || !open.isOpen()) {
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

    public synchronized void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
