package naru.testkit;

/**
 * One broker that runs as a process of its own on loopback, so that it can be measured and killed.
 *
 * <p>Threads: one owner. Failures: {@link IllegalStateException} with the end of the process's
 * output when it does not do what was asked within a generous bound.
 */
public interface BrokerProcess extends Brokers {
    /** Starts the process on its folder and ports, and returns at once. */
    void launch();

    /** Waits until the launched process serves clients. */
    void awaitReady();

    @Override
    default void restart() {
        launch();
        awaitReady();
    }

    long pid();

    boolean isAlive();

    /** SIGKILL; returns when the process is gone. */
    void kill();

    /** SIGTERM; returns the exit code when the process is gone. */
    int stop();
}
