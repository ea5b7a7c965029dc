package naru.broker.balance;

import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Carries moves out in their order, a few at once, each batch to its end before the next begins.
 * One thread, which waits. What is under way when it stops goes on; its mark stays until {@link
 * #clear} finds it.
 */
public final class MoveRun {
    private static final int UNCOPIED_AT_ONCE = 100;
    private static final long LOOK_EVERY_MILLIS = 500;

    /** At least this times what the moved partitions are written, so that copies catch up. */
    private static final double ABOVE_WRITES = 2;

    /** Hears how it goes, and says how long to go on. */
    public interface Watcher {
        /** These are being moved, and are still so each time that this is called. */
        void onUnderWay(List<Move> moves);

        void onMoved(List<Move> moves);

        /** Waits; false when no more is to be done. */
        boolean pause(long millis);
    }

    /** How it ended. */
    public enum End {
        DONE,
        /** Partitions are no longer as they were when it was planned. */
        OUTDATED,
        STOPPED
    }

    private final BalancedCluster cluster;
    private final Throttle throttle;
    private final String who;
    private final long bytesPerSecond;
    private final int atOnce;
    private final Watcher watcher;

    /**
     * @param who one word, for the mark
     * @param bytesPerSecond that each node may send and receive of moved replicas
     * @param atOnce replicas that may move at the same time
     */
    public MoveRun(
            BalancedCluster cluster, String who, long bytesPerSecond, int atOnce, Watcher watcher) {
        this.cluster = cluster;
        this.throttle = new Throttle(cluster);
        this.who = who;
        this.bytesPerSecond = bytesPerSecond;
        this.atOnce = atOnce;
        this.watcher = watcher;
    }

    /**
     * Waits until nobody moves replicas, and takes back what a run that has died has left: a mark
     * under which nothing moves, unchanged for a while.
     */
    public boolean clear(long staleMillis) {
        String seen = null;
        long since = 0;
        while (true) {
            boolean moves = !cluster.moving().isEmpty();
            String mark = throttle.mark();
            if (!moves && mark == null) {
                return true;
            }
            since = moves || mark == null || !mark.equals(seen) ? 0 : since + LOOK_EVERY_MILLIS;
            seen = mark;
            if (since >= staleMillis) {
                throttle.release();
            } else {
                watcher.onUnderWay(List.of());
                if (!watcher.pause(LOOK_EVERY_MILLIS)) {
                    return false;
                }
            }
        }
    }

    /** Returns when all moves have been made, or as soon as no more are to be. */
    public End run(List<Move> moves) {
        List<Move> left = moves;
        while (!left.isEmpty()) {
            List<Move> batch = batch(left);
            left = left.subList(batch.size(), left.size());
            if (!watcher.pause(0)) {
                return End.STOPPED;
            }
            if (!isAsPlanned(batch)) {
                return End.OUTDATED;
            }
            if (!carryOut(batch)) {
                return End.STOPPED;
            }
            watcher.onMoved(batch);
        }
        return End.DONE;
    }

    /**
     * As many of the first moves as can be made at once: of one kind, each of another partition.
     */
    private List<Move> batch(List<Move> moves) {
        Set<TopicPartition> partitions = new HashSet<>();
        List<Move> batch = new ArrayList<>();
        Move first = moves.getFirst();
        int most = first instanceof Move.Replica ? atOnce : UNCOPIED_AT_ONCE;
        for (Move move : moves) {
            boolean fits =
                    move.getClass() == first.getClass()
                            && batch.size() < most
                            && partitions.add(move.partition());
            if (!fits) {
                break;
            }
            batch.add(move);
        }
        return batch;
    }

    private boolean isAsPlanned(List<Move> batch) {
        Set<TopicPartition> partitions = new HashSet<>();
        batch.forEach(move -> partitions.add(move.partition()));
        Map<TopicPartition, List<Integer>> now = cluster.replicas(partitions);
        Set<TopicPartition> moving = cluster.moving();
        return batch.stream()
                .allMatch(move ->
                        move.before().equals(now.get(move.partition()))
                                && !moving.contains(move.partition()));
    }

    private boolean carryOut(List<Move> batch) {
        Map<TopicPartition, List<Integer>> replicas = new HashMap<>();
        Set<TopicPartition> elected = new HashSet<>();
        List<Move.Replica> copied = new ArrayList<>();
        for (Move move : batch) {
            if (!move.before().equals(move.after())) {
                replicas.put(move.partition(), move.after());
            }
            switch (move) {
                case Move.Leader leader -> elected.add(leader.partition());
                case Move.Replica replica -> copied.add(replica);
                case Move.Drop drop -> {}
            }
        }
        if (!copied.isEmpty()) {
            throttle.set(who, copied, rate(copied));
        }
        if (!replicas.isEmpty()) {
            cluster.reassign(replicas);
        }
        if (!awaitMoved(batch, replicas.keySet())) {
            return false;
        }
        if (!elected.isEmpty()) {
            cluster.elect(elected);
        }
        if (!copied.isEmpty()) {
            throttle.release();
        }
        return true;
    }

    private long rate(List<Move.Replica> moves) {
        double written = moves.stream().mapToDouble(Move.Replica::bytesPerSecond).sum();
        return Math.max(bytesPerSecond, (long) (ABOVE_WRITES * written));
    }

    private boolean awaitMoved(List<Move> batch, Set<TopicPartition> partitions) {
        while (cluster.moving().stream().anyMatch(partitions::contains)) {
            watcher.onUnderWay(batch);
            if (!watcher.pause(LOOK_EVERY_MILLIS)) {
                return false;
            }
        }
        return true;
    }
}
