package naru.broker.partition;

import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the leader of one epoch knows of its followers: how far each has come, when it was last
 * caught up, who is in sync, and the change of that which the controller is asked for.
 *
 * <p>The <i>maximal</i> in-sync replicas are those that the controller may hold for in sync: the
 * known ones, and those in a change that is under way. What all of these have is committed, however
 * the change ends.
 *
 * <p>Threads: any; guarded by its own monitor for moments. Time is given.
 */
public final class Followers {
    private static final long UNKNOWN = -1;

    private final int self;
    private final int leaderEpoch;
    private final long reignStart;
    private final Rules rules;
    private final Map<Integer, Follower> followers = new LinkedHashMap<>();
    private Set<Integer> inSync;
    private int replicas;
    private int coming;
    private int partitionEpoch;
    private @Nullable Change asked;

    /** What decides beside the followers' fetches. */
    public interface Rules {
        /** {@code replica.lag.time.max.ms}. */
        long mostLagMillis();

        /**
         * Whether a broker that has shown this epoch with its fetches may be in sync: it is known,
         * neither fenced nor leaving, that run of it is the present one, and its folder works.
         *
         * @param brokerEpoch -1 when the broker is too old to tell
         * @param directory the folder of the replica there, or null when the metadata name none
         */
        boolean mayBeInSync(int broker, long brokerEpoch, @Nullable Uuid directory);
    }

    /** Before its first fetch its end is unknown; one in sync counts as caught up for a while. */
    private static final class Follower {
        long end = UNKNOWN;
        long logStart = UNKNOWN;
        long brokerEpoch = UNKNOWN;
        @Nullable Uuid directory;
        long caughtUpMillis;
        long leaderEndAtFetch = Long.MAX_VALUE;
        long fetchedMillis;
        boolean hasFetched;

        boolean isCaughtUp(long leaderEnd, long nowMillis, long mostLagMillis) {
            return end == leaderEnd || nowMillis - caughtUpMillis <= mostLagMillis;
        }
    }

    /** One in-sync replica as the controller is to see it; the epoch is -1 when not known. */
    public record Member(int broker, long brokerEpoch) {}

    /**
     * A change of the in-sync replicas, to be asked of the controller.
     *
     * @param inSync all that are to be in sync
     * @param partitionEpoch of the state that it changes
     */
    public record Change(
            int leaderEpoch,
            int partitionEpoch,
            List<Member> inSync,
            boolean grows,
            boolean shrinks) {}

    /** What became of a follower's fetch. */
    public enum Seen {
        TAKEN,
        /** It holds no replica, as far as this leader knows. */
        UNKNOWN_REPLICA,
        /** A later run of that broker has fetched already. */
        FORMER_RUN
    }

    /** What is to be done after the controller has refused a change. */
    public enum AfterRefusal {
        /** The change is forgotten, the next look decides anew. */
        DROPPED,
        /** Nobody knows whether it will come; it is asked again. */
        AGAIN,
        /** The metadata will tell what holds. */
        AWAIT_METADATA
    }

    /** A follower as metrics and administration see it; -1 what is not known. */
    public record Progress(
            int broker, long endOffset, long logStartOffset, boolean inSync, long caughtUpMillis) {}

    /**
     * @param reignStart log end offset at which the leader's epoch began
     */
    public Followers(int self, PartitionState state, long reignStart, Rules rules, long nowMillis) {
        this.self = self;
        this.leaderEpoch = state.leaderEpoch();
        this.reignStart = reignStart;
        this.rules = rules;
        this.partitionEpoch = state.partitionEpoch();
        this.inSync = Set.copyOf(state.inSyncReplicas());
        adoptReplicas(state);
        for (Map.Entry<Integer, Follower> each : followers.entrySet()) {
            if (inSync.contains(each.getKey())) {
                each.getValue().caughtUpMillis = nowMillis;
                each.getValue().fetchedMillis = nowMillis;
                each.getValue().leaderEndAtFetch = reignStart;
            }
        }
    }

