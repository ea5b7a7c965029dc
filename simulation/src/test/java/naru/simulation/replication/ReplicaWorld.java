package naru.simulation.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.broker.partition.CommitListener;
import naru.broker.partition.Partition;
import naru.log.AppendOutcome;
import naru.log.Origin;
import naru.simulation.disk.Lies;
import naru.simulation.disk.SimulatedDisk;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Three brokers that replicate one partition, clients that write to whoever believes to lead, a
 * controller, and what goes wrong between them, all under one seed.
 */
final class ReplicaWorld {
    private static final List<Integer> IDS = List.of(1, 2, 3);
    private static final int SESSION_MILLIS = 1_000;
    private static final int QUIET_MILLIS = 5_000;
    private static final int STEPS_PER_CHECK = 20;

    private final RandomGenerator random;
    private final SimulatedTime time;
    private final ModelController controller;
    private final Map<Integer, SimulatedDisk> disks = new HashMap<>();
    private final Map<Integer, ReplicaNode> nodes = new TreeMap<>();
    private final Set<Integer> unheard = new HashSet<>();
    private final Set<Integer> cut = new HashSet<>();
    private final CommittedRecords records = new CommittedRecords();
    private final Bug bug;
    private final boolean fsync;
    private double loss;
    private int written;
    private long steps;
    private boolean calm;
    private boolean quiet;
    private final List<String> story = new ArrayList<>();

    ReplicaWorld(long seed, Bug bug) {
        this.random = new Random(seed);
        this.time = new SimulatedTime(random);
        this.bug = bug;
        this.fsync = random.nextInt(3) == 0;
        this.controller =
                new ModelController(
                        IDS,
                        Map.of(
                                "min.insync.replicas",
                                Integer.toString(1 + random.nextInt(2)),
                                "naru.ack",
                                fsync ? "fsync" : "page-cache",
                                "segment.bytes",
                                "2048"));
        for (int id : IDS) {
            disks.put(id, new SimulatedDisk(time::millis, random, Lies.NONE));
            begin(id, true);
        }
    }

    SimulatedTime time() {
        return time;
    }

    RandomGenerator random() {
        return random;
    }

    ModelController controller() {
        return controller;
    }

    Bug bug() {
        return bug;
    }

    CommittedRecords records() {
        return records;
    }

    List<String> story() {
        return story;
    }

    private void tell(String what) {
        story.add(time.millis() - SimulatedTime.START_MILLIS + " " + what);
    }

    // ---- brokers

    private void begin(int id, boolean stoppedCleanly) {
        long epoch = controller.register(id, stoppedCleanly);
        nodes.put(id, new ReplicaNode(id, epoch, this, disks.get(id)));
        tell("broker " + id + " begins, " + controller.state());
    }

    private boolean isUp(int id) {
        return nodes.containsKey(id);
    }

    private void end(int id, boolean cleanly) {
        ReplicaNode node = nodes.remove(id);
        tell("broker " + id + (cleanly ? " stops" : " dies"));
        if (cleanly) {
            controller.fence(id);
            node.stop();
        } else {
            node.die(fsync && random.nextBoolean());
            time.after(
                    SESSION_MILLIS,
                    () -> {
                        if (!isUp(id)) {
                            controller.fence(id);
                        }
                    });
        }
        time.after(
                random.nextInt(3_000),
                () -> {
                    if (!isUp(id)) {
                        begin(id, cleanly);
                    }
                });
    }

    /** One step of what all do all the time. */
    private void live() {
        for (ReplicaNode node : List.copyOf(nodes.values())) {
            if (!unheard.contains(node.id()) && random.nextInt(3) == 0) {
                node.hear(
                        random.nextBoolean()
                                ? controller.newest()
                                : controller.after(node.version()));
            }
        }
        if (!quiet && random.nextInt(3) == 0) {
            write();
        }
        if (!calm && random.nextInt(60) == 0) {
            trouble();
        }
        if (++steps % STEPS_PER_CHECK == 0) {
            records.check(nodes.values(), controller.state());
        }
        time.after(10, this::live);
    }

    private void trouble() {
        int id = IDS.get(random.nextInt(IDS.size()));
        switch (random.nextInt(7)) {
            case 0 -> {
                if (isUp(id)) {
                    end(id, false);
                }
            }
            case 1 -> {
                if (isUp(id)) {
                    end(id, true);
                }
            }
            case 2 -> silence(id);
            case 3 -> {
                tell("broker " + id + " is to lead");
                controller.elect(id);
            }
            case 4 -> {
                tell("broker " + id + " is cut from the others");
                cut.add(id);
                time.after(random.nextInt(6_000), () -> cut.remove(id));
            }
            case 5 -> loss = random.nextDouble() * 0.3;
            default -> loss = 0;
        }
    }

