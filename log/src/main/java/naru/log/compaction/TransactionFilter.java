package naru.log.compaction;

import naru.log.producer.AbortedTransaction;
import naru.log.producer.TransactionIndex;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Knows, while the batches of a log are walked from its beginning, which belong to aborted
 * transactions, and which markers end a transaction of which nothing is left.
 *
 * <p>Owned by one walk. Memory: the transactions that are open at one offset.
 */
final class TransactionFilter {
    private static final int ABORT = 0;
    private static final int COMMIT = 1;

    private static final class Aborted {
        private final AbortedTransaction transaction;
        private boolean seen;

        Aborted(AbortedTransaction transaction) {
            this.transaction = transaction;
        }
    }

    private final PriorityQueue<AbortedTransaction> ahead =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    private final Map<Long, Aborted> aborted = new HashMap<>();
    private final Set<Long> committed = new HashSet<>();
    private @Nullable TransactionIndex index;

    /** What is walked next is copied to a segment with this index. */
    void copyTo(TransactionIndex target) {
        index = target;
    }

    /** Transactions with records in what is walked next; the same one may be told again. */
    void expect(List<AbortedTransaction> transactions) {
        ahead.addAll(transactions);
    }

    private void begun(long offset) {
        while (!ahead.isEmpty() && ahead.element().firstOffset() <= offset) {
            AbortedTransaction transaction = ahead.remove();
            aborted.computeIfAbsent(transaction.producerId(), id -> new Aborted(transaction));
        }
    }

    /** Whether the batch belongs to an aborted transaction. */
    boolean isAborted(long producerId, boolean transactional, long lastOffset) {
        begun(lastOffset);
        if (!transactional) {
            return false;
        }
        Aborted transaction = aborted.get(producerId);
        if (transaction != null) {
            transaction.seen = true;
            return true;
        }
        committed.add(producerId);
        return false;
    }

    /**
     * Whether nothing of the transaction that the marker ends was met.
     *
     * @param type of the marker, or -1 when its batch is empty
     */
    boolean endsNothing(long producerId, long offset, int type) throws IOException {
        begun(offset);
        return switch (type) {
            case ABORT -> {
                Aborted transaction = aborted.remove(producerId);
                if (transaction == null || !transaction.seen) {
                    yield true;
                }
                if (index != null) {
                    index.append(transaction.transaction);
                }
                yield false;
            }
            case COMMIT -> !committed.remove(producerId);
            default -> type < 0;
        };
    }
}
