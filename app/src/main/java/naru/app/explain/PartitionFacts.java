package naru.app.explain;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A group's place in one partition, looked at twice.
 *
 * @param committed where the group goes on, or null when it has never said so
 * @param start the log start offset, or null when the partition's leader does not answer
 * @param end the high watermark, likewise
 * @param stableEnd the last stable offset: readers with {@code read_committed} see up to there
 * @param committedLater the same at the second look
 * @param endLater likewise
 * @param waitingSinceMillis timestamp of the first record that waits for the group, or null when
 *     none waits or it could not be read
 */
public record PartitionFacts(
        TopicPartition partition,
        @Nullable Long committed,
        @Nullable Long start,
        @Nullable Long end,
        @Nullable Long stableEnd,
        @Nullable Long committedLater,
        @Nullable Long endLater,
        @Nullable Long waitingSinceMillis) {

    /** Records between the group's place and the end, at the first look; 0 when not known. */
    public long lag() {
        return committed == null || end == null ? 0 : Math.max(0, end - committed);
    }

    /** Records that the group took between the looks. */
    long taken() {
        return committed == null || committedLater == null
                ? 0
                : Math.max(0, committedLater - committed);
    }

    /** Records that came in between the looks. */
    long arrived() {
        return end == null || endLater == null ? 0 : Math.max(0, endLater - end);
    }

    /** The group has all that a {@code read_committed} reader may see, and more is there. */
    boolean isHeldByTransaction() {
        return committed != null
                && end != null
                && stableEnd != null
                && stableEnd < end
                && committed >= stableEnd;
    }
}
