package naru.broker.partition;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What partitions tell those who replicate them. Called on the metadata thread, but for {@link
 * #ask} and what is asked for a decision, which are called on any.
 */
public interface Replication extends Followers.Rules {
    /** Milliseconds of a clock that never goes back. */
    long nowMillis();

    /** Asks the controller for a change of a led partition's in-sync replicas. Must not block. */
    void ask(Partition partition, Followers.Change change);

    /** The partition follows from now on; {@link #unfollow} was called for what it was before. */
    void follow(Partition partition, Standing.Following following);

    /** Nothing is fetched for the partition any more. */
    void unfollow(Partition partition);

    /** Of a node that has no other beside it. */
    Replication ALONE =
            new Replication() {
                @Override
                public long nowMillis() {
                    return 0;
                }

                @Override
                public void ask(Partition partition, Followers.Change change) {}

                @Override
                public void follow(Partition partition, Standing.Following following) {}

                @Override
                public void unfollow(Partition partition) {}

                @Override
                public long mostLagMillis() {
                    return Long.MAX_VALUE;
                }

                @Override
                public boolean mayBeInSync(int broker, long brokerEpoch, @Nullable Uuid directory) {
                    return false;
                }
            };
}
