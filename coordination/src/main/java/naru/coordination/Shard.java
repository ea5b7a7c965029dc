package naru.coordination;

import naru.coordination.Decision.Reply;

import java.util.List;

/**
 * The part of a coordinator that lives in one partition of its internal topic.
 *
 * <p>The caller decides one command at a time, appends the records, applies each of them, and gives
 * the replies when the records are committed. If the append fails, nothing is applied, the replies
 * are answered with the error instead, and the shard goes on. After every command, and when {@link
 * #nextDeadlineMillis} is reached, {@link #onDeadline} is called until no deadline is due.
 *
 * <p>To load, apply every record of the partition in order and then call {@link #onLoaded}. To give
 * up, call {@link #onUnloaded}.
 *
 * <p>Threads: one at a time.
 *
 * @param <C> the commands
 */
public interface Shard<C> {
    /** No deadline is set. */
    long NEVER = Long.MAX_VALUE;

    Decision decide(C command, long nowMillis);

    /** When {@link #onDeadline} has something to do, or {@link #NEVER}. */
    long nextDeadlineMillis();

    /** Serves the earliest deadline that is due. */
    Decision onDeadline(long nowMillis);

    /**
     * Takes over one record of the partition. Records of kinds that are not served are passed over.
     *
     * @throws RuntimeException the record is damaged, or of a version that is not known
     */
    void apply(CoordinatorRecord record);

    /** Takes over one record, as above, and hears where it stands. */
    default void apply(CoordinatorRecord record, long offset) {
        apply(record);
    }

    /** Records below this offset may leave the log: loading does not need them. */
    default long oldestNeededOffset() {
        return 0;
    }

    /** Takes over a record of a transaction: it counts when the transaction commits. */
    default void applyTransactional(long producerId, CoordinatorRecord record) {
        throw new IllegalArgumentException("transactional records have no place here");
    }

    /** Takes over the marker that ends a transaction. */
    default void applyTransactionEnd(long producerId, boolean committed) {}

    /** Everything was applied: time begins to run. */
    Decision onLoaded(long nowMillis);

    /** The shard is given up: everybody who waits must find the new coordinator. */
    List<Reply> onUnloaded(long nowMillis);
}
