package naru.simulation;

import naru.broker.config.TopicConfigs;
import naru.log.LogDirectoryOptions;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.log.compaction.CompactionSettings;
import naru.log.disk.Disk;
import naru.log.segment.SegmentFiles;
import naru.quorum.ClusterController;
import naru.simulation.check.Ledger;
import naru.simulation.check.Offsets;
import naru.simulation.check.Shares;
import naru.simulation.check.Violation;
import naru.simulation.client.World;
import naru.simulation.disk.SimulatedDisk;
import naru.simulation.node.Caller;
import naru.simulation.node.SimulatedCluster;
import naru.simulation.node.SimulatedNode;
import naru.simulation.node.SimulatedTime;
import naru.simulation.node.Surroundings;
import naru.simulation.node.Wiring;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * One history of a node under a seed: clients, faults, and in the end the question whether all is
 * as it was promised. Everything happens on one thread and in the simulation's own time.
 */
final class Simulation implements Surroundings, World {
    private static final List<Path> FOLDERS = List.of(Path.of("/naru-data"), Path.of("/more-data"));
    private static final int MOST_NOTES = 4_000;

    private static final CompactionSettings COMPACTION =
            new CompactionSettings(true, 1, 200_000, 0.9, 64 << 10, Double.MAX_VALUE, 10);

    private final long seed;
    private final Weather weather;
    private final Plant plant;
    private final Random random;
    private final SimulatedTime time;
    private final SimulatedDisk disk;
    private final SimulatedCluster metadata;
    private final Ledger ledger = new Ledger();
    private final Offsets offsets = new Offsets();
    private final Shares shares = new Shares(Topics.LOCK_MILLIS, Topics.DELIVERY_LIMIT);
    private final List<String> notes = new ArrayList<>();
    private Map<TopicPartition, Survivors> lastBefore = new TreeMap<>(Survivors.ORDER);
    private @Nullable SimulatedNode node;
    private @Nullable Throwable failure;
    private int epoch;
    private boolean ending;
    private boolean wasCut;
    private boolean mayRefuse;
    private long fingerprint;

    Simulation(long seed, Plant plant) {
        this.seed = seed;
        this.plant = plant;
        this.weather = Weather.of(seed);
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.time = new SimulatedTime(random);
        this.disk = new SimulatedDisk(time::millis, random, plant.lies());
        this.metadata =
                Topics.cluster(
                        random, weather == Weather.POWER_CUTS_WITH_FSYNC && plant.fsyncTopics());
        ledger.compacts(Topics.COMPACTED);
    }

    Weather weather() {
        return weather;
    }

    long seed() {
        return seed;
    }

    // ---- the node's life ----

    @Nullable SimulatedNode node() {
        SimulatedNode present = node;
        return present != null && present.isAlive() ? present : null;
    }

    /** Starts the node; false when the disk did not let it. */
    boolean start() {
        long began = disk.operations();
        try {
            SimulatedNode next = new SimulatedNode(this, Topics.NODE, epoch);
            next.hear(metadata.lead(epoch++), metadata.image());
            node = next;
        } catch (LogStorageException refusal) {
            note("start refused: " + refusal.getMessage());
            if (!disk.isDead() && !mayRefuse) {
                throw new Violation("the node does not start: " + refusal.getMessage());
            }
            return false;
        }
        Map<TopicPartition, String> offline = node.logs().offline();
        note("started in epoch " + (epoch - 1) + " with " + (disk.operations() - began));
        if (disk.isDead()) {
            return false;
        }
        if (!offline.isEmpty() && !mayRefuse) {
            throw new Violation("offline after a start: " + offline);
        }
        return offline.isEmpty();
    }

    /** Whether the disk has refused a data folder, which only a start mends. */
    boolean hasLostFolder() {
        SimulatedNode present = node();
        return present != null && present.logs().online().size() < FOLDERS.size();
    }

    /** The disk may fail from now on; a start may then be refused. */
    void faultsBegin() {
        mayRefuse = true;
    }

    void faultsEnd() {
        mayRefuse = false;
        disk.faults().clear();
    }

    void kill() {
        note("kill");
        letGo();
        disk.kill();
    }

    void cutPower() {
        note("power cut");
        Map<TopicPartition, Survivors> before = new TreeMap<>(Survivors.ORDER);
        SimulatedNode last = node;
        if (last != null) {
            for (PartitionLog log : last.logs().logs()) {
                if (!log.isCopy()) {
                    before.put(log.topicPartition(), Survivors.before(log, disk.isDead()));
                }
            }
        }
        letGo();
        disk.cutPower();
        wasCut = true;
        if (lastBefore.isEmpty()) {
            lastBefore = before;
        }
    }

    /** What stood in the logs when the power failed, until the next start has been looked at. */
    Map<TopicPartition, Survivors> takeBefore() {
        Map<TopicPartition, Survivors> taken = lastBefore;
        lastBefore = new TreeMap<>(Survivors.ORDER);
        return taken;
    }

