package naru.simulation.disk;

import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/**
 * The bytes of one file, as the page cache has them and as the disk has them. They differ in the
 * sectors that were written, and in the size that was changed, since the last force.
 */
final class SimulatedFile {
    static final int SECTOR = 512;
    private static final int PAGE = 4096;

    private byte[] cached = new byte[0];
    private int size;
    private byte[] stored = new byte[0];
    private int storedSize;
    private final BitSet dirty = new BitSet();
    private long modifiedMillis;

    int size() {
        return size;
    }

    long modifiedMillis() {
        return modifiedMillis;
    }

    void modifiedAt(long millis) {
        modifiedMillis = millis;
    }

    int read(byte[] into, int at, int length, int position) {
        if (position >= size) {
            return -1;
        }
        int count = Math.min(length, size - position);
        System.arraycopy(cached, position, into, at, count);
        return count;
    }

    void write(byte[] bytes, int from, int length, int position) {
        int end = position + length;
        if (end > cached.length) {
            cached = Arrays.copyOf(cached, Math.max(end, 2 * cached.length));
        }
        touch(Math.min(position, size), end);
        System.arraycopy(bytes, from, cached, position, length);
        size = Math.max(size, end);
    }

    void truncate(int newSize) {
        if (newSize < size) {
            touch(newSize, size);
            Arrays.fill(cached, newSize, size, (byte) 0);
            size = newSize;
        }
    }

    private void touch(int from, int end) {
        if (end > from) {
            dirty.set(from / SECTOR, (end - 1) / SECTOR + 1);
        }
    }

    /** All that was written stands on the disk. */
    void force() {
        if (stored.length < size) {
            stored = Arrays.copyOf(stored, cached.length);
        }
        dirty.stream().forEach(this::store);
        if (size < stored.length) {
            Arrays.fill(
                    stored, size, Math.max(size, Math.min(stored.length, storedSize)), (byte) 0);
        }
        storedSize = size;
        dirty.clear();
    }

    private void store(int sector) {
        int from = sector * SECTOR;
        int end = Math.min(from + SECTOR, Math.min(cached.length, stored.length));
        if (from < end) {
            System.arraycopy(cached, from, stored, from, end - from);
        }
    }

    /**
     * The power fails: of what was not forced, some sectors or pages reached the disk, and some
     * size between the old one and the new one.
     */
    void cutPower(RandomGenerator random) {
        if (!dirty.isEmpty() || size != storedSize) {
            int newSize = survivingSize(random);
            if (stored.length < Math.max(newSize, size)) {
                stored = Arrays.copyOf(stored, Math.max(newSize, cached.length));
            }
            survivingSectors(random);
            if (newSize < stored.length) {
                Arrays.fill(stored, newSize, stored.length, (byte) 0);
            }
            storedSize = newSize;
            dirty.clear();
        }
        cached = Arrays.copyOf(stored, stored.length);
        size = storedSize;
    }

    private int survivingSize(RandomGenerator random) {
        int low = Math.min(size, storedSize);
        int high = Math.max(size, storedSize);
        return switch (random.nextInt(4)) {
            case 0 -> storedSize;
            case 1, 2 -> size;
            default -> {
                int sectors = (low + random.nextInt(high - low + 1)) / SECTOR;
                yield Math.clamp((sectors + 1) * SECTOR, low, high);
            }
        };
    }

    private void survivingSectors(RandomGenerator random) {
        int unit = random.nextBoolean() ? 1 : PAGE / SECTOR;
        int mode = random.nextInt(4);
        int last = dirty.length();
        int cut = random.nextInt(last + 1);
        for (int from = 0; from < last; from += unit) {
            boolean survives =
                    switch (mode) {
                        case 0 -> false;
                        case 1 -> true;
                        case 2 -> from < cut;
                        default -> random.nextBoolean();
                    };
            for (int sector = from; survives && sector < from + unit; sector++) {
                if (dirty.get(sector)) {
                    store(sector);
                }
            }
        }
    }
}
