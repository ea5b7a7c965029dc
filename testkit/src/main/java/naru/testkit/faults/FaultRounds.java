package naru.testkit.faults;

import naru.testkit.NaruProcess;
import naru.testkit.cluster.ClusterProcesses;
import naru.testkit.cluster.Namespaces;
import naru.testkit.cluster.Volumes;
import naru.testkit.faults.Load.Contradiction;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A cluster of three under load, to which faults are done one round after the other; each round
 * ends with a whole cluster at rest, which is examined.
 *
 * <p>Threads: one owner, besides those of the clients.
 */
public final class FaultRounds implements AutoCloseable {
    private static final int NODES = 3;
    private static final long LEAST_HOLD_MILLIS = 300;
    private static final long SHORT_HOLD_MILLIS = 3_000;

    private final FaultOptions options;
    private final Random random;
    private final @Nullable Namespaces namespaces;
    private final Volumes volumes;
    private final ClusterProcesses cluster;
    private final Load load;
    private final Stage stage;

    /**
     * What came of a round.
     *
     * @param done the faults as a sentence
     * @param writableMillis from the first fault until each partition had acknowledged a record
     *     that was sent after it
     * @param heldMillis how long the faults lasted
     * @param wholeMillis from their end until all replicas were in sync
     * @param mishaps what clients were told
     */
    public record Round(
            String done,
            long writableMillis,
            long heldMillis,
            long wholeMillis,
            List<String> mishaps) {}

    private FaultRounds(FaultOptions options) {
        this.options = options;
        this.random = new Random(options.seed());
        this.namespaces = Namespaces.create(NODES).orElse(null);
        this.volumes = Volumes.mount(options.home(), NODES);
        this.cluster =
                ClusterProcesses.prepare(
                        options.home(), NODES, namespaces, options.voters(), settings());
        this.load = new Load(cluster.bootstrap(), NODES);
        this.stage = new Stage(cluster, namespaces, random, load.admin());
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("default.replication.factor", "" + NODES);
        settings.put("min.insync.replicas", "2");
        settings.put("offsets.topic.replication.factor", "" + NODES);
        settings.put("offsets.topic.num.partitions", "5");
        settings.put("transaction.state.log.replication.factor", "" + NODES);
        settings.put("transaction.state.log.min.isr", "2");
        settings.put("transaction.state.log.num.partitions", "5");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.consumer.min.session.timeout.ms", "6000");
        settings.put("group.consumer.session.timeout.ms", "6000");
        settings.put("group.consumer.min.heartbeat.interval.ms", "1000");
        settings.put("group.consumer.heartbeat.interval.ms", "1000");
        settings.put("replica.lag.time.max.ms", "8000");
        settings.put("leader.imbalance.check.interval.seconds", "10");
        settings.put("log.segment.bytes", "1048576");
        // Each replica is compacted when its node likes; here they are to be the same.
        settings.put("log.cleaner.min.compaction.lag.ms", "86400000");
        return settings;
    }

    /** Forms the cluster and starts its clients. */
    public static FaultRounds start(FaultOptions options) {
        FaultRounds rounds = new FaultRounds(options);
        try {
            rounds.begin();
            return rounds;
        } catch (RuntimeException e) {
            rounds.close();
            throw e;
        }
    }

    private void begin() {
        cluster.form();
        load.awaitWhole();
        String protocol = options.seed() % 2 == 0 ? "classic" : "consumer";
        load.start(options.transactions() ? protocol : null);
    }

    /** Whether cables between nodes can be cut here. */
    public boolean canCut() {
        return namespaces != null;
    }

    /** Faults that can be done on this machine. */
    public List<Fault> possible() {
        return Arrays.stream(Fault.values())
                .filter(fault -> !fault.needsNamespaces() || canCut())
                .filter(fault -> !fault.needsVolumes() || volumes.mounted())
                .toList();
    }

    /** One or two faults by chance. */
    public Round round() {
        List<Fault> possible = possible();
        Fault first = possible.get(random.nextInt(possible.size()));
        if (first.bearsAnother() && random.nextInt(4) == 0) {
            List<Fault> seconds = possible.stream().filter(Fault::bearsAnother).toList();
            return round(first, seconds.get(random.nextInt(seconds.size())));
        }
        return round(first);
    }

    /** These faults, one while the other lasts, and then the examination. */
    public Round round(Fault... faults) {
        load.history().forgetTimes();
        faults[0].inject(stage);
        long begun = System.nanoTime();
        Client.pause(hold());
        for (int i = 1; i < faults.length; i++) {
            faults[i].inject(stage);
            Client.pause(hold());
        }
        long healing = System.nanoTime();
        String done = stage.takeNotes();
        stage.heal();
        cluster.nodes().forEach(NaruProcess::awaitReady);
        Load.until("a whole cluster after: " + done, this::lack);
        long whole = System.nanoTime();
        Load.until(
                "acknowledgements after: " + done,
                () -> load.writableNanos(begun).isPresent() ? null : "not all are written");
        Round round =
                new Round(
                        done,
                        TimeUnit.NANOSECONDS.toMillis(load.writableNanos(begun).orElse(0)),
                        TimeUnit.NANOSECONDS.toMillis(healing - begun),
                        TimeUnit.NANOSECONDS.toMillis(whole - healing),
                        load.takeMishaps());
        load.examine(cluster.nodes().stream().map(NaruProcess::dataFolder).toList());
        return round;
    }

    /** Mostly short, sometimes longer than a broker's session. */
    private long hold() {
        long most = Math.max(LEAST_HOLD_MILLIS + 1, options.mostHoldMillis());
        long bound = random.nextInt(3) == 0 ? most : Math.min(most, SHORT_HOLD_MILLIS);
        return random.nextLong(LEAST_HOLD_MILLIS, bound);
    }

    private @Nullable String lack() {
        for (int node = 1; node <= NODES; node++) {
            if (!cluster.node(node).isAlive()) {
                throw new Contradiction(List.of("node " + node + " has ended by itself"));
            }
        }
        return load.lack();
    }

    /** How many records were acknowledged so far. */
    public long acknowledgedRecords() {
        return load.acknowledgedRecords();
    }

    /** How many were copied in transactions so far. */
    public long copiedRecords() {
        return load.copiedRecords();
    }

    @Override
    public void close() {
        try {
            stage.heal();
            load.close();
        } finally {
            cluster.close();
            if (namespaces != null) {
                namespaces.close();
            }
            volumes.close();
        }
    }
}
