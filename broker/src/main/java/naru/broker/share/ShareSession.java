package naru.broker.share;

import org.apache.kafka.common.Uuid;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What one member of a share group reads from this broker, on one connection. Guarded by its own
 * lock, which is held while records are acquired, so that none are once it is closed.
 */
final class ShareSession {
    static final int INITIAL_EPOCH = 0;
    static final int FINAL_EPOCH = -1;

    /** Partitions of one session. */
    static final int MOST_TARGETS = 10_000;

    record Id(String groupId, String memberId) {}

    record Target(Uuid topicId, int partition) {}

    final Id id;
    final long connectionId;
    private final Set<Target> targets = new LinkedHashSet<>();
    private int epoch = INITIAL_EPOCH + 1;
    private int turn;
    private boolean closed;

    ShareSession(Id id, long connectionId) {
        this.id = id;
        this.connectionId = connectionId;
    }

    int epoch() {
        return epoch;
    }

    /** The request of this epoch is being served. */
    void advance() {
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    /** False when the session has as many as it may. */
    boolean add(Target target) {
        return targets.contains(target) || (targets.size() < MOST_TARGETS && targets.add(target));
    }

    void remove(Target target) {
        targets.remove(target);
    }

    int size() {
        return targets.size();
    }

    /** Each time another partition comes first. */
    List<Target> targets() {
        List<Target> turned = new ArrayList<>(targets);
        if (!turned.isEmpty()) {
            turn = (turn + 1) % turned.size();
            Collections.rotate(turned, -turn);
        }
        return turned;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }
}
