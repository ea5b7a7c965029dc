package naru.testkit.faults;

import naru.testkit.cluster.ClusterProcesses;
import naru.testkit.cluster.Namespaces;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where a fault is done: the cluster, what is known of it, and how all that was done is undone.
 *
 * <p>Threads: one owner.
 */
final class Stage implements AutoCloseable {
    private final ClusterProcesses cluster;
    private final @Nullable Namespaces namespaces;
    private final Random random;
    private final Admin admin;
    private final String topic;
    private final Deque<Runnable> undoing = new ArrayDeque<>();
    private final List<String> doings = new ArrayList<>();

    Stage(
            ClusterProcesses cluster,
            @Nullable Namespaces namespaces,
            Random random,
            Map<String, Object> settings,
            String topic) {
        this.cluster = cluster;
        this.namespaces = namespaces;
        this.random = random;
        this.topic = topic;
        this.admin = Admin.create(settings);
    }

    ClusterProcesses cluster() {
        return cluster;
    }

    Namespaces namespaces() {
        if (namespaces == null) {
            throw new IllegalStateException("no namespaces here");
        }
        return namespaces;
    }

    boolean hasNamespaces() {
        return namespaces != null;
    }

    Random random() {
        return random;
    }

    Admin admin() {
        return admin;
    }

    void undoBy(Runnable step) {
        undoing.push(step);
    }

    void note(String what) {
        doings.add(what);
    }

    /** What was done since the last call, as a sentence. */
    String takeNotes() {
        String text = String.join(", ", doings);
        doings.clear();
        return text;
    }

    /** Undoes all faults, the last one first. */
    void heal() {
        while (!undoing.isEmpty()) {
            undoing.pop().run();
        }
    }

    /** A node that runs, by chance. */
    int anyNode() {
        List<Integer> running = new ArrayList<>();
        for (int node = 1; node <= cluster.size(); node++) {
            if (cluster.node(node).isAlive()) {
                running.add(node);
            }
        }
        return running.get(random.nextInt(running.size()));
    }

    /** The leader of a partition by chance, or any node when that is not known. */
    int leader() {
        try {
            var described = await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
            if (described != null) {
                var partitions = described.partitions();
                var leader = partitions.get(random.nextInt(partitions.size())).leader();
                if (leader != null && cluster.node(leader.id()).isAlive()) {
                    return leader.id();
                }
            }
        } catch (KafkaException unknown) {
            note("nobody says who leads");
        }
        return anyNode();
    }

    /** The active controller, or any node when that is not known. */
    int controller() {
        try {
            int leader = await(admin.describeMetadataQuorum().quorumInfo()).leaderId();
            if (leader > 0 && cluster.node(leader).isAlive()) {
                return leader;
            }
        } catch (KafkaException unknown) {
            note("nobody says who controls");
        }
        return anyNode();
    }

    /** Those other than this one. */
    List<Integer> others(int node) {
        List<Integer> others = new ArrayList<>();
        for (int other = 1; other <= cluster.size(); other++) {
            if (other != node) {
                others.add(other);
            }
        }
        return others;
    }

    /** Each partition of every topic, with what it lacks; a sentence, or null when all is whole. */
    @Nullable String lack() {
        try {
            int nodes = await(admin.describeCluster().nodes()).size();
            if (nodes < cluster.size()) {
                return "only " + nodes + " nodes are there";
            }
            for (var partition : partitions().entrySet()) {
                if (partition.getValue() < cluster.size()) {
                    return partition.getKey() + " has " + partition.getValue() + " in sync";
                }
            }
            return null;
        } catch (KafkaException failure) {
            return failure.toString();
        }
    }

    /** All partitions with the number of replicas in sync. */
    Map<TopicPartition, Integer> partitions() {
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

    @Override
    public void close() {
        admin.close();
    }
}
