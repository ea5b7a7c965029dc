package naru.testkit.faults;

import naru.testkit.cluster.ClusterProcesses;
import naru.testkit.cluster.Namespaces;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Where a fault is done: the cluster, what is known of it, and how all that was done is undone.
 *
 * <p>Threads: one owner.
 */
final class Stage {
    private final ClusterProcesses cluster;
    private final @Nullable Namespaces namespaces;
    private final Random random;
    private final Admin admin;
    private final Deque<Runnable> undoing = new ArrayDeque<>();
    private final List<String> doings = new ArrayList<>();

    Stage(ClusterProcesses cluster, @Nullable Namespaces namespaces, Random random, Admin admin) {
        this.cluster = cluster;
        this.namespaces = namespaces;
        this.random = random;
        this.admin = admin;
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

    Random random() {
        return random;
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
            var described =
                    Load.await(admin.describeTopics(List.of(Load.RECORDS)).allTopicNames())
                            .get(Load.RECORDS);
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
            int leader = Load.await(admin.describeMetadataQuorum().quorumInfo()).leaderId();
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
}
