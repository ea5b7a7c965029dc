package naru.broker.fetch;

import naru.broker.partition.Partition;
import naru.broker.partition.Standing;

/** Sends a consumer to a replica that is closer to it than the leader (KIP-392). */
@FunctionalInterface
public interface ReplicaChoice {
    int LEADER = -1;

    /** Everybody reads from the leader. */
    ReplicaChoice ALWAYS_LEADER = (partition, leading, rack, listener, offset) -> LEADER;

    /** The broker to read from, or {@link #LEADER}. */
    int closest(
            Partition partition,
            Standing.Leading leading,
            String rack,
            String listenerName,
            long offset);
}