    /** How the logs stand, for the story of a failure. */
    String logs() {
        StringBuilder text = new StringBuilder();
        SimulatedNode present = node();
        if (present != null) {
            for (PartitionLog log : present.logs().logs()) {
                text.append(
                        "%n  %s: start %d, stable %d, high watermark %d, durable %d, end %d, %s"
                                .formatted(
                                        log.topicPartition(),
                                        log.logStartOffset(),
                                        log.lastStableOffset(),
                                        log.highWatermark(),
                                        log.durableOffset(),
                                        log.logEndOffset(),
                                        log.writeFault()));
            }
        }
        return text.toString();
    }

    /** Where the segments of a log begin, if a power cut may leave holes before them; else none. */
    Set<Long> segmentsOf(TopicPartition partition) {
        Set<Long> begins = new HashSet<>();
        if (weather == Weather.POWER_CUTS_WITHOUT_FSYNC) {
            try {
                for (Path folder : FOLDERS) {
                    Path holder = folder.resolve(partition.toString());
                    for (Disk.Entry entry :
                            disk.exists(holder) ? disk.list(holder) : List.<Disk.Entry>of()) {
                        SegmentFiles.offsetOf(entry.name(), SegmentFiles.LOG)
                                .ifPresent(begins::add);
                    }
                }
            } catch (IOException dead) {
                throw new UncheckedIOException(dead);
            }
        }
        return begins;
    }

    private void letGo() {
        SimulatedNode last = node;
        node = null;
        shares.stopped();
        if (last != null) {
            last.letGo();
        }
    }

    void stopCleanly() {
        note("clean stop");
        SimulatedNode last = node;
        if (last != null) {
            last.close();
        }
        node = null;
        shares.stopped();
    }

    // ---- time ----

    /** Lets one event happen; throws what was violated. */
    void step() {
        if (!time.step()) {
            throw new IllegalStateException("nothing is to happen any more");
        }
        fingerprint = fingerprint * 31 + disk.operations() * 7 + time.millis();
        Throwable found = failure;
        if (found != null) {
            throw new Violation("a bug in Naru: " + found + trace(found));
        }
    }

    private static String trace(Throwable bug) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement element : bug.getStackTrace()) {
            text.append("\n    at ").append(element);
        }
        return text.toString();
    }

    /** The same for the same seed. */
    long fingerprint() {
        return fingerprint;
    }

    void beginEnding() {
        ending = true;
    }

    String story() {
        return String.join("\n", notes);
    }

    @Override
    public void note(String event) {
        if (notes.size() == MOST_NOTES) {
            notes.removeFirst();
        }
        notes.add((time.millis() - SimulatedTime.START_MILLIS) + " " + event);
    }

    // ---- what the node has ----

    @Override
    public SimulatedCluster metadata() {
        return metadata;
    }

    @Override
    public CompletableFuture<ClusterController.ProducerIdBlock> producerIds() {
        return metadata.producerIds();
    }

    @Override
    public SimulatedDisk disk() {
        return disk;
    }

    @Override
    public SimulatedTime time() {
        return time;
    }

    @Override
    public List<LogDirectoryOptions> logOptions() {
        return FOLDERS.stream().map(this::logOptions).toList();
    }

    private LogDirectoryOptions logOptions(Path folder) {
        TopicConfigs configs = new TopicConfigs(() -> Topics.NODE, metadata::image);
        return new LogDirectoryOptions(
                folder,
                SimulatedCluster.DIRECTORIES.get(FOLDERS.indexOf(folder)),
                partition -> configs.effective(partition.topic()).log().keepingAll(),
                700,
                400,
                86_400_000,
                1,
                () -> COMPACTION,
                false);
    }

    @Override
    public Wiring wiring() {
        return plant.wiring();
    }

    @Override
    public void later(Runnable arrival) {
        time.after(random.nextInt(3), arrival);
    }

    @Override
    public void failed(Throwable bug) {
        if (!(bug instanceof LogStorageException) && failure == null && node() != null) {
            failure = bug;
        }
    }

    // ---- what clients have ----

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
        later(() -> {
            SimulatedNode present = node();
            if (present == null) {
                later(caller::disconnected);
            } else {
                present.send(body, version, connectionId, caller);
            }
        });
    }

    @Override
    public void hangUp(long connectionId) {
        SimulatedNode present = node();
        if (present != null) {
            present.hangUp(connectionId);
        }
    }

    @Override
    public void after(long delayMillis, Runnable task) {
        time.after(delayMillis, task);
    }

    @Override
    public Uuid topicId(String topic) {
        return Objects.requireNonNull(metadata.image().topic(topic)).id();
    }

    @Override
    public long logStart(TopicPartition partition) {
        PartitionLog log = log(partition);
        return log == null ? Long.MAX_VALUE : log.logStartOffset();
    }

    @Nullable PartitionLog log(TopicPartition partition) {
        SimulatedNode present = node();
        return present == null ? null : present.logs().log(partition);
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
        return weather == Weather.POWER_CUTS_WITHOUT_FSYNC && wasCut;
    }
}
