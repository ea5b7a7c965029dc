package naru.broker.replication;

import naru.broker.partition.Partition;

/** Bounds the rate at which replicas that are not in sync are fetched (KIP-73). Any thread. */
public interface FollowThrottle {
    /** Whether nothing is to be fetched now for this replica, which is not in sync. */
    boolean holdsBack(Partition partition);

    /** So many bytes of such a replica have come. */
    void fetched(Partition partition, int bytes);

    FollowThrottle NONE =
            new FollowThrottle() {
                @Override
                public boolean holdsBack(Partition partition) {
                    return false;
                }

                @Override
                public void fetched(Partition partition, int bytes) {}
            };
}
