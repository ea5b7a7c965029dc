package naru.simulation.node;

import naru.broker.access.Access;
import naru.broker.access.EverybodyMay;
import naru.broker.api.AddOffsetsToTxn;
import naru.broker.api.AddPartitionsToTxn;
import naru.broker.api.EndTxn;
import naru.broker.api.InitProducerId;
import naru.broker.api.ListOffsets;
import naru.broker.api.OffsetCommit;
import naru.broker.api.OffsetFetch;
import naru.broker.api.Produce;
import naru.broker.api.ShareGroupState;
import naru.broker.api.TxnOffsetCommit;
import naru.broker.api.WriteTxnMarkers;
import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.broker.coordinator.Alarm;
import naru.broker.coordinator.Coordinator;
import naru.broker.coordinator.CoordinatorOptions;
import naru.broker.coordinator.GroupSurroundings;
import naru.broker.coordinator.Patient;
import naru.broker.fetch.Fetch;
import naru.broker.fetch.FetchSessions;
import naru.broker.partition.Moves;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.Partitions;
import naru.broker.partition.SinceRegistration;
import naru.broker.quota.ByteThrottle;
import naru.broker.quota.ClientQuotas;
import naru.broker.replication.Peers;
import naru.broker.share.ShareAcknowledge;
import naru.broker.share.ShareFetch;
import naru.broker.share.ShareQueues;
import naru.broker.share.ShareReplies;
import naru.broker.share.ShareSessions;
import naru.broker.share.ShareSettings;
import naru.broker.transaction.ClusterEnrolment;
import naru.broker.transaction.Enrolment;
import naru.broker.transaction.MarkerDelivery;
import naru.broker.transaction.Markers;
import naru.broker.transaction.ProducerIds;
import naru.broker.transaction.TransactionEffects;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.GroupShard;
import naru.coordination.group.ShardSettings;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareShard;
import naru.coordination.share.ShareStateReset;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionSettings;
import naru.coordination.transaction.TransactionShard;
import naru.log.LogDirectories;
import naru.log.LogStorageException;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * One life of a node: the parts of a broker, put together as the real node does it, without
 * sockets, threads and a metadata log.
 */
public final class SimulatedNode {
    private static final int MOST_SHARE_SESSIONS = 100;
    private static final int MOST_FETCH_SESSIONS = 1_000;
    private static final int PEER_TIMEOUT_MILLIS = 400;
    private static final int MOST_BYTES = 1 << 20;
    private static final int UPDATES_PER_SNAPSHOT = 6;

    private final Surroundings around;
    private final NodeConfig config;
    private final LogDirectories logs;
    private final Partitions partitions;
    private final Quorum.Listener metadata;
    private final Moves moves;
    private final Coordinator<GroupCommand> groups;
    private final Coordinator<TransactionCommand> transactions;
    private final Coordinator<ShareCommand> shares;
    private final Map<ApiKeys, RequestHandler> handlers = new EnumMap<>(ApiKeys.class);
    private final Set<SimulatedRequest> open = new LinkedHashSet<>();
    private final Alarm alarm = new LivingAlarm();
    private @Nullable ShareSessions sessions;
    private boolean alive = true;

