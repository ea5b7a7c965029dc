package naru.coordination.group.share;

import naru.coordination.Decision;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;

import java.util.Map;

/** What share groups want of others. The outcome of each but the last is told to the shard. */
public sealed interface ShareEffect extends Decision.Effect {
    String groupId();

    /**
     * The share coordinator is to begin the state of these partitions. Told by {@code
     * ShareStateInitialized}.
     *
     * @param startOffsets -1: the group's first read decides
     * @param ticket of who waits for it, or -1
     */
    record Initialize(
            String groupId, int stateEpoch, Map<Uuid, Map<Integer, Long>> startOffsets, long ticket)
            implements ShareEffect {}

    /**
     * The share coordinator is to delete the state of these partitions. Told by {@code
     * ShareStateDeleted}.
     *
     * @param ticket of who waits for it
     */
    record Delete(String groupId, TopicPartitions partitions, long ticket) implements ShareEffect {}

    /** What the member holds is to be released. */
    record MemberGone(String groupId, String memberId) implements ShareEffect {}
}
