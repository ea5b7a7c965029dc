package naru.broker.replication;

import naru.broker.partition.Partition;
import naru.broker.quota.ByteThrottle;

/** The one that {@code follower.replication.throttled.rate} and {@code .replicas} ask for. */
public final class ReplicaThrottle implements FollowThrottle {
    private final ByteThrottle bytes;

    public ReplicaThrottle(ByteThrottle bytes) {
        this.bytes = bytes;
    }

    @Override
    public boolean holdsBack(Partition partition) {
        return partition.throttles().asFollower() && bytes.isExceeded();
    }

    @Override
    public void fetched(Partition partition, int size) {
        if (partition.throttles().asFollower()) {
            bytes.spend(size);
        }
    }
}
