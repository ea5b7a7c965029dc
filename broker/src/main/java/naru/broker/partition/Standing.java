package naru.broker.partition;

import naru.log.PartitionLog;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;

/**
 * What this broker is for a partition.
 *
 * <pre>
 *   Offline ──(the log could be opened)──▶ Leading ◀──(each election)──▶ Following
 *      ▲                                      │                              │
 *      ├───────(its data folder failed)───────┴──────────────────────────────┤
 *      │                                                                     ▼
 *      └──────────────────────────────────(deleted, or placed elsewhere)──▶ Gone
 * </pre>
 */
public sealed interface Standing {
    /**
     * It leads: appends go to the log, in this epoch.
     *
     * @param inSyncReplicas as the metadata said when it was placed; see {@link #inSync}
     * @param followers null when no other broker holds a replica
     */
    record Leading(
            PartitionLog log,
            int leaderEpoch,
            List<Integer> inSyncReplicas,
            @Nullable Followers followers)
            implements Standing {
        public Leading(PartitionLog log, int leaderEpoch, List<Integer> inSyncReplicas) {
            this(log, leaderEpoch, inSyncReplicas, null);
        }

        /** Replicas that are in sync now. */
        public Collection<Integer> inSync() {
            return followers == null ? inSyncReplicas : followers.inSync();
        }

        /** A partition cannot have more in sync than its replicas. */
        boolean isUnderMinimum(int minInSyncReplicas) {
            return followers != null && followers.isUnderMinimum(minInSyncReplicas);
        }
    }

    /**
     * It follows the leader of this epoch: what the log gets comes from there.
     *
     * @param leader {@link #NO_LEADER} while there is none
     * @param inSync whether the metadata hold this replica for in sync
     */
    record Following(PartitionLog log, int leader, int leaderEpoch, boolean inSync)
            implements Standing {
        public static final int NO_LEADER = -1;

        boolean isSameReign(Standing other) {
            return other instanceof Following following
                    && following.log == log
                    && isOf(following.leader, following.leaderEpoch);
        }

        boolean isOf(int otherLeader, int otherEpoch) {
            return leader == otherLeader && leaderEpoch == otherEpoch;
        }
    }

    /** It holds a replica and cannot serve it, for this reason. */
    record Offline(String reason, int leaderEpoch) implements Standing {}

    /** It has nothing to do with it any more. */
    record Gone() implements Standing {}
}
