package naru.coordination.share;

import org.apache.kafka.common.Uuid;

/** What share state is kept for: a partition as one share group reads it. */
public record ShareKey(String groupId, Uuid topicId, int partition) {
    /** The key by which its coordinator is found. */
    public String coordinatorKey() {
        return groupId + ":" + topicId + ":" + partition;
    }

    @Override
    public String toString() {
        return coordinatorKey();
    }
}