    /** The controller and the broker do not hear of one another for a while. */
    private void silence(int id) {
        if (isUp(id) && unheard.add(id)) {
            tell("broker " + id + " is not heard");
            if (random.nextBoolean()) {
                time.after(SESSION_MILLIS, () -> fenceUnheard(id));
            }
            time.after(
                    random.nextInt(4_000),
                    () -> {
                        unheard.remove(id);
                        if (isUp(id)) {
                            controller.unfence(id);
                        }
                    });
        }
    }

    private void fenceUnheard(int id) {
        if (unheard.contains(id)) {
            controller.fence(id);
        }
    }

    void run(long troubledMillis, long calmMillis) {
        live();
        runUntil(time.millis() + troubledMillis);
        calm = true;
        loss = 0;
        tell("calm");
        runUntil(time.millis() + calmMillis);
        quiet = true;
        runUntil(time.millis() + QUIET_MILLIS);
    }

    private void runUntil(long end) {
        while (time.nextMillis() <= end && time.step()) {
            // Each event brings the next.
        }
    }

    Map<Integer, ReplicaNode> nodes() {
        return nodes;
    }

    // ---- what is written

    /** Who thinks that it leads takes records, whether it still does or not. */
    private void write() {
        List<ReplicaNode> leaders = new ArrayList<>();
        for (ReplicaNode node : nodes.values()) {
            if (node.partition().ledLog() != null) {
                leaders.add(node);
            }
        }
        if (leaders.isEmpty()) {
            return;
        }
        ReplicaNode node = leaders.get(random.nextInt(leaders.size()));
        Partition partition = node.partition();
        SimpleRecord[] values = new SimpleRecord[1 + random.nextInt(3)];
        for (int i = 0; i < values.length; i++) {
            values[i] = new SimpleRecord(time.millis(), ("value " + written++).getBytes(UTF_8));
        }
        AppendOutcome outcome =
                partition.append(
                        MemoryRecords.withRecords(Compression.NONE, values).buffer(),
                        Origin.CLIENT,
                        true);
        if (outcome instanceof AppendOutcome.Appended appended) {
            partition.awaitCommit(
                    appended.lastOffset() + 1,
                    new CommitListener() {
                        @Override
                        public void onCommitted() {
                            if (node.isAlive()) {
                                records.acknowledged(appended.baseOffset(), values);
                            }
                        }

                        @Override
                        public void onLost(Errors error, String message) {}
                    });
        }
    }

    // ---- the network

    private boolean isLost(int one, int other) {
        return cut.contains(one) || cut.contains(other) || random.nextDouble() < loss;
    }

    private long delay() {
        return random.nextInt(50) == 0 ? random.nextInt(2_500) : 1 + random.nextInt(8);
    }

    void exchange(
            ReplicaNode from,
            int leader,
            ApiMessage request,
            short version,
            Consumer<ApiMessage> answer) {
        bug.beforeFetch(request);
        int copies = !calm && random.nextInt(20) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            time.after(
                    calm ? 1 : delay(),
                    () -> {
                        ReplicaNode asked = nodes.get(leader);
                        if (asked != null && !isLost(from.id(), leader)) {
                            asked.handle(
                                    request,
                                    version,
                                    response -> back(from, leader, response, answer));
                        }
                    });
        }
    }

    private void back(
            ReplicaNode from, int leader, ApiMessage response, Consumer<ApiMessage> answer) {
        if (!isLost(from.id(), leader)) {
            time.after(
                    calm ? 1 : delay(),
                    () -> {
                        if (from.isAlive()) {
                            answer.accept(response);
                        }
                    });
        }
    }

    CompletableFuture<AlterPartitionResponseData> askController(
            ReplicaNode from, AlterPartitionRequestData request) {
        CompletableFuture<AlterPartitionResponseData> answer = new CompletableFuture<>();
        time.after(
                delay(),
                () -> {
                    if (unheard.contains(from.id()) || (!calm && random.nextInt(10) == 0)) {
                        fail(from, answer);
                        return;
                    }
                    AlterPartitionResponseData response = controller.alter(request);
                    tell(from.id() + " asks " + request.topics() + " " + response.topics());
                    if (!calm && random.nextInt(10) == 0) {
                        fail(from, answer);
                    } else {
                        from.after(delay(), () -> answer.complete(response));
                    }
                });
        return answer;
    }

    private static void fail(
            ReplicaNode from, CompletableFuture<AlterPartitionResponseData> answer) {
        from.after(500, () -> answer.completeExceptionally(new TimeoutException("no answer")));
    }
}
