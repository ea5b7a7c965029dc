package naru.broker.coordinator;

/** Wakes somebody up once, later. */
public interface Alarm {
    /** Runs the task after the delay, on a thread that must not be held up. */
    void after(long delayMillis, Runnable task);
}