    public SimulatedNode(Surroundings around, NodeConfig config, int epoch) {
        this.around = around;
        this.config = config;
        Quorum cluster = around.metadata();
        this.logs =
                LogDirectories.open(around.logOptions(), Map.of(), around.disk(), around.time());
        TopicConfigs topics = new TopicConfigs(() -> config, cluster::image);
        this.partitions =
                new Partitions(
                        cluster.nodeId(),
                        logs,
                        topics,
                        cluster::assignDirectory,
                        around.replication(this));
        this.metadata = new SinceRegistration(cluster.nodeId(), cluster::brokerEpoch, partitions);
        this.moves =
                new Moves(
                        partitions, cluster::assignDirectory, () -> Long.MAX_VALUE, around.time());
        partitions.addListener(moves);
        ShardSettings groupSettings = ShardSettings.defaults();
        Random random = new Random(epoch);
        this.groups =
                new Coordinator<>(
                        CoordinatorOptions.ofGroups(config),
                        (partition, leaderEpoch) ->
                                new GroupShard(
                                        groupSettings, new GroupSurroundings(cluster), random),
                        (effect, decider) -> {},
                        cluster,
                        around.time()::millis,
                        alarm);
        PartitionLookup lookup = new PartitionLookup(partitions, cluster);
        Markers markers = new Markers(lookup, groups, around.time()::millis);
        ProducerIds ids = new ProducerIds(around::producerIds);
        Peers peers = around.peers(this);
        MarkerDelivery delivery =
                new MarkerDelivery(
                        cluster.nodeId(),
                        markers,
                        cluster::image,
                        peers,
                        alarm,
                        PEER_TIMEOUT_MILLIS);
        this.transactions =
                new Coordinator<>(
                        CoordinatorOptions.ofTransactions(config),
                        (partition, leaderEpoch) ->
                                new TransactionShard(
                                        TransactionSettings.of(config::integer), leaderEpoch),
                        around.wiring()
                                .transactionEffects(
                                        new TransactionEffects(delivery, ids, cluster, alarm)),
                        cluster,
                        around.time()::millis,
                        alarm);
        partitions.addListener(groups);
        partitions.addListener(transactions);
        this.shares = serveShares(lookup, topics);
        serve(
                lookup,
                ids,
                new ClusterEnrolment(
                        cluster.nodeId(), transactions, peers, alarm, PEER_TIMEOUT_MILLIS));
        serveBrokers(lookup, markers);
    }

    /** The metadata have changed. */
    public void hear(ClusterChange change, ClusterImage image) {
        metadata.onImage(change, image);
    }

    private Coordinator<ShareCommand> serveShares(PartitionLookup lookup, TopicConfigs topics) {
        Quorum cluster = around.metadata();
        ShareQueues[] all = new ShareQueues[1];
        Coordinator<ShareCommand> coordinator =
                new Coordinator<>(
                        CoordinatorOptions.ofShares(config),
                        (partition, epoch) -> new ShareShard(UPDATES_PER_SNAPSHOT),
                        (effect, decider) -> {
                            if (effect instanceof ShareStateReset(var key)) {
                                all[0].forget(key);
                            }
                        },
                        cluster,
                        around.time()::millis,
                        alarm);
        ShareQueues queues =
                ShareQueues.over(
                        new Patient<>(coordinator, alarm, around.time()::millis, 5_000),
                        lookup,
                        new ShareSettings(() -> config, cluster::image),
                        () -> config,
                        cluster::image,
                        topics,
                        partitions,
                        Peers.NONE,
                        around.time()::millis,
                        alarm);
        all[0] = queues;
        ShareSessions members = new ShareSessions(queues, () -> MOST_SHARE_SESSIONS);
        sessions = members;
        ShareReplies replies = new ShareReplies(queues, (request, broker) -> null);
        Access access = new EverybodyMay();
        handle(
                ApiKeys.SHARE_FETCH,
                new ShareFetch(queues, members, access, replies, () -> MOST_BYTES));
        handle(ApiKeys.SHARE_ACKNOWLEDGE, new ShareAcknowledge(queues, members, access, replies));
        handle(ApiKeys.INITIALIZE_SHARE_GROUP_STATE, new ShareGroupState(coordinator, access));
        partitions.addListener(coordinator);
        partitions.addListener(queues);
        return coordinator;
    }

    private void serve(PartitionLookup lookup, ProducerIds ids, Enrolment enrolment) {
        Access access = new EverybodyMay();
        Quorum cluster = around.metadata();
        handle(ApiKeys.PRODUCE, new Produce(lookup, enrolment, access));
        handle(
                ApiKeys.FETCH,
                new Fetch(
                        lookup,
                        access,
                        new FetchSessions(() -> MOST_FETCH_SESSIONS),
                        () -> MOST_BYTES,
                        ClientQuotas.none(),
                        around.closest(),
                        ByteThrottle.none()));
        handle(ApiKeys.INIT_PRODUCER_ID, new InitProducerId(ids, transactions, access));
        handle(
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                new AddPartitionsToTxn(transactions, cluster, access));
        handle(ApiKeys.ADD_OFFSETS_TO_TXN, new AddOffsetsToTxn(transactions, groups, access));
        handle(
                ApiKeys.TXN_OFFSET_COMMIT,
                new TxnOffsetCommit(groups, enrolment, lookup, cluster, access));
        handle(ApiKeys.END_TXN, new EndTxn(transactions, access));
        handle(ApiKeys.OFFSET_COMMIT, new OffsetCommit(groups, cluster, access));
        handle(ApiKeys.OFFSET_FETCH, new OffsetFetch(groups, cluster, access));
    }

