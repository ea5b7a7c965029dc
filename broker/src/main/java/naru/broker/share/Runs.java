package naru.broker.share;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The runs between the start and the end offset of a share partition, without holes. */
final class Runs {
    private final NavigableMap<Long, Run> byFirst = new TreeMap<>();
    private long start;
    private long end;

    Runs(long start) {
        this.start = start;
        this.end = start;
    }

    long start() {
        return start;
    }

    /** The offset after the last run. */
    long end() {
        return end;
    }

    int count() {
        return byFirst.size();
    }

    Collection<Run> all() {
        return byFirst.values();
    }

    Collection<Run> from(long offset) {
        Map.Entry<Long, Run> at = byFirst.floorEntry(offset);
        return (at == null ? byFirst : byFirst.tailMap(at.getKey(), true)).values();
    }

    /** The runs that touch these offsets, as they are. */
    List<Run> touching(long first, long last) {
        Map.Entry<Long, Run> at = byFirst.floorEntry(first);
        long from = at == null ? first : at.getKey();
        return from > last
                ? List.of()
                : List.copyOf(byFirst.subMap(from, true, last, true).values());
    }

    /** The runs of exactly these offsets, which must lie between start and end. */
    List<Run> cut(long first, long last) {
        cutAt(first);
        cutAt(last + 1);
        return List.copyOf(byFirst.subMap(first, true, last, true).values());
    }

    private void cutAt(long offset) {
        Map.Entry<Long, Run> at = byFirst.floorEntry(offset);
        if (at != null && at.getKey() < offset && at.getValue().last >= offset) {
            byFirst.put(offset, at.getValue().cutBefore(offset));
        }
    }

    /** Adds a run that begins at the end. */
    void append(Run run) {
        if (run.first != end) {
            throw new IllegalStateException("a run from " + run.first + " after " + end);
        }
        Map.Entry<Long, Run> last = byFirst.lastEntry();
        end = run.last + 1;
        if (last != null && last.getValue().isLike(run)) {
            last.getValue().last = run.last;
        } else {
            byFirst.put(run.first, run);
        }
    }

    /** Joins what has become alike around these offsets. */
    void join(long first, long last) {
        Run before = runBefore(first);
        for (Run run : touching(first, Math.min(last, end - 2) + 1)) {
            if (before != null && before != run && before.isLike(run)) {
                before.last = run.last;
                byFirst.remove(run.first);
            } else {
                before = run;
            }
        }
    }

    private @Nullable Run runBefore(long offset) {
        Map.Entry<Long, Run> before = byFirst.lowerEntry(offset);
        return before == null ? null : before.getValue();
    }

    /** Lets the start pass all runs that are settled. */
    void passSettled() {
        while (!byFirst.isEmpty() && byFirst.firstEntry().getValue().isSettled()) {
            start = byFirst.pollFirstEntry().getValue().last + 1;
        }
        if (byFirst.isEmpty()) {
            start = end;
        }
    }

    /** Forgets all below the offset. */
    void dropBelow(long offset) {
        if (offset <= start) {
            return;
        }
        cutAt(offset);
        byFirst.headMap(offset, false).clear();
        start = offset;
        end = Math.max(end, offset);
    }
}
