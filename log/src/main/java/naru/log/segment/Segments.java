package naru.log.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The segments of a log in the order of their offsets; the last is the active one. Never empty.
 *
 * <p>Threads: changed under the log's lock; {@link #snapshot} may be read by any thread.
 */
public final class Segments {
    private volatile Segment[] all;

    public Segments(List<Segment> found) {
        if (found.isEmpty()) {
            throw new IllegalArgumentException("a log has at least one segment");
        }
        all = found.toArray(new Segment[0]);
    }

    /** All segments now; not to be changed. */
    public Segment[] snapshot() {
        return all;
    }

    public Segment first() {
        return all[0];
    }

    public Segment active() {
        Segment[] now = all;
        return now[now.length - 1];
    }

    /** Index of the last segment that begins at or below the offset, or 0. */
    public static int floor(Segment[] segments, long offset) {
        int low = 0;
        int high = segments.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments[middle].baseOffset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    public void add(Segment segment) {
        Segment[] now = all;
        Segment[] more = Arrays.copyOf(now, now.length + 1);
        more[now.length] = segment;
        all = more;
    }

    /** Puts another segment in the place of the active one; answers that. */
    public Segment replaceActive(Segment segment) {
        Segment[] now = all.clone();
        Segment replaced = now[now.length - 1];
        now[now.length - 1] = segment;
        all = now;
        return replaced;
    }

    /** Where these segments stand one behind the other, or -1 when they do not any more. */
    public int indexOf(List<Segment> wanted) {
        Segment[] now = all;
        int from = 0;
        while (from < now.length && now[from] != wanted.getFirst()) {
            from++;
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (from + i >= now.length || now[from + i] != wanted.get(i)) {
                return -1;
            }
        }
        return from;
    }

    /** Puts one segment in the place of so many from the index on. */
    public void replace(int from, int count, Segment made) {
        List<Segment> now = new ArrayList<>(Arrays.asList(all));
        now.subList(from, from + count).clear();
        now.add(from, made);
        all = now.toArray(new Segment[0]);
    }

    /** Takes the first so many away; answers them. */
    public List<Segment> removeFirst(int count) {
        Segment[] now = all;
        all = Arrays.copyOfRange(now, count, now.length);
        return List.of(Arrays.copyOf(now, count));
    }

    /** Takes all behind the index away; answers them. */
    public List<Segment> removeAfter(int index) {
        Segment[] now = all;
        all = Arrays.copyOf(now, index + 1);
        return List.of(Arrays.copyOfRange(now, index + 1, now.length));
    }

    /** Puts one segment in the place of all; answers those. */
    public List<Segment> replaceAll(Segment segment) {
        Segment[] now = all;
        all = new Segment[] {segment};
        return new ArrayList<>(Arrays.asList(now));
    }

    public long sizeBytes() {
        long size = 0;
        for (Segment segment : all) {
            size += segment.sizeBytes();
        }
        return size;
    }
}
