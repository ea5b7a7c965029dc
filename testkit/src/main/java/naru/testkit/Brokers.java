package naru.testkit;

/** One broker or several of one cluster that are measured together. */
public interface Brokers extends AutoCloseable {
    /** Starts on the same folders and ports as before, and waits until clients are served. */
    void restart();

    /** {@code host:port} of one broker, from which clients find the others. */
    String bootstrap();

    /** User and system time used so far by all, that of children they have waited for included. */
    double cpuSeconds();

    /** Memory that all of them occupy. */
    long rssBytes();

    int threads();

    /** Kills what lives, and deletes the folders that were made for it. */
    @Override
    void close();
}
