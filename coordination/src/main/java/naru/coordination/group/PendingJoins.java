package naru.coordination.group;

/** Counts the member ids of a shard that were given out and not yet used, up to a bound. */
final class PendingJoins {
    private int count;

    boolean tryTake() {
        if (count >= GroupLimits.PENDING_JOINS_PER_SHARD) {
            return false;
        }
        count++;
        return true;
    }

    void released() {
        released(1);
    }

    void released(int howMany) {
        count -= howMany;
    }
}
