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
    private final PriorityQueue<Commit> deletions = new PriorityQueue<>();
    private final Readers readers = new Readers();
    private final Readers followers = new Readers();
    private volatile int count;
    private volatile int followerCount;
    private volatile int deletionCount;

    private record Commit(long offset, CommitListener listener) implements Comparable<Commit> {
        @Override
        public int compareTo(Commit other) {
            return Long.compare(offset, other.offset);
        }
    }

    /** Those who wait for more to read; those who have given up are swept out now and then. */
    private static final class Readers {
        private List<DataListener> waiting = new ArrayList<>();
        private int sweepAt = FIRST_SWEEP;

        void add(DataListener reader) {
            if (waiting.size() >= sweepAt) {
                waiting.removeIf(DataListener::isDone);
                sweepAt = Math.max(FIRST_SWEEP, 2 * waiting.size());
            }
            waiting.add(reader);
        }

        List<DataListener> take() {
            List<DataListener> taken = waiting;
            waiting = new ArrayList<>(Math.min(4, taken.size()));
            return taken;
        }
    }

    private static void wake(List<DataListener> woken) {
        for (DataListener reader : woken) {
            if (!reader.isDone()) {
                reader.onChange();
            }
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Who sees to the log's end is woken by appends, who sees less by the high watermark. */
    synchronized void addReader(DataListener reader, View view) {
        (view == View.LOG_END ? followers : readers).add(reader);
        recount();
    }

    synchronized void addCommit(long offset, CommitListener listener) {
        commits.add(new Commit(offset, listener));
        recount();
    }

    /** Tells the listener when no live replica has anything below the offset. */
    synchronized void addDeletion(long offset, CommitListener listener) {
        deletions.add(new Commit(offset, listener));
        recount();
    }

    boolean awaitsDeletion() {
        return deletionCount > 0;
    }

    /** Calls those who wait for everything below the offset to be gone. */
    void onDeleted(long lowWatermark) {
        List<CommitListener> done = new ArrayList<>();
        synchronized (this) {
            while (!deletions.isEmpty() && deletions.element().offset <= lowWatermark) {
                done.add(deletions.remove().listener);
            }
            recount();
        }
        done.forEach(CommitListener::onCommitted);
    }

    private void recount() {
        deletionCount = deletions.size();
        followerCount = followers.waiting.size();
        count = readers.waiting.size() + commits.size();
    }

    /** Calls those who see to the log's end. */
    void onAppend() {
        if (followerCount > 0) {
            List<DataListener> woken;
            synchronized (this) {
                woken = followers.take();
                recount();
            }
            wake(woken);
        }
    }

    /** Calls the readers, and those who wait for offsets up to the high watermark. */
    void onAdvance(long highWatermark) {
        List<DataListener> woken;
        List<CommitListener> committed = new ArrayList<>();
        synchronized (this) {
            woken = readers.take();
            while (!commits.isEmpty() && commits.element().offset <= highWatermark) {
                committed.add(commits.remove().listener);
            }
            recount();
        }
        committed.forEach(CommitListener::onCommitted);
        wake(woken);
    }

    void onLost(Errors error, String message) {
        List<DataListener> woken;
        List<DataListener> wokenFollowers;
        List<Commit> lost;
        synchronized (this) {
            woken = readers.take();
            wokenFollowers = followers.take();
            lost = new ArrayList<>(commits);
            lost.addAll(deletions);
            commits.clear();
            deletions.clear();
            recount();
        }
        lost.forEach(commit -> commit.listener.onLost(error, message));
        woken.forEach(DataListener::onChange);
        wokenFollowers.forEach(DataListener::onChange);
    }
}
