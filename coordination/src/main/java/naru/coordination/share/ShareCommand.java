package naru.coordination.share;

import org.apache.kafka.common.Uuid;

import java.util.List;
import java.util.Set;

/** What a shard is asked. Each request names one share partition and is answered at once. */
public sealed interface ShareCommand {

    /** A request: from the leader of the partition, or from the coordinator of the group. */
    sealed interface Asked extends ShareCommand {
        long ticket();

        ShareKey key();
    }

    /**
     * Begins the state anew. Answered by an {@code InitializeShareGroupStateResponseData}.
     *
     * @param startOffset -1: the group's first read decides, and state that is there already stays
     */
    record Initialize(long ticket, ShareKey key, int stateEpoch, long startOffset)
            implements Asked {}

    /**
     * Answered by a {@code ReadShareGroupStateResponseData}.
     *
     * @param leaderEpoch fences leaders of earlier epochs from now on; -1 fences nobody
     */
    record Read(long ticket, ShareKey key, int leaderEpoch) implements Asked {}

    /** Answered by a {@code ReadShareGroupStateSummaryResponseData}. */
    record ReadSummary(long ticket, ShareKey key, int leaderEpoch) implements Asked {}

    /**
     * Answered by a {@code WriteShareGroupStateResponseData}.
     *
     * @param startOffset -1: unchanged
     * @param deliveryCompleteCount -1: unknown
     */
    record Write(
            long ticket,
            ShareKey key,
            int stateEpoch,
            int leaderEpoch,
            long startOffset,
            int deliveryCompleteCount,
            List<StateBatch> batches)
            implements Asked {
        public Write {
            batches = List.copyOf(batches);
        }
    }

    /** Answered by a {@code DeleteShareGroupStateResponseData}, also when there is none. */
    record Delete(long ticket, ShareKey key) implements Asked {}

    /** State of these topics is forgotten. To be repeated until there is nothing to record. */
    record TopicsDeleted(Set<Uuid> topicIds) implements ShareCommand {}

    /**
     * State that was not written for so long gets a new snapshot, so that the log before it can be
     * deleted. To be repeated until there is nothing to record.
     */
    record SnapshotCold(long olderThanMillis) implements ShareCommand {}
}
