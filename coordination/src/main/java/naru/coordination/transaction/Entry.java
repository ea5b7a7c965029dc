package naru.coordination.transaction;

import naru.coordination.Shard;

import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * One transactional id: what the log says of it, and who waits for the end of its transaction.
 * Owned by the shard.
 */
final class Entry {
    /** Whose reply is held back until the transaction is complete, but not for ever. */
    sealed interface Held {
        long ticket();

        long untilMillis();

        /** The end is durable and will be told; only the markers are missing. */
        record End(long ticket, long untilMillis, ApiMessage reply) implements Held {}

        /** A producer that takes over waits for the end of what it has fenced. */
        record TakeOver(long ticket, long untilMillis, TransactionCommand.InitProducerId command)
                implements Held {}
    }

    /** The epoch before the last one was given out, which a retry may still name (KIP-360). */
    private record LastEpoch(long producerId, short epoch, short last) {}

    private final String id;
    private final List<Held> held = new ArrayList<>(1);
    private Transaction transaction;
    private @Nullable Held proposed;
    private @Nullable LastEpoch lastEpoch;
    private boolean markersWritten;
    private long retryAtMillis;
    private long round;

    Entry(String id, Transaction transaction) {
        this.id = id;
        this.transaction = transaction;
    }

    String id() {
        return id;
    }

    Transaction transaction() {
        return transaction;
    }

    // ---- deciding ----

    /** Becomes held when the record of this decision is applied. */
    void propose(@Nullable Held waiting) {
        proposed = waiting;
    }

    /** If the producer comes to this id and epoch, it may be a retry of one that had the last. */
    void rememberLastEpoch(long producerId, short epoch, short last) {
        lastEpoch = new LastEpoch(producerId, epoch, last);
    }

    short lastEpoch() {
        return lastEpoch != null
                        && lastEpoch.producerId == transaction.producerId()
                        && lastEpoch.epoch == transaction.producerEpoch()
                ? lastEpoch.last
                : Transaction.NO_EPOCH;
    }

    /** Should the next step not be recorded, it is tried again then. */
    void retryAt(long millis) {
        retryAtMillis = millis;
    }

    /** Markers are asked for anew: what is told of earlier ones does not count. */
    long nextRound() {
        return ++round;
    }

    long round() {
        return round;
    }

    void onMarkersWritten() {
        markersWritten = true;
    }

    boolean areMarkersWritten() {
        return markersWritten;
    }

    /** Takes out those who wait for the end to be told. */
    List<Held.End> takeEnds() {
        List<Held.End> ends = new ArrayList<>(held.size());
        held.removeIf(waiting -> waiting instanceof Held.End end && ends.add(end));
        return ends;
    }

    @Nullable Held takeHeld(long nowMillis) {
        for (Held waiting : held) {
            if (!transaction.status().isPrepared() || waiting.untilMillis() <= nowMillis) {
                held.remove(waiting);
                return waiting;
            }
        }
        return null;
    }

    // ---- applying ----

    void apply(Transaction next) {
        transaction = next;
        markersWritten = false;
        retryAtMillis = 0;
        if (proposed != null) {
            held.add(proposed);
            proposed = null;
        }
    }

    /** When something is to be done about it. */
    long dueMillis() {
        long due = Shard.NEVER;
        if (transaction.is(TransactionStatus.ONGOING)) {
            due = Math.max(timesOutAtMillis(), retryAtMillis);
        } else if (markersWritten) {
            due = retryAtMillis;
        }
        for (Held waiting : held) {
            due = Math.min(due, transaction.status().isPrepared() ? waiting.untilMillis() : 0);
        }
        return due;
    }

    long timesOutAtMillis() {
        return transaction.startMillis() + transaction.timeoutMillis();
    }
}
