package naru.broker.transport;

/** A task that waits for its time in a loop's timer wheel. */
public interface Timeout {
    /** Takes the task out; without effect when it has run. Only on the loop's thread. */
    void cancel();
}
