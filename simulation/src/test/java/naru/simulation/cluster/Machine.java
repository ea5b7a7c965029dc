package naru.simulation.cluster;

import naru.broker.config.TopicConfigs;
import naru.broker.fetch.ReplicaChoice;
import naru.broker.partition.Partition;
import naru.broker.partition.Replication;
import naru.broker.replication.BrokerReplication;
import naru.broker.replication.FetchTerms;
import naru.broker.replication.Fetchers;
import naru.broker.replication.FollowThrottle;
import naru.broker.replication.InSyncChanges;
import naru.broker.replication.Peers;
import naru.broker.replication.RackAwareChoice;
import naru.log.LogDirectoryOptions;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.quorum.ClusterController.ProducerIdBlock;
import naru.quorum.Quorum;
import naru.simulation.check.Violation;
import naru.simulation.disk.SimulatedDisk;
import naru.simulation.node.Caller;
import naru.simulation.node.SimulatedNode;
import naru.simulation.node.SimulatedTime;
import naru.simulation.node.Surroundings;
import naru.simulation.node.Wiring;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A machine with a disk, on which a broker runs, is killed, held up, and begins again. */
final class Machine implements Surroundings {
    static final int LAG_MILLIS = 700;
    private static final Path FOLDER = Path.of("/naru-data");
    private static final int FETCH_WAIT_MILLIS = 60;
    private static final int CONTROLLER_TIMEOUT_MILLIS = 400;
    private static final int MOST_HELD = 100_000;

    private final int id;
    private final Cluster cluster;
    private final SimulatedDisk disk;
    private final List<Runnable> held = new ArrayList<>();
    private @Nullable SimulatedNode node;
    private @Nullable Membership membership;
    private @Nullable Fetchers fetchers;
    private boolean paused;
    private boolean mayRefuse;
    private long runs;

    Machine(int id, Cluster cluster, SimulatedDisk disk) {
        this.id = id;
        this.cluster = cluster;
        this.disk = disk;
    }

    int id() {
        return id;
    }

    Uuid directory() {
        return new Uuid(40, id);
    }

    Cluster cluster() {
        return cluster;
    }

    // ---- its life

    @Nullable SimulatedNode node() {
        SimulatedNode present = node;
        return present != null && present.isAlive() ? present : null;
    }

    boolean isUp() {
        return node() != null;
    }

    boolean isPaused() {
        return paused;
    }

    /** Which run of the broker this is. */
    long run() {
        return runs;
    }

    /** Whether the process has died by itself, or its only data folder has failed. */
    boolean isBroken() {
        SimulatedNode present = node;
        return present != null && (disk.isDead() || present.logs().online().isEmpty());
    }

    /** Whether a log takes no writes, which after a failed sync only a start mends. */
    boolean isStuck() {
        SimulatedNode present = node();
        return present != null
                && present.logs().logs().stream().anyMatch(log -> log.writeFault() != null);
    }

    /** A broker begins; false when the disk did not let it. */
    boolean start() {
        runs++;
        membership = new Membership(this);
        try {
            SimulatedNode next =
                    new SimulatedNode(this, ClusterTopics.NODE, (int) (runs * 10 + id));
            node = next;
            if (!disk.isDead()) {
                long before = next.logs().previousBrokerEpoch().orElse(-1);
                membership.begin(next, cluster.plant().epochBefore(this, before));
                keepHouse(next);
                lookAfter(next);
            }
        } catch (LogStorageException refusal) {
            if (!disk.isDead() && !mayRefuse) {
                throw new Violation("broker " + id + " does not start: " + refusal.getMessage());
            }
        }
        return isUp();
    }

    private void keepHouse(SimulatedNode of) {
        of.after(
                1 + cluster.random().nextInt(40),
                () -> {
                    of.keepHouse();
                    if (cluster.random().nextInt(20) == 0) {
                        of.prune();
                    }
                    cluster.plant().turn(this);
                    keepHouse(of);
                });
    }

    private void lookAfter(SimulatedNode of) {
        of.after(
                LAG_MILLIS / 2,
                () -> {
                    of.lookAfterInSync();
                    lookAfter(of);
                });
    }

    /** The process is killed, or the power fails and takes what was not forced. */
    void die(boolean power) {
        SimulatedNode last = node;
        node = null;
        forgetHeld();
        if (last != null) {
            last.letGo();
        }
        closeFetchers();
        if (power) {
            disk.cutPower();
        } else {
            disk.kill();
        }
        faultsEnd();
    }

    private void closeFetchers() {
        if (fetchers != null) {
            fetchers.close();
            fetchers = null;
        }
    }

    private void forgetHeld() {
        held.clear();
        paused = false;
    }

