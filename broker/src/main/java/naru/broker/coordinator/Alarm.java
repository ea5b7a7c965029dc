package naru.broker.coordinator;

/** Has something done once, later or soon, by another thread. */
public interface Alarm {
    /** Runs the task after the delay. */
    void after(long delayMillis, Runnable task);

    /** Runs the task as soon as a thread is free. */
    default void soon(Runnable task) {
        Thread.startVirtualThread(task);
    }
}