    private void adoptReplicas(PartitionState state) {
        followers.keySet().retainAll(state.replicas());
        for (int replica : state.replicas()) {
            if (replica != self) {
                followers.computeIfAbsent(replica, id -> new Follower()).directory =
                        state.directoryOf(replica);
            }
        }
        replicas = state.replicas().size();
        coming = state.addingReplicas().size();
    }

    /** Takes what the metadata say in the same leader epoch; what is older than known is passed. */
    public synchronized void adopt(PartitionState state) {
        if (state.leaderEpoch() != leaderEpoch || state.partitionEpoch() < partitionEpoch) {
            return;
        }
        adoptReplicas(state);
        if (state.partitionEpoch() > partitionEpoch) {
            partitionEpoch = state.partitionEpoch();
            inSync = Set.copyOf(state.inSyncReplicas());
            asked = null;
        }
    }

    // ---- what followers have

    /**
     * A follower has fetched from this offset, below which its log is the leader's.
     *
     * @param leaderEnd the leader's log end offset when the fetch came
     */
    public synchronized Seen onFetch(
            int broker,
            long brokerEpoch,
            long offset,
            long logStart,
            long leaderEnd,
            long nowMillis) {
        Follower follower = followers.get(broker);
        if (follower == null) {
            return Seen.UNKNOWN_REPLICA;
        }
        if (brokerEpoch != UNKNOWN && brokerEpoch < follower.brokerEpoch) {
            return Seen.FORMER_RUN;
        }
        if (offset >= leaderEnd) {
            follower.caughtUpMillis = Math.max(follower.caughtUpMillis, nowMillis);
        } else if (offset >= follower.leaderEndAtFetch) {
            follower.caughtUpMillis = Math.max(follower.caughtUpMillis, follower.fetchedMillis);
        }
        follower.end = offset;
        follower.logStart = logStart;
        follower.brokerEpoch = brokerEpoch;
        follower.leaderEndAtFetch = leaderEnd;
        follower.fetchedMillis = nowMillis;
        follower.hasFetched = true;
        return Seen.TAKEN;
    }

    /**
     * Offset below which all is committed: what every maximal in-sync replica has, and every other
     * that keeps pace and could join, so that it can. It does not move while too few are in sync.
     *
     * @param ownEnd up to where the leader's own copy counts
     * @param present the high watermark now, which this never falls below
     * @param leaderEnd the leader's log end offset
     */
    public synchronized long highWatermark(
            long ownEnd, long present, long leaderEnd, int minInSync, long nowMillis) {
        if (isUnderMinimum(minInSync)) {
            return present;
        }
        long least = ownEnd;
        for (Map.Entry<Integer, Follower> each : followers.entrySet()) {
            Follower follower = each.getValue();
            if (follower.end < least
                    && (isMaximal(each.getKey())
                            || mayStillJoin(each.getKey(), follower, leaderEnd, nowMillis))) {
                least = follower.end;
            }
        }
        return Math.max(least, present);
    }

    private boolean mayStillJoin(int broker, Follower follower, long leaderEnd, long nowMillis) {
        return follower.isCaughtUp(leaderEnd, nowMillis, rules.mostLagMillis())
                && isEligible(broker, follower);
    }

    private boolean isEligible(int broker, Follower follower) {
        return follower.hasFetched
                && rules.mayBeInSync(broker, follower.brokerEpoch, follower.directory);
    }

    private boolean isMaximal(int broker) {
        Change change = asked;
        return inSync.contains(broker)
                || (change != null
                        && change.inSync().stream().anyMatch(member -> member.broker() == broker));
    }

    // ---- who is in sync

    public synchronized int inSyncCount() {
        return inSync.size();
    }

    public synchronized Set<Integer> inSync() {
        return inSync;
    }

    /** Whether fewer are in sync than must be; a partition cannot have more than its replicas. */
    public synchronized boolean isUnderMinimum(int minInSync) {
        return inSync.size() < Math.min(minInSync, replicas);
    }

    /** Whether any is out of sync; those that are only on their way are not missed. */
    public synchronized boolean isUnderReplicated() {
        return inSync.size() < replicas - coming;
    }

    public synchronized boolean isInSync(int broker) {
        return inSync.contains(broker);
    }

