package naru.broker.balance;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Keeps a cluster even, where the active controller is: looks once an interval, plans a few moves,
 * makes them one after the other, and stops when the cluster is not at rest. One virtual thread,
 * which sleeps as long as this node is not the active controller.
 */
public final class Balancer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.balance");
    private static final int MOST_MOVES = 10;

    private final Supplier<BalanceSettings> settings;
    private final BooleanSupplier isActive;
    private final BalancedCluster cluster;
    private final String who;
    private final WriteRates rates = new WriteRates();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong leaderMoves = new AtomicLong();
    private final AtomicLong replicaMoves = new AtomicLong();
    private @Nullable String foundMark;
    private @Nullable String unrest;

    /**
     * @param isActive whether this node is the active controller
     * @param who one word, by which others see who moves
     */
    public Balancer(
            Supplier<BalanceSettings> settings,
            BooleanSupplier isActive,
            BalancedCluster cluster,
            String who) {
        this.settings = settings;
        this.isActive = isActive;
        this.cluster = cluster;
        this.who = who;
    }

    public void start() {
        Thread.ofVirtual().name("naru-balance").start(this::run);
    }

    /** Times that leadership was moved by this node. */
    public long leaderMoves() {
        return leaderMoves.get();
    }

    /** Replicas that were moved by this node. */
    public long replicaMoves() {
        return replicaMoves.get();
    }

    private void run() {
        try {
            while (!closed.await(settings.get().intervalMillis(), TimeUnit.MILLISECONDS)) {
                lookSafely();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean mayGoOn() {
        return closed.getCount() > 0 && isActive.getAsBoolean() && settings.get().enabled();
    }

    private void lookSafely() {
        if (!mayGoOn()) {
            rates.forget();
            foundMark = null;
            return;
        }
        try {
            look();
        } catch (KafkaException refused) {
            LOG.info("balance: not now: {}", String.valueOf(refused.getMessage()));
        } catch (RuntimeException bug) {
            LOG.error("balance has failed; it looks again", bug);
        }
    }

    private void look() {
        ClusterLoad load = cluster.look();
        boolean known = rates.observe(load, TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        if (!isFree() || !isAtRest(load)) {
            return;
        }
        BalanceSettings now = settings.get();
        Map<TopicPartition, List<Integer>> missing = MissingReplicas.of(load, now.replicas());
        if (!missing.isEmpty()) {
            LOG.info(
                    "balance: {} partitions of internal topics get more replicas, as there are more"
                            + " nodes than when they were made",
                    missing.size());
            cluster.reassign(missing);
            return;
        }
        if (!known) {
            return;
        }
        Plan plan =
                Planner.balance(
                        load.withRates(rates.bytesPerSecond()),
                        Terms.of(now.threshold(), MOST_MOVES, now.leaders()));
        MoveRun run = new MoveRun(cluster, who, now.bytesPerSecond(), 1, new Log());
        for (Move move : plan.moves()) {
            LOG.info("balance: {}: {}", words(move), move.reason());
            if (run.run(List.of(move)) != MoveRun.End.DONE || !isAtRest(cluster.look())) {
                return;
            }
        }
    }

    /**
     * Whether nobody else moves replicas by plan. A mark that is still there at the next look, and
     * nothing moves, is of a run that has died: it is taken back.
     */
    private boolean isFree() {
        Throttle throttle = new Throttle(cluster);
        String mark = throttle.mark();
        boolean leftover = mark != null && mark.equals(foundMark) && cluster.moving().isEmpty();
        foundMark = mark;
        if (leftover) {
            LOG.info("balance: takes back the throttle of a run that has ended: {}", mark);
            throttle.release();
            foundMark = null;
        }
        return mark == null || leftover;
    }

    private boolean isAtRest(ClusterLoad load) {
        String now = load.unrest();
        if (now != null && !now.equals(unrest)) {
            LOG.debug("balance: waits, as {}", now);
        }
        unrest = now;
        return now == null;
    }

    /** A move in words, without its reason. */
    public static String words(Move move) {
        return switch (move) {
            case Move.Leader leader ->
                    "leadership of "
                            + leader.partition()
                            + " from node "
                            + leader.from()
                            + " to node "
                            + leader.to();
            case Move.Replica replica ->
                    "replica of "
                            + replica.partition()
                            + " from node "
                            + replica.from()
                            + " to node "
                            + replica.to()
                            + ", "
                            + Measure.BYTES.amount(replica.sizeBytes());
            case Move.Drop drop ->
                    "replica of "
                            + drop.partition()
                            + " on node "
                            + drop.from()
                            + " given up, "
                            + Measure.plural(drop.after().size(), "replica")
                            + " left";
        };
    }

    /** Counts moves, and waits no longer than this node may go on. */
    private final class Log implements MoveRun.Watcher {
        @Override
        public void onUnderWay(List<Move> moves) {}

        @Override
        public void onMoved(List<Move> moves) {
            for (Move move : moves) {
                switch (move) {
                    case Move.Leader leader -> leaderMoves.incrementAndGet();
                    case Move.Replica replica -> replicaMoves.incrementAndGet();
                    case Move.Drop drop -> {}
                }
            }
        }

        @Override
        public boolean pause(long millis) {
            try {
                var _ = closed.await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            return mayGoOn();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
