package naru.log.compaction;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The last offset of each key, by the key's hash: 24 bytes a slot, outside of the heap, open
 * addressing. Begins small and grows four times at once, up to the bound; while it grows, what it
 * had stands beside what it gets.
 *
 * <p>Owned by one pass over one log, whose thread alone uses it.
 */
final class OffsetMap implements AutoCloseable {
    private static final int SLOT_BYTES = 24;
    private static final int OFFSET_AT = 16;
    private static final long FIRST_SLOTS = 1 << 14;

    private final long mostSlots;
    private final double loadFactor;
    private Arena arena;
    private MemorySegment slots;
    private long slotCount;
    private long size;
    private long latestOffset = -1;

    OffsetMap(long mostBytes, double loadFactor) {
        this.mostSlots = Math.max(16, mostBytes / SLOT_BYTES);
        this.loadFactor = Math.clamp(loadFactor, 0.05, 0.99);
        slotCount = Math.min(FIRST_SLOTS, mostSlots);
        arena = Arena.ofConfined();
        slots = arena.allocate(slotCount * SLOT_BYTES, Long.BYTES);
    }

    /** Keys that are in it. */
    long size() {
        return size;
    }

    /** Up to this offset, the last record of every key is known; -1 when nothing is. */
    long latestOffset() {
        return latestOffset;
    }

    void reached(long offset) {
        latestOffset = offset;
    }

    /** Notes the offset for the key; false when there is no room for another key. */
    boolean put(KeyHash key, long offset) {
        long slot = find(slots, slotCount, key.high(), key.low());
        if (stored(slots, slot) == 0) {
            if (size + 1 > slotCount * loadFactor) {
                if (!grow()) {
                    return false;
                }
                slot = find(slots, slotCount, key.high(), key.low());
            }
            size++;
        }
        set(slots, slot, key.high(), key.low(), offset + 1);
        return true;
    }

    /** The offset noted for the key, or -1. */
    long get(KeyHash key) {
        return stored(slots, find(slots, slotCount, key.high(), key.low())) - 1;
    }

    private boolean grow() {
        if (slotCount >= mostSlots) {
            return false;
        }
        long larger = Math.min(slotCount * 4, mostSlots);
        Arena next = Arena.ofConfined();
        MemorySegment target = next.allocate(larger * SLOT_BYTES, Long.BYTES);
        for (long slot = 0; slot < slotCount; slot++) {
            long offset = stored(slots, slot);
            if (offset != 0) {
                long high = part(slots, slot, 0);
                long low = part(slots, slot, Long.BYTES);
                set(target, find(target, larger, high, low), high, low, offset);
            }
        }
        arena.close();
        arena = next;
        slots = target;
        slotCount = larger;
        return true;
    }

    /** The slot of the key, or the empty one where it belongs. One is always empty. */
    private static long find(MemorySegment slots, long count, long high, long low) {
        long slot = Math.unsignedMultiplyHigh(high, count);
        while (stored(slots, slot) != 0
                && (part(slots, slot, 0) != high || part(slots, slot, Long.BYTES) != low)) {
            slot = slot + 1 == count ? 0 : slot + 1;
        }
        return slot;
    }

    private static long part(MemorySegment slots, long slot, int at) {
        return slots.get(ValueLayout.JAVA_LONG, slot * SLOT_BYTES + at);
    }

    /** One more than the offset, so that 0 is an empty slot. */
    private static long stored(MemorySegment slots, long slot) {
        return part(slots, slot, OFFSET_AT);
    }

    private static void set(
            MemorySegment slots, long slot, long high, long low, long offsetPlusOne) {
        long at = slot * SLOT_BYTES;
        slots.set(ValueLayout.JAVA_LONG, at, high);
        slots.set(ValueLayout.JAVA_LONG, at + Long.BYTES, low);
        slots.set(ValueLayout.JAVA_LONG, at + OFFSET_AT, offsetPlusOne);
    }

    @Override
    public void close() {
        arena.close();
    }
}
