package naru.testkit.faults;

import naru.testkit.NaruProcess;
import naru.testkit.cluster.ClusterProcesses;
import naru.testkit.cluster.Namespaces;
import naru.testkit.cluster.Volumes;
import naru.testkit.faults.ReplicaLog.Stored;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A cluster of three under load, to which faults are done one round after the other; each round
 * ends with a whole cluster at rest, which is examined.
 *
 * <p>Threads: one owner, besides those of the clients.
 */
public final class FaultRounds implements AutoCloseable {
    private static final int NODES = 3;
    private static final int PARTITIONS = 4;
    private static final int WRITERS = 3;
    private static final int COPIERS = 2;
    private static final String RECORDS = "records";
    private static final String COPIES = "copies";
    private static final Duration BOUND = Duration.ofMinutes(4);
    private static final long LEAST_HOLD_MILLIS = 300;

    private final FaultOptions options;
    private final Random random;
    private final History history = new History();
    private final @Nullable Namespaces namespaces;
    private final Volumes volumes;
    private final ClusterProcesses cluster;
    private final Stage stage;
    private final List<Writer> writers = new ArrayList<>();
    private final List<Copier> copiers = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();

    /**
     * What came of a round.
     *
     * @param done the faults as a sentence
     * @param writableMillis from the fault until each partition had acknowledged a record that was
     *     sent after it
     * @param heldMillis how long the fault lasted
     * @param wholeMillis from its end until all replicas were in sync
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
        Optional<Namespaces> permitted = Namespaces.create(NODES);
        this.namespaces = permitted.orElse(null);
        this.volumes = Volumes.mount(options.home(), NODES);
        this.cluster =
                ClusterProcesses.prepare(
                        options.home(), NODES, namespaces, options.voters(), settings());
        this.stage = new Stage(cluster, namespaces, random, clientSettings(), RECORDS);
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
        settings.put("replica.lag.time.max.ms", "8000");
        settings.put("leader.imbalance.check.interval.seconds", "10");
        settings.put("log.segment.bytes", "1048576");
        return settings;
    }

    private Map<String, Object> clientSettings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", cluster.bootstrap());
        settings.put("request.timeout.ms", "4000");
        settings.put("default.api.timeout.ms", "30000");
        settings.put("reconnect.backoff.max.ms", "500");
        settings.put("retry.backoff.max.ms", "500");
        settings.put("socket.connection.setup.timeout.ms", "1000");
        settings.put("socket.connection.setup.timeout.max.ms", "3000");
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
        until("three nodes", BOUND, stage::lack);
        Admin admin = stage.admin();
        Stage.await(
                admin.createTopics(
                                List.of(
                                        new NewTopic(RECORDS, PARTITIONS, (short) NODES),
                                        new NewTopic(COPIES, PARTITIONS, (short) NODES)))
                        .all());
        Map<String, Object> settings = clientSettings();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer("writer-" + i, history, settings, RECORDS, PARTITIONS, 40));
        }
        readers.add(
                new Reader("reader", history, settings, "read_uncommitted", RECORDS, PARTITIONS));
        if (options.transactions()) {
            for (int i = 0; i < COPIERS; i++) {
                String protocol = options.seed() % 2 == 0 ? "classic" : "consumer";
                copiers.add(
                        new Copier(
                                "copier-" + i,
                                history,
                                settings,
                                protocol,
                                RECORDS,
                                COPIES,
                                PARTITIONS));
            }
            readers.add(
                    new Reader(
                            "committed-reader",
                            history,
                            settings,
                            "read_committed",
                            COPIES,
                            PARTITIONS));
        }
        clients().forEach(Client::start);
        until("first records", BOUND, () -> history.acknowledgedRecords() > 100 ? null : "none");
    }

    private List<Client> clients() {
        List<Client> all = new ArrayList<>(readers);
        all.addAll(writers);
        all.addAll(copiers);
        return all;
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
        history.forgetTimes();
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
        until("a whole cluster after: " + done, BOUND, this::lack);
        long whole = System.nanoTime();
        until(
                "acknowledgements after: " + done,
                BOUND,
                () -> writableNanos(begun).isPresent() ? null : "not all partitions are written");
        Round round =
                new Round(
                        done,
                        TimeUnit.NANOSECONDS.toMillis(writableNanos(begun).orElse(0)),
                        TimeUnit.NANOSECONDS.toMillis(healing - begun),
                        TimeUnit.NANOSECONDS.toMillis(whole - healing),
                        history.takeMishaps());
        examine();
        return round;
    }

    /** Mostly short, sometimes longer than a broker's session. */
    private long hold() {
        long most = Math.max(LEAST_HOLD_MILLIS + 1, options.mostHoldMillis());
        long bound = random.nextInt(3) == 0 ? most : Math.min(most, 3_000);
        return random.nextLong(LEAST_HOLD_MILLIS, bound);
    }

