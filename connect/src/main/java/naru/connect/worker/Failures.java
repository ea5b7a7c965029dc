package naru.connect.worker;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What runs on this worker and how it is, and how it is started again. */
interface Failures {
    /**
     * A connector or one of its tasks.
     *
     * @param task its number; -1: the connector itself
     */
    record Part(String connector, int task) {
        static final int ITSELF = -1;

        @Override
        public String toString() {
            return task == ITSELF
                    ? "connector " + connector
                    : "task " + task + " of connector " + connector;
        }
    }

    /**
     * @param trace of what it failed with, where it has
     */
    record PartState(Part part, boolean failed, @Nullable String trace) {}

    /** All parts that are on this worker. */
    List<PartState> look();

    /** Asks for a restart; returns before it is done. */
    void restart(Part part);
}
