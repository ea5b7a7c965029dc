package naru.coordination.share;

/** Records from the first to the last offset that are alike. */
public record StateBatch(long first, long last, DeliveryState state, short deliveryCount) {
    public StateBatch {
        if (first > last) {
            throw new IllegalArgumentException("a batch from " + first + " to " + last);
        }
        if (state == DeliveryState.ACQUIRED) {
            throw new IllegalArgumentException("who holds a record is not kept");
        }
    }

    boolean isLike(StateBatch other) {
        return state == other.state && deliveryCount == other.deliveryCount;
    }

    StateBatch within(long from, long to) {
        return new StateBatch(Math.max(first, from), Math.min(last, to), state, deliveryCount);
    }
}
