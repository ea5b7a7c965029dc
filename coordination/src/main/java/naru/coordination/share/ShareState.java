package naru.coordination.share;

import java.util.List;

/**
 * What is known of one share partition.
 *
 * @param snapshotEpoch counts snapshots
 * @param stateEpoch grows when the state is begun anew; older writers are fenced
 * @param leaderEpoch of the partition's leader that last read or wrote; older ones are fenced
 * @param startOffset {@link #NO_OFFSET} until the group's first read decides
 * @param deliveryCompleteCount records at or above the start offset that are settled, or {@link
 *     #NO_COUNT}
 * @param updates written since the snapshot
 */
record ShareState(
        int snapshotEpoch,
        int stateEpoch,
        int leaderEpoch,
        long startOffset,
        int deliveryCompleteCount,
        List<StateBatch> batches,
        long createdMillis,
        long writtenMillis,
        int updates) {
    static final long NO_OFFSET = -1;
    static final int NO_COUNT = -1;
    static final int NO_EPOCH = -1;

    /** The next snapshot, with the same content. */
    ShareState snapshot(long nowMillis) {
        return new ShareState(
                snapshotEpoch + 1,
                stateEpoch,
                leaderEpoch,
                startOffset,
                deliveryCompleteCount,
                batches,
                createdMillis,
                nowMillis,
                0);
    }

    ShareState withStateEpoch(int epoch) {
        return new ShareState(
                snapshotEpoch,
                epoch,
                leaderEpoch,
                startOffset,
                deliveryCompleteCount,
                batches,
                createdMillis,
                writtenMillis,
                updates);
    }

    /** The state after an update; what the update does not know (-1) stays. */
    ShareState updated(int leader, long start, int completeCount, List<StateBatch> changed) {
        long startAfter = start == NO_OFFSET ? startOffset : start;
        return new ShareState(
                snapshotEpoch,
                stateEpoch,
                leader == NO_EPOCH ? leaderEpoch : leader,
                startAfter,
                completeCount == NO_COUNT ? deliveryCompleteCount : completeCount,
                StateBatches.combine(batches, changed, startAfter),
                createdMillis,
                writtenMillis,
                updates + 1);
    }
}
