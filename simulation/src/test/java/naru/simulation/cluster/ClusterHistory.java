package naru.simulation.cluster;

import naru.log.PartitionLog;
import naru.quorum.ClusterImage.PartitionState;
import naru.simulation.Bugs;
import naru.simulation.Finale;
import naru.simulation.check.Violation;
import naru.simulation.client.Client;
import naru.simulation.client.OffsetCommitter;
import naru.simulation.client.Reader;
import naru.simulation.client.TransactionalWriter;
import naru.simulation.client.World;
import naru.simulation.client.Writer;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The clients of one simulated cluster, its course, and what is asked in the end. */
final class ClusterHistory implements Finale.Stage {
    private static final int HORIZON_MILLIS = 9_000;
    private static final int NOTES_OF_A_FAILURE = 60;

    private final Cluster cluster;
    private final ClusterChaos chaos;
    private final Finale finale;
    private final List<Client> clients = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private final List<OffsetCommitter> lookers = new ArrayList<>();
    private int numbers = 1;

    private ClusterHistory(Cluster cluster) {
        this.cluster = cluster;
        this.chaos = new ClusterChaos(cluster);
        this.finale = new Finale(this, ClusterTopics.ALL);
    }

    /** Throws what was violated, with the seed, the way to replay it, and the story. */
    static Cluster run(long seed, Plant plant) {
        Cluster cluster = new Cluster(seed, plant);
        try {
            Bugs.tell(cluster::failed, cluster::note);
            new ClusterHistory(cluster).run();
            return cluster;
        } catch (RuntimeException | AssertionError violated) {
            throw new Violation(
                    "seed %d (%s): at %d: %s%nreplay it with -Dnaru.simulation.seed=%d%n%s"
                            .formatted(
                                    seed,
                                    cluster.climate(),
                                    cluster.nowMillis() - SimulatedTime.START_MILLIS,
                                    violated,
                                    seed,
                                    cluster.story(
                                            Boolean.getBoolean("naru.simulation.story")
                                                    ? Integer.MAX_VALUE
                                                    : NOTES_OF_A_FAILURE)),
                    violated);
        }
    }

    private void run() {
        makeWriters();
        makeTransactions();
        makeReaders();
        chaos.begin();
        clients.forEach(Client::goOn);
        while (cluster.nowMillis() < SimulatedTime.START_MILLIS + HORIZON_MILLIS) {
            step();
        }
        end();
    }

    // ---- the stage

    @Override
    public World world() {
        return cluster;
    }

    @Override
    public void step() {
        cluster.step();
        chaos.look();
    }

    @Override
    public @Nullable PartitionLog log(TopicPartition partition) {
        return cluster.log(partition);
    }

    @Override
    public Reader reader(TopicPartition partition, boolean committedOnly) {
        return new Reader(
                cluster,
                "r" + numbers + (committedOnly ? "c" : ""),
                numbers++,
                partition,
                committedOnly,
                !partition.equals(ClusterTopics.COMPACTED));
    }

    @Override
    public String standings() {
        return cluster.standings();
    }

    // ---- clients

    private void makeWriters() {
        writer("w1", ClusterTopics.PLAIN, true, 0);
        writer("w2", ClusterTopics.PLAIN, true, 0);
        writer("w3", ClusterTopics.PLAIN, false, 0);
        writer("w4", ClusterTopics.RETAINED, true, 0);
        writer("w5", ClusterTopics.COMPACTED, true, 6);
        writer("w6", ClusterTopics.LEDGER, true, 0);
        writer("w7", ClusterTopics.OTHER_LEDGER, true, 0);
        committer("simple", true);
        committer("other", true);
    }

    private void writer(String name, TopicPartition to, boolean idempotent, int keys) {
        clients.add(new Writer(cluster, name, numbers++, to, idempotent, keys));
    }

    private void makeTransactions() {
        List<TopicPartition> targets =
                List.of(
                        ClusterTopics.LEDGER,
                        ClusterTopics.OTHER_LEDGER,
                        ClusterTopics.COMPACTED,
                        ClusterTopics.RETAINED);
        for (int i = 0; i < 3; i++) {
            TransactionalWriter writer =
                    new TransactionalWriter(cluster, "t" + i, numbers++, targets, i > 0);
            clients.add(writer);
            committer(writer.group(), false);
        }
    }

    private void committer(String group, boolean commits) {
        OffsetCommitter committer =
                new OffsetCommitter(
                        cluster,
                        "c" + numbers,
                        numbers++,
                        group,
                        ClusterTopics.LEDGER.topic(),
                        commits);
        clients.add(committer);
        lookers.add(committer);
    }

    private void makeReaders() {
        for (TopicPartition partition : ClusterTopics.ALL) {
            readers.add(reader(partition, false));
            readers.add(reader(partition, true));
        }
        clients.addAll(readers);
    }

    // ---- the end

    private void end() {
        cluster.note("the end begins");
        chaos.end();
        cluster.beginEnding();
        finale.until("replicas that are not in sync", this::isWhole);
        finale.untilDone(clients);
        cluster.agreement().checkReads();
        finale.checkComplete();
        finale.checkTransactions(readers, ClusterTopics.RETAINED, ClusterTopics.COMPACTED);
        finale.checkOffsets(lookers);
        finale.until("replicas that lag", this::areReplicasLevel);
        cluster.agreement().checkSame();
    }

    private boolean isWhole() {
        ModelImage image = cluster.controller().newest();
        for (TopicPartition partition : image.partitions()) {
            PartitionState state = image.state(partition);
            if (state.leader() < 0 || state.inSyncReplicas().size() < state.replicas().size()) {
                return false;
            }
        }
        return true;
    }

    private boolean areReplicasLevel() {
        for (TopicPartition partition : cluster.controller().newest().partitions()) {
            PartitionLog led = cluster.log(partition);
            if (led == null || led.highWatermark() < led.logEndOffset()) {
                return false;
            }
            for (Machine machine : cluster.machines()) {
                PartitionLog log = machine.log(partition);
                if (log == null
                        || log.logEndOffset() != led.logEndOffset()
                        || log.highWatermark() != led.highWatermark()) {
                    return false;
                }
            }
        }
        return true;
    }
}
