package naru.broker.fetch;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What a fetch wants of one partition, and what it was last told about it. Owned by one request, or
 * by the session whose lock is held.
 */
final class Wanted {
    final Key key;
    long fetchOffset;
    int maxBytes;
    int currentLeaderEpoch;
    int lastFetchedEpoch;
    long logStartOffset = -1;

    private long toldHighWatermark = -1;
    private long toldLogStartOffset = -1;

    /** Topics are told apart by id from version 13 on, by name before; the other one is unset. */
    record Key(@Nullable String topic, Uuid topicId, int index) {}

    Wanted(Key key) {
        this.key = key;
    }

    void update(long fetchOffset, int maxBytes, int currentLeaderEpoch, int lastFetchedEpoch) {
        this.fetchOffset = fetchOffset;
        this.maxBytes = maxBytes;
        this.currentLeaderEpoch = currentLeaderEpoch;
        this.lastFetchedEpoch = lastFetchedEpoch;
    }

    /** Where a follower's log begins. */
    void follows(long logStart) {
        logStartOffset = logStart;
    }

    /** Whether an incremental answer has to name the partition; notes what it is told. */
    boolean mustTell(Answer answer) {
        boolean tell =
                answer.sizeBytes() > 0
                        || answer.highWatermark() != toldHighWatermark
                        || answer.logStartOffset() != toldLogStartOffset
                        || answer.isDiverging()
                        || answer.isElsewhere();
        toldHighWatermark = answer.highWatermark();
        toldLogStartOffset = answer.logStartOffset();
        if (isPassedOver(answer)) {
            toldHighWatermark = -1;
            return true;
        }
        return tell;
    }

    /** Who has to cut its log takes no high watermark from that answer. */
    private static boolean isPassedOver(Answer answer) {
        return answer.isError() || answer.isDiverging();
    }

    void told(Answer answer) {
        toldHighWatermark = isPassedOver(answer) ? -1 : answer.highWatermark();
        toldLogStartOffset = answer.logStartOffset();
    }
}
