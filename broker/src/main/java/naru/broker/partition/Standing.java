package naru.broker.partition;

import naru.log.PartitionLog;

import java.util.List;

/**
 * What this broker is for a partition.
 *
 * <pre>
 *   Offline ──(the log could be opened)──▶ Leading ──(deleted, or led elsewhere)──▶ Gone
 *      ▲                                      │
 *      └───────(its data folder failed)───────┘
 * </pre>
 */
public sealed interface Standing {
    /** It leads: appends go to the log, in this epoch. */
    record Leading(PartitionLog log, int leaderEpoch, List<Integer> inSyncReplicas)
            implements Standing {}

    /** It holds a replica and cannot serve it, for this reason. */
    record Offline(String reason, int leaderEpoch) implements Standing {}

    /** It has nothing to do with it any more. */
    record Gone() implements Standing {}
}
