package naru.coordination.transaction;

import org.apache.kafka.common.TopicPartition;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A transactional id as one record of the log says it. Each step makes the next one.
 *
 * @param previousProducerId the producer id before the last step
 * @param nextProducerId what the id becomes when the transaction is complete, or {@link #NONE}: the
 *     epochs of the present one are used up
 * @param producerEpoch {@link #NO_EPOCH} before the first step
 * @param partitions of the transaction that is open or being ended; never changed
 * @param startMillis when the transaction began, or {@link #NONE}
 * @param clientVersion transaction version of the client that began or ended it: from 2 on each end
 *     raises the epoch (KIP-890)
 */
record Transaction(
        long producerId,
        long previousProducerId,
        long nextProducerId,
        short producerEpoch,
        int timeoutMillis,
        TransactionStatus status,
        Set<TopicPartition> partitions,
        long startMillis,
        long updateMillis,
        short clientVersion) {
    static final long NONE = -1;
    static final short NO_EPOCH = -1;
    static final short EPOCH_PER_TRANSACTION = 2;

    /** The largest epoch a producer is given; one more is kept for fencing it. */
    private static final short LAST_EPOCH = Short.MAX_VALUE - 1;

    /** An id that nobody has used yet. It is recorded when its first epoch is. */
    static Transaction begun(long producerId, int timeoutMillis, long nowMillis) {
        return new Transaction(
                producerId,
                NONE,
                NONE,
                NO_EPOCH,
                timeoutMillis,
                TransactionStatus.EMPTY,
                Set.of(),
                NONE,
                nowMillis,
                (short) 0);
    }

    static boolean isExhausted(short epoch) {
        return epoch >= LAST_EPOCH;
    }

    boolean isExhausted() {
        return isExhausted(producerEpoch);
    }

    boolean is(TransactionStatus wanted) {
        return status == wanted;
    }

    private Transaction to(TransactionStatus next, long nowMillis) {
        return new Transaction(
                producerId,
                producerId,
                nextProducerId,
                producerEpoch,
                timeoutMillis,
                next,
                partitions,
                startMillis,
                nowMillis,
                clientVersion);
    }

    private Transaction of(long id, short epoch) {
        return new Transaction(
                id,
                previousProducerId,
                nextProducerId,
                epoch,
                timeoutMillis,
                status,
                partitions,
                startMillis,
                updateMillis,
                clientVersion);
    }

    private Transaction with(Set<TopicPartition> set, long start, short version, long nextId) {
        return new Transaction(
                producerId,
                previousProducerId,
                nextId,
                producerEpoch,
                timeoutMillis,
                status,
                set,
                start,
                updateMillis,
                version);
    }

    /** A producer begins, or begins anew, under this id and epoch. */
    Transaction initialized(long id, short epoch, int timeout, long nowMillis) {
        Transaction next = to(TransactionStatus.EMPTY, nowMillis).of(id, epoch);
        return new Transaction(
                next.producerId,
                next.previousProducerId,
                NONE,
                next.producerEpoch,
                timeout,
                next.status,
                Set.of(),
                NONE,
                nowMillis,
                clientVersion);
    }

    Transaction withPartitions(Set<TopicPartition> added, short version, long nowMillis) {
        Set<TopicPartition> all = new LinkedHashSet<>(partitions);
        all.addAll(added);
        long start = is(TransactionStatus.ONGOING) ? startMillis : nowMillis;
        return to(TransactionStatus.ONGOING, nowMillis)
                .with(Collections.unmodifiableSet(all), start, version, nextProducerId);
    }

    /**
     * The end is decided.
     *
     * @param epoch of the markers
     * @param nextId {@link #NONE} unless the epochs are used up
     */
    Transaction prepared(boolean commit, short epoch, long nextId, short version, long nowMillis) {
        TransactionStatus next =
                commit ? TransactionStatus.PREPARE_COMMIT : TransactionStatus.PREPARE_ABORT;
        long start = is(TransactionStatus.ONGOING) ? startMillis : nowMillis;
        return to(next, nowMillis).of(producerId, epoch).with(partitions, start, version, nextId);
    }

    /** All markers are written. */
    Transaction completed(long nowMillis) {
        TransactionStatus next =
                is(TransactionStatus.PREPARE_COMMIT)
                        ? TransactionStatus.COMPLETE_COMMIT
                        : TransactionStatus.COMPLETE_ABORT;
        return to(next, nowMillis)
                .of(idAfterwards(), epochAfterwards())
                .with(Set.of(), startMillis, clientVersion, NONE);
    }

    /** What the producer goes on with when a prepared transaction is complete. */
    long idAfterwards() {
        return nextProducerId == NONE ? producerId : nextProducerId;
    }

    short epochAfterwards() {
        return nextProducerId == NONE ? producerEpoch : 0;
    }
}
