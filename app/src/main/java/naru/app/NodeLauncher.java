package naru.app;

import naru.broker.login.FirstUser;
import naru.broker.newcomer.Newcomers;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** What {@code naru start} needs of a node. */
interface NodeLauncher {
    /**
     * Returns when every listener accepts.
     *
     * @param settings by Kafka's and Naru's property names
     * @param firstUser made where the cluster has none of that name, or null for none
     * @throws StartFailure when the node cannot start, with a sentence that says why
     */
    RunningNode launch(Map<String, String> settings, @Nullable FirstUser firstUser);

    /** A node that serves until it is closed. */
    interface RunningNode extends AutoCloseable {
        /** What it serves and where, in half a sentence. */
        String summary();

        /** Addresses for clients on this machine, each HOST:PORT. */
        List<String> bootstrap();

        /** Who decides about nodes that want to join. */
        Newcomers newcomers();

        /** Waits until the node has ended by itself or been closed. */
        void awaitEnd() throws InterruptedException;

        /** Stops cleanly: nothing that was acknowledged needs recovery at the next start. */
        @Override
        void close();
    }
}
