package naru.broker.replication;

/**
 * Runs a {@link ReplicaFetcher}: asks it for its next step, carries that out, and tells what came
 * of it, one step at a time. In a node it is a thread with a connection, in a simulation events.
 */
public interface FetcherDriver extends AutoCloseable {
    /** The fetcher has something to do that it had not before. Any thread. */
    void wake();

    /** Takes no further step; the one under way may still end. Does not wait. */
    @Override
    void close();

    /**
     * After {@link #close}: waits until the step under way has ended, so that logs may be closed.
     */
    default void awaitEnd() {}

    /** Makes the driver of a fetcher that follows this broker. */
    @FunctionalInterface
    interface Maker {
        FetcherDriver drive(int leader, ReplicaFetcher fetcher);
    }

    /** A thread and a connection for each. */
    static Maker threads(PeerNetwork network) {
        return (leader, fetcher) ->
                new FetcherThread(
                        "naru-follow-" + leader,
                        fetcher,
                        new NetworkConnection(network, leader, "fetcher-" + leader));
    }
}
