package naru.quorum;

import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.raft.QuorumConfig;

import java.util.function.BooleanSupplier;

/**
 * What Raft is told of joining the voters by itself ({@code controller.quorum.auto.join.enable}):
 * only until this node has voted. A voter that is taken out while it runs would otherwise be back
 * within a second.
 *
 * <p>Threads: asked by Raft, told by the metadata loader.
 */
final class JoinOnce extends QuorumConfig {
    private static final long NEVER = -1;

    private volatile BooleanSupplier named = () -> false;
    private volatile boolean voted;

    /** Whether the voter of this node's id is an earlier node of it, whose folder is lost. */
    private volatile boolean succeeds;

    private long seenBefore = NEVER;

    JoinOnce(AbstractConfig values) {
        super(values);
    }

    /**
     * @param now whether a voter has this node's id
     */
    void asks(BooleanSupplier now) {
        named = now;
    }

    /** Raft asks only as long as this node, in this folder, is no voter. */
    @Override
    public boolean autoJoin() {
        if (!super.autoJoin()) {
            return false;
        }
        succeeds = named.getAsBoolean();
        if (succeeds) {
            voted = false;
        }
        return !voted;
    }

    /**
     * Voters count from the moment that they stand in the log, and are for certain when all up to
     * there is committed.
     *
     * @param committed last offset that is
     * @param logEnd where the next record comes
     */
    void onCommitted(long committed, long logEnd) {
        if (succeeds || !named.getAsBoolean()) {
            seenBefore = NEVER;
        } else if (seenBefore == NEVER) {
            seenBefore = logEnd;
        } else if (committed >= seenBefore - 1) {
            voted = true;
        }
    }
}
