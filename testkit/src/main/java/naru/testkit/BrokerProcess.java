package naru.testkit;

/**
 * One broker that runs as a process of its own on loopback, so that it can be measured and killed.
 *
 * <p>Threads: one owner. Failures: {@link IllegalStateException} with the end of the process's
 * output when it does not do what was asked within a generous bound.
 */
public interface BrokerProcess extends AutoCloseable {
    /** Starts the process on its folder and ports, and returns at once. */
    void launch();

    /** Waits until the launched process serves clients. */
    void awaitReady();

    /** Starts again on the same folder and ports, and waits until clients are served. */
    default void restart() {
        launch();
        awaitReady();
    }

    /** {@code host:port} for clients. */
    String bootstrap();

    long pid();

    boolean isAlive();

    /** User and system time used so far, that of children it has waited for included. */
    double cpuSeconds();

    long rssBytes();

    int threads();

    /** SIGKILL; returns when the process is gone. */
    void kill();

    /** SIGTERM; returns the exit code when the process is gone. */
    int stop();

    /** Kills the process if it lives, and deletes the folder if it was made for it. */
    @Override
    void close();
}
