package naru.broker.transport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Time-outs of one loop, in a ring of slots. Owned by the loop's thread. A task runs at its
 * deadline or up to one tick later; adding and cancelling cost the same whatever the number of
 * tasks.
 */
final class TimerWheel {
    private static final Logger LOG = LoggerFactory.getLogger("naru.transport");
    static final long TICK_MILLIS = 2;
    private static final int SLOTS = 1024;
    private static final int MASK = SLOTS - 1;

    private final @Nullable Entry[] slots = new Entry[SLOTS];
    private final long[] occupied = new long[SLOTS / Long.SIZE];
    private long tick;
    private int size;

    TimerWheel(long nowMillis) {
        this.tick = nowMillis / TICK_MILLIS;
    }

    int size() {
        return size;
    }

    Timeout add(long deadlineMillis, Runnable task) {
        Entry entry = new Entry(deadlineMillis, task);
        link(entry);
        size++;
        return entry;
    }

    /** Milliseconds until the next slot with a task comes up, or -1 when there is no task. */
    long millisToNext(long nowMillis) {
        if (size == 0) {
            return -1;
        }
        for (int ahead = 0; ahead < SLOTS; ) {
            int slot = (int) ((tick + ahead) & MASK);
            long word = occupied[slot >> 6] >>> (slot & 63);
            if (word != 0) {
                long due = (tick + ahead + Long.numberOfTrailingZeros(word) + 1) * TICK_MILLIS;
                return Math.max(0, due - nowMillis);
            }
            ahead += Long.SIZE - (slot & 63);
        }
        throw new IllegalStateException("timer wheel counts " + size + " tasks and holds none");
    }

    /** Runs what is due. */
    void advance(long nowMillis) {
        long end = nowMillis / TICK_MILLIS;
        if (size == 0 || end - tick > SLOTS) {
            tick = Math.max(tick, size == 0 ? end : end - SLOTS);
        }
        while (tick < end) {
            int slot = (int) (tick & MASK);
            tick++;
            runSlot(slot, nowMillis);
        }
    }

    /** The slot is emptied before its tasks run, since these may add and cancel others. */
    private void runSlot(int slot, long nowMillis) {
        Entry first = slots[slot];
        slots[slot] = null;
        occupied[slot >> 6] &= ~(1L << (slot & 63));
        for (Entry entry = first; entry != null; entry = entry.next) {
            entry.slot = Entry.IN_NO_SLOT;
        }
        for (Entry entry = first; entry != null; ) {
            Entry next = entry.next;
            entry.next = null;
            entry.previous = null;
            if (!entry.cancelled) {
                if (entry.deadlineMillis > nowMillis) {
                    link(entry);
                } else {
                    size--;
                    entry.cancelled = true;
                    runSafely(entry.task);
                }
            }
            entry = next;
        }
    }

    private static void runSafely(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a task of a timer failed", e);
        }
    }

    private void link(Entry entry) {
        int slot = (int) (Math.max(entry.deadlineMillis / TICK_MILLIS, tick) & MASK);
        entry.slot = slot;
        Entry head = slots[slot];
        entry.next = head;
        if (head != null) {
            head.previous = entry;
        }
        slots[slot] = entry;
        occupied[slot >> 6] |= 1L << (slot & 63);
    }

    private final class Entry implements Timeout {
        static final int IN_NO_SLOT = -1;

        final long deadlineMillis;
        final Runnable task;
        @Nullable Entry next;
        @Nullable Entry previous;
        int slot = IN_NO_SLOT;
        boolean cancelled;

        Entry(long deadlineMillis, Runnable task) {
            this.deadlineMillis = deadlineMillis;
            this.task = task;
        }

        @Override
        public void cancel() {
            if (cancelled) {
                return;
            }
            cancelled = true;
            size--;
            if (slot == IN_NO_SLOT) {
                return;
            }
            if (previous != null) {
                previous.next = next;
            } else {
                slots[slot] = next;
                if (next == null) {
                    occupied[slot >> 6] &= ~(1L << (slot & 63));
                }
            }
            if (next != null) {
                next.previous = previous;
            }
        }
    }
}
