package naru.quorum;

import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.raft.QuorumConfig;

/**
 * What Raft is told of joining the voters by itself ({@code controller.quorum.auto.join.enable}):
 * only until this node has voted. A voter that is taken out while it runs would otherwise be back
 * within a second.
 *
 * <p>Threads: asked by Raft, told by the metadata loader.
 */
final class JoinOnce extends QuorumConfig {
    private static final long NEVER = -1;

    private volatile boolean voted;
    private long seenBefore = NEVER;

    JoinOnce(AbstractConfig values) {
        super(values);
    }

    @Override
    public boolean autoJoin() {
        return !voted && super.autoJoin();
    }

    /**
     * Voters count from the moment that they stand in the log, and are for certain when all up to
     * there is committed.
     *
     * @param committed last offset that is
     * @param votes whether this node stands among the voters
     * @param logEnd where the next record comes
     */
    void onCommitted(long committed, boolean votes, long logEnd) {
        if (!votes) {
            seenBefore = NEVER;
        } else if (seenBefore == NEVER) {
            seenBefore = logEnd;
        } else if (committed >= seenBefore - 1) {
            voted = true;
        }
    }
}