    /** Leaves the cluster and ends; what comes then is told. */
    void leave(Runnable ended) {
        SimulatedNode leaving = node();
        if (leaving == null || membership == null) {
            return;
        }
        membership.leave(() -> {
            if (leaving == node()) {
                closeFetchers();
                leaving.close();
                node = null;
                ended.run();
            }
        });
    }

    void pause() {
        paused = true;
    }

    /** All that came meanwhile happens now, and nothing newer is known than before. */
    void resume() {
        paused = false;
        List<Runnable> waiting = List.copyOf(held);
        held.clear();
        waiting.forEach(task -> cluster.time().after(0, () -> within(task)));
    }

    @Override
    public void within(Runnable task) {
        if (!paused) {
            task.run();
        } else if (held.size() < MOST_HELD) {
            held.add(task);
        }
    }

    void faultsBegin() {
        mayRefuse = true;
    }

    void faultsEnd() {
        mayRefuse = false;
        disk.faults().clear();
    }

    /** A request arrives. */
    void receive(ApiMessage body, int version, long connectionId, Caller caller) {
        within(() -> {
            SimulatedNode present = node();
            if (present == null || membership == null || !membership.isServing()) {
                caller.disconnected();
            } else {
                present.send(body, version, connectionId, caller);
            }
        });
    }

    Membership membership() {
        Membership present = membership;
        if (present == null) {
            throw new IllegalStateException("broker " + id + " has not begun");
        }
        return present;
    }

    @Nullable PartitionLog log(TopicPartition partition) {
        SimulatedNode present = node();
        Partition there = present == null ? null : present.partitions().get(partition);
        return there == null ? null : there.log();
    }

    // ---- what the node has

    @Override
    public Quorum metadata() {
        return membership();
    }

    @Override
    public CompletableFuture<ProducerIdBlock> producerIds() {
        return askController(() -> cluster.controller().producerIds());
    }

    @Override
    public SimulatedDisk disk() {
        return disk;
    }

    @Override
    public SimulatedTime time() {
        return cluster.time();
    }

    @Override
    public List<LogDirectoryOptions> logOptions() {
        Membership present = membership();
        TopicConfigs configs = new TopicConfigs(() -> ClusterTopics.NODE, present::image);
        return List.of(
                new LogDirectoryOptions(
                        FOLDER,
                        directory(),
                        partition -> configs.effective(partition.topic()).log().keepingAll(),
                        700,
                        400,
                        86_400_000,
                        1,
                        () -> ClusterTopics.COMPACTION,
                        false));
    }

    @Override
    public Wiring wiring() {
        return cluster.plant().wiring();
    }

    @Override
    public void later(Runnable arrival) {
        arrival.run();
    }

    @Override
    public void failed(Throwable bug) {
        cluster.failed(bug);
    }

    @Override
    public Replication replication(SimulatedNode of) {
        Membership present = membership();
        Fetchers made =
                new Fetchers(
                        1 + id % 2,
                        new FetchTerms(
                                id,
                                present::brokerEpoch,
                                FETCH_WAIT_MILLIS,
                                1,
                                1 << 20,
                                2_000,
                                100),
                        FollowThrottle.NONE,
                        (leader, fetcher) -> new Following(this, of, leader, fetcher));
        fetchers = made;
        InSyncChanges changes =
                new InSyncChanges(id, present::brokerEpoch, this::askForInSync, of.alarm());
        return new BrokerReplication(LAG_MILLIS, present::image, time()::millis, made, changes);
    }

    @Override
    public Peers peers(SimulatedNode of) {
        return new SimulatedPeers(this, of);
    }

    @Override
    public ReplicaChoice closest() {
        return new RackAwareChoice(id, "rack-" + id, membership()::image);
    }

    // ---- the controller

    private CompletableFuture<AlterPartitionResponseData> askForInSync(
            AlterPartitionRequestData request) {
        return askController(() -> cluster.controller().alter(request));
    }

    /** What the controller is asked is done there at once; the answer may get lost. */
    <T> CompletableFuture<T> askController(ControllerAnswer<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Network network = cluster.network();
        SimulatedNode asker = node;
        network.carry(
                id,
                Network.CONTROLLER,
                () -> {
                    T told = question.get();
                    network.carry(
                            Network.CONTROLLER,
                            id,
                            () -> within(() -> completeIf(asker, () -> answer.complete(told))));
                });
        time().after(
                        CONTROLLER_TIMEOUT_MILLIS,
                        () ->
                                within(() ->
                                        completeIf(
                                                asker,
                                                () ->
                                                        answer.completeExceptionally(
                                                                new TimeoutException(
                                                                        "no answer")))));
        return answer;
    }

    private void completeIf(@Nullable SimulatedNode asker, Runnable completion) {
        if (asker == node && (asker == null || asker.isAlive())) {
            completion.run();
        }
    }

    /** What is asked of the controller. */
    @FunctionalInterface
    interface ControllerAnswer<T> {
        T get();
    }
}
