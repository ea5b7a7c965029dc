package naru.app;

import java.util.Map;

/** What {@code naru start} needs of a node. */
interface NodeLauncher {
    /**
     * Returns when every listener accepts.
     *
     * @param settings by Kafka's and Naru's property names
     * @throws StartFailure when the node cannot start, with a sentence that says why
     */
    RunningNode launch(Map<String, String> settings);

    /** A node that serves until it is closed. */
    interface RunningNode extends AutoCloseable {
        /** What it serves and where, in half a sentence. */
        String summary();

        /** Waits until the node has ended by itself or been closed. */
        void awaitEnd() throws InterruptedException;

        /** Stops cleanly: nothing that was acknowledged needs recovery at the next start. */
        @Override
        void close();
    }
}
