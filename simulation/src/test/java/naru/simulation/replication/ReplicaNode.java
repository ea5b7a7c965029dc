package naru.simulation.replication;

import static java.util.Objects.requireNonNull;

import naru.broker.access.EverybodyMay;
import naru.broker.api.ListOffsets;
import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.broker.coordinator.Alarm;
import naru.broker.fetch.Fetch;
import naru.broker.fetch.FetchSessions;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.Partitions;
import naru.broker.quota.ClientQuotas;
import naru.broker.replication.BrokerReplication;
import naru.broker.replication.FetchTerms;
import naru.broker.replication.Fetchers;
import naru.broker.replication.FollowThrottle;
import naru.broker.replication.InSyncChanges;
import naru.broker.transport.RequestHandler;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.PartitionLog;
import naru.quorum.ClusterChange;
import naru.simulation.disk.SimulatedDisk;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** One run of a broker, as far as it replicates. */
final class ReplicaNode {
    static final int LAG_MILLIS = 3_000;
    private static final Path FOLDER = Path.of("/data");

    private final int id;
    private final long brokerEpoch;
    private final ReplicaWorld world;
    private final SimulatedDisk disk;
    private final NodeView view;
    private final LogDirectories logs;
    private final Partitions partitions;
    private final Fetchers fetchers;
    private final RequestHandler fetch;
    private final RequestHandler listOffsets;
    private boolean alive = true;

    ReplicaNode(int id, long brokerEpoch, ReplicaWorld world, SimulatedDisk disk) {
        this.id = id;
        this.brokerEpoch = brokerEpoch;
        this.world = world;
        this.disk = disk;
        this.view = new NodeView(id);
        NodeConfig config = NodeConfig.parse(Map.of());
        TopicConfigs topics = new TopicConfigs(() -> config, () -> view);
        view.see(world.controller().newest());
        this.logs =
                LogDirectories.of(
                        LogDirectory.open(
                                LogDirectoryOptions.of(
                                                FOLDER,
                                                new Uuid(1, id),
                                                name -> topics.effective(name.topic()).log())
                                        .withBackground(false),
                                disk,
                                world.time()));
        this.fetchers =
                new Fetchers(
                        1,
                        new FetchTerms(id, () -> brokerEpoch, 500, 1, 1 << 20, 2_000, 100),
                        FollowThrottle.NONE,
                        (leader, fetcher) -> new SimulatedFetching(this, leader, fetcher));
        InSyncChanges changes =
                new InSyncChanges(
                        id,
                        () -> brokerEpoch,
                        request -> world.askController(this, request),
                        new LivingAlarm());
        this.partitions =
                new Partitions(
                        id,
                        logs,
                        topics,
                        (topicId, partition, directoryId) -> {},
                        new BrokerReplication(
                                LAG_MILLIS, () -> view, world.time()::millis, fetchers, changes));
        PartitionLookup lookup = new PartitionLookup(partitions, view);
        EverybodyMay access = new EverybodyMay();
        this.fetch =
                new Fetch(
                        lookup,
                        access,
                        new FetchSessions(() -> 2),
                        () -> 1 << 20,
                        ClientQuotas.none());
        this.listOffsets = new ListOffsets(lookup, access);
        view.see(Metadata.NONE);
        hear(world.controller().newest());
        lookAfter();
        keepHouse();
    }

    private final class LivingAlarm implements Alarm {
        @Override
        public void after(long delayMillis, Runnable task) {
            ReplicaNode.this.after(delayMillis, task);
        }

        @Override
        public void soon(Runnable task) {
            ReplicaNode.this.after(0, task);
        }
    }

    private void lookAfter() {
        partitions.all().forEach(Partition::lookAfterInSync);
        after(LAG_MILLIS / 2, this::lookAfter);
    }

    private void keepHouse() {
        logs.runBackground();
        after(5 + world.random().nextInt(30), this::keepHouse);
    }

    /** The node's metadata come to this version. */
    void hear(Metadata metadata) {
        if (metadata.version() > view.seen().version()) {
            NodeView next = new NodeView(id);
            next.see(metadata);
            world.bug().beforeMetadata(this, metadata);
            partitions.onImage(
                    new ClusterChange(
                            List.of(
                                    new ClusterChange.TopicChange(
                                            Metadata.TOPIC,
                                            Metadata.TOPIC_ID,
                                            Map.of(0, metadata.state()))),
                            List.of(),
                            Set.of(),
                            false,
                            ClusterChange.AccessRuleChange.NONE),
                    next);
            view.see(metadata);
        }
    }

    long version() {
        return view.seen().version();
    }

    int id() {
        return id;
    }

    ReplicaWorld world() {
        return world;
    }

    boolean isAlive() {
        return alive;
    }

    Partition partition() {
        return requireNonNull(partitions.get(Metadata.TOPIC, 0));
    }

    @Nullable PartitionLog log() {
        Partition partition = partitions.get(Metadata.TOPIC, 0);
        return partition == null ? null : partition.log();
    }

    SimulatedTime.Event after(long delayMillis, Runnable task) {
        return world.time()
                .after(
                        delayMillis,
                        () -> {
                            if (alive) {
                                task.run();
                            }
                        });
    }

    void handle(ApiMessage body, short version, Consumer<ApiMessage> answer) {
        RequestHandler handler =
                switch (body) {
                    case FetchRequestData fetched -> fetch;
                    case ListOffsetsRequestData offsets -> listOffsets;
                    default -> throw new IllegalArgumentException(body.toString());
                };
        handler.handle(new ReplicaRequest(this, body, version, answer));
    }

    /** Ends as a killed process does, or with the power. */
    void die(boolean powerCut) {
        alive = false;
        fetchers.close();
        if (powerCut) {
            disk.cutPower();
        } else {
            disk.kill();
        }
    }

    void stop() {
        alive = false;
        fetchers.close();
        logs.close(brokerEpoch);
    }
}
