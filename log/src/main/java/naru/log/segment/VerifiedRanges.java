package naru.log.segment;

import java.util.Arrays;

/**
 * Which byte ranges of a segment have lately been seen to be sound: written by this process, or
 * read and checked. A range is believed for {@link #BELIEVED_MILLIS}; the number of ranges is
 * bounded, the oldest is forgotten first. Ranges begin and end at batch boundaries.
 *
 * <p>Threads: safe for use by many.
 */
public final class VerifiedRanges {
    public static final long BELIEVED_MILLIS = 5 * 60_000;

    /** A range that grows keeps the age of its beginning, so a new one is begun after so long. */
    private static final long GROWTH_MILLIS = 30_000;

    private static final int MOST = 48;

    private int[] starts = new int[4];
    private int[] ends = new int[4];
    private long[] times = new long[4];
    private int count;

    /** Notes [start, end) as sound at this time. */
    public synchronized void add(int start, int end, long nowMillis) {
        int last = count - 1;
        if (last >= 0 && ends[last] == start && nowMillis - times[last] < GROWTH_MILLIS) {
            ends[last] = end;
            return;
        }
        if (count == MOST) {
            expire(nowMillis);
            if (count == MOST) {
                remove(0);
            }
        } else if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
            times = Arrays.copyOf(times, count * 2);
        }
        starts[count] = start;
        ends[count] = end;
        times[count] = nowMillis;
        count++;
    }

    /** The position up to which all from {@code position} on is believed sound. */
    public synchronized int coveredUntil(int position, long nowMillis) {
        int covered = position;
        boolean grew = true;
        while (grew) {
            grew = false;
            for (int i = count - 1; i >= 0; i--) {
                if (starts[i] <= covered
                        && covered < ends[i]
                        && nowMillis - times[i] < BELIEVED_MILLIS) {
                    covered = ends[i];
                    grew = true;
                }
            }
        }
        return covered;
    }

    /** Forgets what is too old to be believed. */
    public synchronized void expire(long nowMillis) {
        for (int i = count - 1; i >= 0; i--) {
            if (nowMillis - times[i] >= BELIEVED_MILLIS) {
                remove(i);
            }
        }
    }

    public synchronized void clear() {
        count = 0;
    }

    /** Forgets all from the position on. */
    public synchronized void truncate(int position) {
        for (int i = count - 1; i >= 0; i--) {
            ends[i] = Math.min(ends[i], position);
            if (starts[i] >= ends[i]) {
                remove(i);
            }
        }
    }

    private void remove(int i) {
        System.arraycopy(starts, i + 1, starts, i, count - i - 1);
        System.arraycopy(ends, i + 1, ends, i, count - i - 1);
        System.arraycopy(times, i + 1, times, i, count - i - 1);
        count--;
    }
}
