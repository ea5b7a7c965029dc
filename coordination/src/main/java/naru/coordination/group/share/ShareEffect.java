package naru.coordination.group.share;

import naru.coordination.Decision;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.Map;

/** What share groups want of others. The outcome of each but the last is told to the shard. */
public sealed interface ShareEffect extends Decision.Effect {
    String groupId();

    /**
     * Who waits for the outcome.
     *
     * @param request what was asked for
     */
    record Waiting(long ticket, ApiMessage request) {}

    /**
     * The share coordinator is to begin the state of these partitions. Told by {@code
     * ShareStateInitialized}.
     *
     * @param startOffsets -1: the group's first read decides
     * @param waiting null when nobody does
     */
    record Initialize(
            String groupId,
            int stateEpoch,
            Map<Uuid, Map<Integer, Long>> startOffsets,
            @Nullable Waiting waiting)
            implements ShareEffect {}

    /**
     * The share coordinator is to delete the state of these partitions. Told by {@code
     * ShareStateDeleted}.
     */
    record Delete(String groupId, TopicPartitions partitions, Waiting waiting)
            implements ShareEffect {}

    /**
     * The member was put out, and what it holds is to be released. One that leaves ends its share
     * session itself: its last acknowledgements may be under way on another connection.
     */
    record MemberGone(String groupId, String memberId) implements ShareEffect {}
}
