package naru.broker.partition;

import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Those who wait on one partition. Threads: any; a lock of its own is held for moments and never
 * while a listener is called.
 *
 * <p>Who registers checks the offsets once more afterwards, and who moves the offsets looks for
 * waiters afterwards: so one of the two always sees the other.
 */
final class Waiters {
    private static final int FIRST_SWEEP = 32;

    private final PriorityQueue<Commit> commits = new PriorityQueue<>();
    private List<DataListener> readers = new ArrayList<>();
    private int sweepAt = FIRST_SWEEP;
    private volatile int count;

    private record Commit(long offset, CommitListener listener) implements Comparable<Commit> {
        @Override
        public int compareTo(Commit other) {
            return Long.compare(offset, other.offset);
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    synchronized void addReader(DataListener reader) {
        if (readers.size() >= sweepAt) {
            readers.removeIf(DataListener::isDone);
            sweepAt = Math.max(FIRST_SWEEP, 2 * readers.size());
        }
        readers.add(reader);
        count = readers.size() + commits.size();
    }

    synchronized void addCommit(long offset, CommitListener listener) {
        commits.add(new Commit(offset, listener));
        count = readers.size() + commits.size();
    }

    /** Calls the readers, and those who wait for offsets up to the high watermark. */
    void onAdvance(long highWatermark) {
        List<DataListener> woken;
        List<CommitListener> committed = new ArrayList<>();
        synchronized (this) {
            woken = readers;
            readers = new ArrayList<>(Math.min(4, woken.size()));
            while (!commits.isEmpty() && commits.element().offset <= highWatermark) {
                committed.add(commits.remove().listener);
            }
            count = commits.size();
        }
        committed.forEach(CommitListener::onCommitted);
        for (DataListener reader : woken) {
            if (!reader.isDone()) {
                reader.onChange();
            }
        }
    }

    void onLost(Errors error, String message) {
        List<DataListener> woken;
        List<Commit> lost;
        synchronized (this) {
            woken = readers;
            readers = new ArrayList<>();
            lost = new ArrayList<>(commits);
            commits.clear();
            count = 0;
        }
        lost.forEach(commit -> commit.listener.onLost(error, message));
        woken.forEach(DataListener::onChange);
    }
}
