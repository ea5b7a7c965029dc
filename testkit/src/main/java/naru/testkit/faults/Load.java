package naru.testkit.faults;

import naru.testkit.faults.ReplicaLog.Stored;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Clients of a cluster that go on whatever happens to it: idempotent writers, transactional copiers
 * and readers; and the examination of what they were told and what the replicas have.
 *
 * <p>Threads: one owner, besides those of the clients.
 */
public final class Load implements AutoCloseable {
    /** Far beyond what a working cluster needs on a busy machine. */
    static final Duration BOUND = Duration.ofMinutes(4);

    /** Records of metadata; a voter that is gone falls behind by two a second. */
    private static final int VOTER_LAG = 4;

    static final String RECORDS = "records";
    private static final String COPIES = "copies";
    private static final int PARTITIONS = 4;
    private static final int WRITERS = 3;
    private static final int COPIERS = 2;
    private static final int RECORDS_PER_SECOND = 40;

    private final int replicas;
    private final History history = new History();
    private final Map<String, Object> settings;
    private final Admin admin;
    private final List<Writer> writers = new ArrayList<>();
    private final List<Copier> copiers = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();

    /**
     * @param replicas how many nodes there are, each of which has a replica of everything
     */
    public Load(String bootstrap, int replicas) {
        this.replicas = replicas;
        this.settings = settings(bootstrap);
        this.admin = Admin.create(settings);
    }

