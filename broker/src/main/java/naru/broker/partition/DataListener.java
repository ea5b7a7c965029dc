package naru.broker.partition;

/** Waits for a partition to have more to read. Called on any thread; must not block. */
public interface DataListener {
    /**
     * More may be read, or the partition is no longer led here. The listener is registered no more.
     */
    void onChange();

    /** Whether it has stopped waiting, so that it can be forgotten. */
    boolean isDone();
}