    private @Nullable String lack() {
        for (int node = 1; node <= NODES; node++) {
            if (!cluster.node(node).isAlive()) {
                throw new Contradiction(List.of("node " + node + " has ended by itself"));
            }
        }
        return stage.lack();
    }

    private OptionalLong writableNanos(long sinceNanos) {
        long longest = 0;
        for (TopicPartition partition : partitions(RECORDS)) {
            OptionalLong first = history.firstAcknowledged(partition, sinceNanos);
            if (first.isEmpty()) {
                return first;
            }
            longest = Math.max(longest, first.getAsLong() - sinceNanos);
        }
        return OptionalLong.of(longest);
    }

    private static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** Lets the clients come to rest, compares everything, and lets them go on. */
    private void examine() {
        hold(writers);
        until("all replicas the same", BOUND, () -> difference(RECORDS));
        if (options.transactions()) {
            until("all copied", BOUND, this::uncopied);
            hold(copiers);
        }
        until("all replicas the same", BOUND, () -> difference(""));
        for (Reader reader : readers) {
            until(reader.name() + " at the end", BOUND, () -> unread(reader));
        }
        Examination examination = new Examination(history);
        Map<TopicPartition, List<Stored>> originals = new HashMap<>();
        Map<TopicPartition, List<Stored>> copies = new HashMap<>();
        for (TopicPartition partition : partitions(RECORDS)) {
            ReplicaLog log = read(1, partition, true);
            examination.order(partition.toString(), log);
            examination.told(partition, log.records());
            examination.counted(partition, log.records());
            originals.put(partition, log.records());
        }
        if (options.transactions()) {
            for (TopicPartition partition : partitions(COPIES)) {
                ReplicaLog log = read(1, partition, true);
                examination.order(partition.toString(), log);
                examination.told(partition, log.committed());
                copies.put(partition, log.committed());
            }
            examination.copied(originals, copies);
        }
        if (!examination.contradictions().isEmpty()) {
            throw new Contradiction(examination.contradictions());
        }
        writers.forEach(Client::release);
        copiers.forEach(Client::release);
    }

    private void hold(List<? extends Client> clients) {
        clients.forEach(Client::hold);
        for (Client client : clients) {
            until(client.name() + " at rest", BOUND, () -> client.isResting() ? null : "it works");
        }
    }

    private ReplicaLog read(int node, TopicPartition partition, boolean withValues) {
        return ReplicaLog.read(cluster.node(node).dataFolder(), partition, withValues);
    }

    /** Where replicas differ; of a topic, or of all. */
    private @Nullable String difference(String topic) {
        for (TopicPartition partition : stage.partitions().keySet()) {
            if (!topic.isEmpty() && !partition.topic().equals(topic)) {
                continue;
            }
            ReplicaLog first = read(1, partition, false);
            for (int node = 2; node <= NODES; node++) {
                String difference = Examination.difference(first, read(node, partition, false));
                if (difference != null) {
                    return "%s on 1 and on %d: %s".formatted(partition, node, difference);
                }
            }
        }
        return null;
    }

    private @Nullable String uncopied() {
        long originals = 0;
        long copied = 0;
        for (int i = 0; i < PARTITIONS; i++) {
            originals += read(1, new TopicPartition(RECORDS, i), true).records().size();
            copied += read(1, new TopicPartition(COPIES, i), true).committed().size();
        }
        for (Copier copier : copiers) {
            if (copier.isResting()) {
                return copier.name() + " has ended";
            }
        }
        return copied >= originals ? null : copied + " of " + originals + " are copied";
    }

    private @Nullable String unread(Reader reader) {
        String topic = reader.name().equals("reader") ? RECORDS : COPIES;
        for (TopicPartition partition : partitions(topic)) {
            long end = read(1, partition, false).end();
            if (reader.position(partition) < end) {
                return partition + " is read to " + reader.position(partition) + " of " + end;
            }
        }
        return null;
    }

    private static void until(String what, Duration bound, Supplier<@Nullable String> lack) {
        long deadline = System.nanoTime() + bound.toNanos();
        @Nullable String last = lack.get();
        while (last != null) {
            if (System.nanoTime() - deadline > 0) {
                throw new Contradiction(
                        List.of("no " + what + " within " + bound.toSeconds() + " s: " + last));
            }
            Client.pause(50);
            last = lack.get();
        }
    }

    /** How many records were acknowledged so far. */
    public long acknowledgedRecords() {
        return history.acknowledgedRecords();
    }

    /** How many were copied in transactions so far, by those copiers that still run. */
    public long copiedRecords() {
        return copiers.stream().mapToLong(Copier::copied).sum();
    }

    /** What was found that must not be. */
    public static final class Contradiction extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Contradiction(List<String> sentences) {
            super(String.join("\n", sentences));
        }
    }

    @Override
    public void close() {
        try {
            clients().forEach(Client::hold);
            stage.heal();
            clients().forEach(Client::close);
        } finally {
            stage.close();
            cluster.close();
            if (namespaces != null) {
                namespaces.close();
            }
            volumes.close();
        }
    }
}
