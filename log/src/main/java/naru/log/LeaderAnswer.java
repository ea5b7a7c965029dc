package naru.log;

import java.nio.ByteBuffer;

/** What a leader answers a follower that asks for what it has not got. */
public sealed interface LeaderAnswer {
    /**
     * Batches as they stand in the leader's log; none when the follower has them all. The last may
     * be cut short, and then counts as not sent.
     *
     * @param highWatermark the leader's
     * @param logStartOffset the leader's
     */
    record Records(ByteBuffer batches, long highWatermark, long logStartOffset)
            implements LeaderAnswer {}

    /**
     * The logs differ below the offset that was asked for (KIP-595): the leader's last epoch that
     * is not above the follower's, and where that ends; -1 when it knows none.
     */
    record Diverging(int epoch, long endOffset) implements LeaderAnswer {}

    /** What was asked for is not in the leader's log, which has these bounds. */
    record OutOfRange(long logStartOffset, long logEndOffset) implements LeaderAnswer {}
}