    /** What other brokers ask. */
    private void serveBrokers(PartitionLookup lookup, Markers markers) {
        Access access = new EverybodyMay();
        handle(ApiKeys.LIST_OFFSETS, new ListOffsets(lookup, access));
        handle(
                ApiKeys.WRITE_TXN_MARKERS,
                new WriteTxnMarkers(markers, access, PEER_TIMEOUT_MILLIS));
    }

    private void handle(ApiKeys api, RequestHandler handler) {
        handlers.put(api, around.wiring().handler(api, handler));
    }

    Surroundings cluster() {
        return around;
    }

    public LogDirectories logs() {
        return logs;
    }

    /** A request arrives on a connection. */
    public void send(ApiMessage body, int version, long connectionId, Caller caller) {
        SimulatedRequest request =
                new SimulatedRequest(this, body, (short) version, connectionId, caller);
        open.add(request);
        RequestHandler handler = handlers.get(request.api());
        if (handler == null) {
            throw new IllegalArgumentException("nobody serves " + request.api());
        }
        try {
            handler.handle(request);
        } catch (RuntimeException e) {
            request.fail(e);
        }
        if (!isAlive()) {
            request.disconnect();
        }
    }

    /** A connection is lost, on the node's side. */
    public void hangUp(long connectionId) {
        if (sessions != null) {
            sessions.onDisconnected(connectionId);
        }
    }

    void answered(SimulatedRequest request) {
        open.remove(request);
    }

    /** Whether this is the node's present life, and nothing has ended it. */
    public boolean isAlive() {
        return alive && !around.disk().isDead();
    }

    public SimulatedTime.Event after(long delayMillis, Runnable task) {
        return around.time()
                .after(
                        delayMillis,
                        () ->
                                around.within(() -> {
                                    if (isAlive()) {
                                        task.run();
                                    }
                                }));
    }

    public Alarm alarm() {
        return alarm;
    }

    public Partitions partitions() {
        return partitions;
    }

    /** Looks whether followers lag, or have caught up. */
    public void lookAfterInSync() {
        partitions.all().forEach(Partition::lookAfterInSync);
    }

    /** Now and then shards let go of what they do not need. */
    public void prune() {
        shares.prune();
        groups.tellAll(new GroupCommand.ExpireOffsets());
    }

    /** Does what the threads of the data folders do. */
    public void keepHouse() {
        logs.runBackground();
        moves.turn();
    }

    /** Has a partition's log moved to one of the data folders. */
    public void move(TopicPartition partition, int folder) {
        Partition held = partitions.get(partition);
        if (held != null && held.log() != null) {
            moves.move(held, logs.opened().get(folder % logs.opened().size()));
        }
    }

    /** Whether no log is on its way to another folder. */
    public boolean hasMoved() {
        return moves.isIdle();
    }

    /** Stops as the real node does. */
    public void close() {
        alive = false;
        List.of(shares, groups, transactions).forEach(Coordinator::close);
        try {
            logs.close(around.metadata().brokerEpoch());
        } catch (LogStorageException refusal) {
            // A disk that fails takes no last word; the next start recovers what is there.
        }
        letGo();
    }

    /** Whoever waits for an answer finds the connection closed. */
    public void letGo() {
        alive = false;
        List.copyOf(open).forEach(SimulatedRequest::disconnect);
        open.clear();
    }

    private final class LivingAlarm implements Alarm {
        @Override
        public void after(long delayMillis, Runnable task) {
            SimulatedNode.this.after(delayMillis, task);
        }

        @Override
        public void soon(Runnable task) {
            SimulatedNode.this.after(0, task);
        }
    }
}
