package naru.broker.share;

import naru.coordination.share.DeliveryState;
import naru.coordination.share.StateBatch;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/** Neighbouring records that are alike. Owned by its {@link SharePartition}. */
final class Run {
    final long first;
    long last;
    DeliveryState state;
    short deliveryCount;

    /** Who holds the records while they are ACQUIRED. */
    @Nullable String holder;

    /** Until when. */
    long deadlineMillis;

    /** The acknowledgement that is being written, if any: nobody else may change the run then. */
    @Nullable Change change;

    /** What the run becomes when that is written. */
    DeliveryState target;

    /** Why the records go to the dead-letter topic, while they are ARCHIVING. */
    @Nullable DeadLetterCause cause;

    /** Whether the copy to the dead-letter topic is under way. */
    boolean copying;

    Run(long first, long last, DeliveryState state, short deliveryCount) {
        this.first = first;
        this.last = last;
        this.state = state;
        this.target = state;
        this.deliveryCount = deliveryCount;
    }

    long records() {
        return last - first + 1;
    }

    boolean isAvailable() {
        return state == DeliveryState.AVAILABLE;
    }

    /** Whether it is settled and may be passed by the start offset. */
    boolean isSettled() {
        return change == null && state.isSettled();
    }

    /** Whether it is or will be settled, once all that is being written has been. */
    boolean willBeSettled() {
        return target.isSettled();
    }

    void become(DeliveryState next) {
        state = next;
        target = next;
        holder = null;
        change = null;
        deadlineMillis = 0;
    }

    StateBatch as(DeliveryState written) {
        return new StateBatch(first, last, written, deliveryCount);
    }

    /** Cuts the run before the offset and answers the second part. */
    Run cutBefore(long offset) {
        Run rest = new Run(offset, last, state, deliveryCount);
        rest.holder = holder;
        rest.deadlineMillis = deadlineMillis;
        rest.change = change;
        rest.target = target;
        rest.cause = cause;
        rest.copying = copying;
        last = offset - 1;
        return rest;
    }

    boolean isLike(Run other) {
        return state == other.state
                && deliveryCount == other.deliveryCount
                && deadlineMillis == other.deadlineMillis
                && change == other.change
                && target == other.target
                && cause == other.cause
                && copying == other.copying
                && Objects.equals(holder, other.holder);
    }

    @Override
    public String toString() {
        return "[%d,%d] %s x%d%s%s"
                .formatted(
                        first,
                        last,
                        state,
                        deliveryCount,
                        holder == null ? "" : " by " + holder,
                        change == null ? "" : " to " + target);
    }
}