    /** Whether a fetch of this follower calls for {@link #change}. */
    synchronized boolean mayJoin(int broker, long highWatermark) {
        Follower follower = followers.get(broker);
        return asked == null && follower != null && joins(broker, follower, highWatermark);
    }

    private boolean joins(int broker, Follower follower, long highWatermark) {
        return !inSync.contains(broker)
                && follower.end >= highWatermark
                && follower.end >= reignStart
                && isEligible(broker, follower);
    }

    /**
     * The change to ask for now, or null when all is well or one is under way. From here on it is
     * under way, until {@link #accepted}, {@link #refused} or {@link #adopt}.
     *
     * @param leaves whether those that lag too long leave
     */
    public synchronized @Nullable Change change(
            long highWatermark, long leaderEnd, long nowMillis, boolean leaves) {
        if (asked != null) {
            return null;
        }
        Set<Integer> wanted = new TreeSet<>(inSync);
        boolean shrinks = false;
        boolean grows = false;
        for (Map.Entry<Integer, Follower> each : followers.entrySet()) {
            int broker = each.getKey();
            Follower follower = each.getValue();
            if (joins(broker, follower, highWatermark)) {
                grows |= wanted.add(broker);
            } else if (leaves
                    && !follower.isCaughtUp(leaderEnd, nowMillis, rules.mostLagMillis())) {
                shrinks |= wanted.remove(broker);
            }
        }
        if (!grows && !shrinks) {
            return null;
        }
        List<Member> members = new ArrayList<>();
        for (int broker : wanted) {
            Follower follower = followers.get(broker);
            members.add(new Member(broker, follower == null ? UNKNOWN : follower.brokerEpoch));
        }
        asked = new Change(leaderEpoch, partitionEpoch, List.copyOf(members), grows, shrinks);
        return asked;
    }

    /** The controller's answer; true when it is news. */
    public synchronized boolean accepted(
            Change change, int epoch, Collection<Integer> nowInSync, int newPartitionEpoch) {
        if (epoch != leaderEpoch || newPartitionEpoch < partitionEpoch) {
            return false;
        }
        if (change.equals(asked)) {
            asked = null;
        }
        if (newPartitionEpoch == partitionEpoch) {
            return false;
        }
        partitionEpoch = newPartitionEpoch;
        inSync = Set.copyOf(nowInSync);
        return true;
    }

    /** The controller has not made the change. */
    public synchronized AfterRefusal refused(Change change, Errors error) {
        if (!change.equals(asked)) {
            return AfterRefusal.DROPPED;
        }
        return switch (error) {
            case OPERATION_NOT_ATTEMPTED, INELIGIBLE_REPLICA -> {
                asked = null;
                yield AfterRefusal.DROPPED;
            }
            case UNKNOWN_TOPIC_OR_PARTITION,
                    UNKNOWN_TOPIC_ID,
                    FENCED_LEADER_EPOCH,
                    NEW_LEADER_ELECTED,
                    INVALID_UPDATE_VERSION,
                    INVALID_REQUEST ->
                    AfterRefusal.AWAIT_METADATA;
            default -> AfterRefusal.AGAIN;
        };
    }

    /** Whether this change is still under way, so that it is worth asking again. */
    public synchronized boolean awaits(Change change) {
        return change.equals(asked);
    }

    /** Where the logs of all replicas begin that are live, or above. */
    public synchronized long lowWatermark(long own) {
        long low = own;
        for (Map.Entry<Integer, Follower> each : followers.entrySet()) {
            if (rules.mayBeInSync(each.getKey(), UNKNOWN, each.getValue().directory)) {
                low = Math.min(low, each.getValue().logStart);
            }
        }
        return low;
    }

    // ---- for others to see

    public synchronized List<Progress> progress() {
        List<Progress> all = new ArrayList<>(followers.size());
        followers.forEach((broker, follower) ->
                all.add(
                        new Progress(
                                broker,
                                follower.end,
                                follower.logStart,
                                inSync.contains(broker),
                                follower.caughtUpMillis)));
        return all;
    }
}
