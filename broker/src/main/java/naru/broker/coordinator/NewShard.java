package naru.broker.coordinator;

import naru.coordination.Shard;

/** Makes an empty shard for a partition that this broker begins to lead in the epoch. */
@FunctionalInterface
public interface NewShard<C> {
    Shard<C> of(int partition, int leaderEpoch);
}
