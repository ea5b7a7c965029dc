package naru.simulation.cluster;

import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.simulation.check.Ledger;
import naru.simulation.check.Offsets;
import naru.simulation.check.Shares;
import naru.simulation.check.Violation;
import naru.simulation.client.World;
import naru.simulation.disk.Lies;
import naru.simulation.disk.SimulatedDisk;
import naru.simulation.node.Caller;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Three brokers on machines of their own, a controller, a network, and the clients' way to them,
 * all on one thread and in one time, under a seed.
 */
final class Cluster implements World {
    static final List<Integer> IDS = List.of(1, 2, 3);
    private static final int MOST_NOTES = 6_000;
    private static final int CLIENT_TIMEOUT_MILLIS = 2_000;

    private final Climate climate;
    private final Plant plant;
    private final Random random;
    private final SimulatedTime time;
    private final Network network;
    private final ModelController controller;
    private final Map<Integer, Machine> machines = new TreeMap<>();
    private final Map<Long, Route> routes = new HashMap<>();
    private final Ledger ledger = new Ledger();
    private final Offsets offsets = new Offsets();
    private final Shares shares = new Shares(1, 1);
    private final Agreement agreement;
    private final Deque<String> notes = new ArrayDeque<>();
    private @Nullable Throwable failure;
    private boolean ending;
    private long fingerprint;

    Cluster(long seed, Plant plant) {
        this.plant = plant;
        this.climate = Climate.of(seed);
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.time = new SimulatedTime(random);
        this.network = new Network(time, random);
        this.controller = new ModelController(time::millis, this::note, ClusterTopics.MIN_IN_SYNC);
        ClusterTopics.create(controller, random, climate.isForced());
        for (int id : IDS) {
            machines.put(
                    id, new Machine(id, this, new SimulatedDisk(time::millis, random, Lies.NONE)));
        }
        ledger.compacts(ClusterTopics.COMPACTED);
        this.agreement = new Agreement(this);
        lookAfterSessions();
    }

    private void lookAfterSessions() {
        controller.look();
        time.after(50, this::lookAfterSessions);
    }

    Climate climate() {
        return climate;
    }

    Plant plant() {
        return plant;
    }

    Network network() {
        return network;
    }

    ModelController controller() {
        return controller;
    }

    Agreement agreement() {
        return agreement;
    }

    SimulatedTime time() {
        return time;
    }

    Collection<Machine> machines() {
        return machines.values();
    }

    Machine machine(int id) {
        return Objects.requireNonNull(machines.get(id));
    }

    Machine anyMachine() {
        return machine(IDS.get(random.nextInt(IDS.size())));
    }

    void failed(Throwable bug) {
        if (!(bug instanceof LogStorageException) && failure == null) {
            failure = bug;
        }
    }

    // ---- time

    /** Lets one event happen; throws what was violated. */
    void step() {
        if (!time.step()) {
            throw new IllegalStateException("nothing is to happen any more");
        }
        long operations = 0;
        for (Machine machine : machines.values()) {
            operations += machine.disk().operations();
        }
        fingerprint = fingerprint * 31 + operations * 7 + time.millis();
        agreement.look();
        Throwable found = failure;
        if (found != null) {
            throw new Violation("a bug in Naru: " + found, found);
        }
    }

    /** The same for the same seed. */
    long fingerprint() {
        return fingerprint;
    }

    void beginEnding() {
        ending = true;
    }

    /** The last of what happened. */
    String story(int most) {
        return notes.stream()
                .skip(Math.max(0, notes.size() - most))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void note(String event) {
        if (notes.size() == MOST_NOTES) {
            notes.removeFirst();
        }
        notes.addLast((time.millis() - SimulatedTime.START_MILLIS) + " " + event);
    }

    /** How the replicas stand, for the story of a failure. */
    String standings() {
        List<String> lines = new ArrayList<>();
        for (TopicPartition partition : controller.newest().partitions()) {
            lines.add(partition + " " + controller.newest().state(partition));
            for (Machine machine : machines.values()) {
                PartitionLog log = machine.log(partition);
                lines.add(
                        "  broker %d: %s"
                                .formatted(
                                        machine.id(),
                                        log == null
                                                ? "none"
                                                : "start %d, high watermark %d, end %d, %s"
                                                        .formatted(
                                                                log.logStartOffset(),
                                                                log.highWatermark(),
                                                                log.logEndOffset(),
                                                                log.writeFault())));
            }
        }
        return "\n" + String.join("\n", lines);
    }

    // ---- what clients have

    @Override
    public Random random() {
        return random;
    }

    @Override
    public long nowMillis() {
        return time.millis();
    }

    @Override
    public void send(ApiMessage body, int version, long connectionId, Caller caller) {
        Route route = routes.computeIfAbsent(connectionId / 1_000_000, any -> new Route(this));
        int target = route.target(body);
        if (target == Route.NOWHERE) {
            time.after(random.nextInt(40), () -> route.heard(caller).disconnected());
        } else {
            Exchange.ask(
                    this,
                    Network.CLIENTS,
                    target,
                    body,
                    version,
                    connectionId,
                    CLIENT_TIMEOUT_MILLIS,
                    route.heard(caller));
        }
    }

    @Override
    public void hangUp(long connectionId) {}

    @Override
    public void after(long delayMillis, Runnable task) {
        time.after(delayMillis, task);
    }

    @Override
    public Uuid topicId(String topic) {
        return Objects.requireNonNull(controller.newest().topic(topic)).id();
    }

    /** Of all replicas: one that leads no more may have let go of more than who leads now. */
    @Override
    public long logStart(TopicPartition partition) {
        long start = 0;
        for (Machine machine : machines.values()) {
            PartitionLog log = machine.log(partition);
            start = log == null ? start : Math.max(start, log.logStartOffset());
        }
        return start;
    }

    /** The log of who leads the partition. */
    @Nullable PartitionLog log(TopicPartition partition) {
        int leader = controller.newest().state(partition).leader();
        return leader < 0 ? null : machine(leader).log(partition);
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public Offsets offsets() {
        return offsets;
    }

    @Override
    public Shares shares() {
        return shares;
    }

    @Override
    public boolean isEnding() {
        return ending;
    }

    @Override
    public boolean isForgetful() {
        return false;
    }
}