    /** Of clients that notice soon when a node is silent. */
    static Map<String, Object> settings(String bootstrap) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("request.timeout.ms", "4000");
        settings.put("default.api.timeout.ms", "30000");
        settings.put("reconnect.backoff.max.ms", "500");
        settings.put("retry.backoff.max.ms", "500");
        settings.put("socket.connection.setup.timeout.ms", "1000");
        settings.put("socket.connection.setup.timeout.max.ms", "3000");
        return settings;
    }

    /**
     * Makes the topics and starts the clients; returns when the first records were acknowledged.
     *
     * @param copierProtocol of the copiers' group, or null for no copiers
     */
    public void start(@Nullable String copierProtocol) {
        short copies = (short) replicas;
        await(
                admin.createTopics(
                                List.of(
                                        new NewTopic(RECORDS, PARTITIONS, copies),
                                        new NewTopic(COPIES, PARTITIONS, copies)))
                        .all());
        for (int i = 0; i < WRITERS; i++) {
            writers.add(
                    new Writer(
                            "writer-" + i,
                            history,
                            settings,
                            RECORDS,
                            PARTITIONS,
                            RECORDS_PER_SECOND));
        }
        readers.add(
                new Reader("reader", history, settings, "read_uncommitted", RECORDS, PARTITIONS));
        if (copierProtocol != null) {
            startCopiers(copierProtocol);
        }
        clients().forEach(Client::start);
        until("first records", () -> history.acknowledgedRecords() > 100 ? null : "none");
    }

    private void startCopiers(String protocol) {
        for (int i = 0; i < COPIERS; i++) {
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

    private List<Client> clients() {
        List<Client> all = new ArrayList<>(readers);
        all.addAll(writers);
        all.addAll(copiers);
        return all;
    }

    History history() {
        return history;
    }

    Admin admin() {
        return admin;
    }

    /** Waits until each partition has acknowledged a record that was sent from now on. */
    public void awaitProgress() {
        history.forgetTimes();
        long now = System.nanoTime();
        until("progress", () -> writableNanos(now).isPresent() ? null : "not all are written");
    }

    /** Waits until all nodes are there and all replicas of all topics in sync. */
    public void awaitWhole() {
        until("a whole cluster", this::lack);
    }

    /** How long it took until each partition had acknowledged a record that was sent since. */
    OptionalLong writableNanos(long sinceNanos) {
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

    /** How many records were acknowledged so far. */
    public long acknowledgedRecords() {
        return history.acknowledgedRecords();
    }

    /** How many were copied in transactions so far. */
    public long copiedRecords() {
        return copiers.stream().mapToLong(Copier::copied).sum();
    }

    /** What clients were told beyond what they mend by themselves, since the last call. */
    public List<String> takeMishaps() {
        return history.takeMishaps();
    }

    private static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** What the cluster of brokers that all vote lacks, or null when all is whole. */
    @Nullable String lack() {
        try {
            int nodes = await(admin.describeCluster().nodes()).size();
            if (nodes < replicas) {
                return "only " + nodes + " nodes are there";
            }
            QuorumInfo quorum = await(admin.describeMetadataQuorum().quorumInfo());
            if (quorum.voters().size() < replicas
                    || !quorum.voters().stream()
                            .allMatch(voter ->
                                    voter.logEndOffset() >= quorum.highWatermark() - VOTER_LAG)) {
                return "not all vote: " + quorum;
            }
            for (var partition : inSync().entrySet()) {
                if (partition.getValue() < replicas) {
                    return partition.getKey() + " has " + partition.getValue() + " in sync";
                }
            }
            return null;
        } catch (KafkaException failure) {
            return failure.toString();
        }
    }

    /** All partitions of all topics, with the number of replicas in sync. */
    private Map<TopicPartition, Integer> inSync() {
        Map<TopicPartition, Integer> partitions = new TreeMap<>(History.ORDER);
        var names = await(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        for (TopicDescription topic : await(admin.describeTopics(names).allTopicNames()).values()) {
            topic.partitions()
                    .forEach(partition ->
                            partitions.put(
                                    new TopicPartition(topic.name(), partition.partition()),
                                    partition.leader() == null ? 0 : partition.isr().size()));
        }
        return partitions;
    }

    /**
     * Lets the clients come to rest, compares everything, and lets them go on.
     *
     * @param dataFolders of all nodes
     * @throws Contradiction when anything is there that must not be, or is not there
     */
    public void examine(List<Path> dataFolders) {
        Path first = dataFolders.getFirst();
        hold(writers);
        until("the same records on all replicas", () -> difference(dataFolders, RECORDS));
        if (!copiers.isEmpty()) {
            until("all copied", () -> uncopied(first));
            hold(copiers);
        }
        until("the same on all replicas", () -> difference(dataFolders, ""));
        for (Reader reader : readers) {
            until(reader.name() + " at the end", () -> unread(first, reader));
        }
        Examination examination = new Examination(history);
        Map<TopicPartition, List<Stored>> originals = new HashMap<>();
        Map<TopicPartition, List<Stored>> copies = new HashMap<>();
        for (TopicPartition partition : partitions(RECORDS)) {
            ReplicaLog log = ReplicaLog.read(first, partition, true);
            examination.order(partition.toString(), log);
            examination.told(partition, log.records());
            examination.counted(partition, log.records());
            originals.put(partition, log.records());
        }
        if (!copiers.isEmpty()) {
            for (TopicPartition partition : partitions(COPIES)) {
                ReplicaLog log = ReplicaLog.read(first, partition, true);
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
            until(client.name() + " at rest", () -> client.isResting() ? null : "it works");
        }
    }

    /** Where replicas differ; of a topic, or of all. */
    private @Nullable String difference(List<Path> dataFolders, String topic) {
        for (TopicPartition partition : inSync().keySet()) {
            if (!topic.isEmpty() && !partition.topic().equals(topic)) {
                continue;
            }
            ReplicaLog first = ReplicaLog.read(dataFolders.getFirst(), partition, false);
            for (Path other : dataFolders) {
                String difference =
                        Examination.difference(first, ReplicaLog.read(other, partition, false));
                if (difference != null) {
                    return "%s in %s: %s".formatted(partition, other, difference);
                }
            }
        }
        return null;
    }

    private @Nullable String uncopied(Path dataFolder) {
        long originals = 0;
        long copied = 0;
        for (int i = 0; i < PARTITIONS; i++) {
            originals +=
                    ReplicaLog.read(dataFolder, new TopicPartition(RECORDS, i), true)
                            .records()
                            .size();
            copied +=
                    ReplicaLog.read(dataFolder, new TopicPartition(COPIES, i), true)
                            .committed()
                            .size();
        }
        for (Copier copier : copiers) {
            if (copier.isResting()) {
                return copier.name() + " has ended";
            }
        }
        return copied >= originals ? null : copied + " of " + originals + " are copied";
    }

    private @Nullable String unread(Path dataFolder, Reader reader) {
        for (TopicPartition partition : reader.partitions()) {
            long end = ReplicaLog.read(dataFolder, partition, false).end();
            if (reader.position(partition) < end) {
                return partition + " is read to " + reader.position(partition) + " of " + end;
            }
        }
        return null;
    }

    static void until(String what, Supplier<@Nullable String> lack) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        @Nullable String last = lack.get();
        while (last != null) {
            if (System.nanoTime() - deadline > 0) {
                throw new Contradiction(
                        List.of("no " + what + " within " + BOUND.toSeconds() + " s: " + last));
            }
            Client.pause(50);
            last = lack.get();
        }
    }

    static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("no answer within 60 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
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
        clients().forEach(Client::hold);
        clients().forEach(Client::close);
        admin.close();
    }
}
