package naru.broker;

import naru.broker.config.DynamicConfig;
import naru.broker.config.NodeConfig;
import naru.broker.coordinator.Alarm;
import naru.broker.fetch.ReplicaChoice;
import naru.broker.partition.Partition;
import naru.broker.partition.Partitions;
import naru.broker.partition.Replication;
import naru.broker.quota.ByteThrottle;
import naru.broker.replication.BrokerReplication;
import naru.broker.replication.FetchTerms;
import naru.broker.replication.FetcherDriver;
import naru.broker.replication.Fetchers;
import naru.broker.replication.InSyncChanges;
import naru.broker.replication.NetworkPeers;
import naru.broker.replication.PeerNetwork;
import naru.broker.replication.Peers;
import naru.broker.replication.RackAwareChoice;
import naru.broker.replication.ReplicaThrottle;
import naru.broker.replication.ReplicationMetrics;
import naru.quorum.ClusterController;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.util.concurrent.TimeUnit;

/** What a node needs to replicate partitions with others, put together. */
final class Replicas implements AutoCloseable {
    private static final KafkaPrincipal SELF =
            new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "broker");

    private final NodeConfig config;
    private final DynamicConfig dynamic;
    private final Quorum quorum;
    private final Alarm alarm;
    private final NetworkPeers peers;
    private final ByteThrottle toFollowers;
    private final BrokerReplication replication;

    Replicas(NodeConfig config, DynamicConfig dynamic, Quorum quorum, Alarm alarm) {
        this.config = config;
        this.dynamic = dynamic;
        this.quorum = quorum;
        this.alarm = alarm;
        PeerNetwork network = new PeerNetwork(dynamic::current, quorum::image);
        this.peers = new NetworkPeers(network);
        this.toFollowers = throttle("leader.replication.throttled.rate");
        Fetchers fetchers =
                new Fetchers(
                        config.integer("num.replica.fetchers"),
                        terms(),
                        new ReplicaThrottle(throttle("follower.replication.throttled.rate")),
                        FetcherDriver.threads(network));
        InSyncChanges changes =
                new InSyncChanges(
                        config.nodeId(),
                        quorum::brokerEpoch,
                        request -> quorum.controller().alterPartition(caller(), request),
                        alarm);
        this.replication =
                new BrokerReplication(
                        config.number("replica.lag.time.max.ms"),
                        quorum::image,
                        Replicas::nowMillis,
                        fetchers,
                        changes);
    }

    private static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** The rate can be altered while the node runs; unset, there is none. */
    private ByteThrottle throttle(String key) {
        return new ByteThrottle(
                () ->
                        dynamic.current().value(key) instanceof Number rate
                                ? rate.longValue()
                                : Long.MAX_VALUE,
                Replicas::nowMillis);
    }

    /** Bounds what followers that are out of sync are sent. */
    ByteThrottle toFollowers() {
        return toFollowers;
    }

    private FetchTerms terms() {
        return new FetchTerms(
                config.nodeId(),
                quorum::brokerEpoch,
                config.integer("replica.fetch.wait.max.ms"),
                config.integer("replica.fetch.min.bytes"),
                config.integer("replica.fetch.response.max.bytes"),
                config.integer("replica.fetch.max.bytes"),
                config.integer("replica.fetch.backoff.ms"));
    }

    private ClusterController.Caller caller() {
        return new ClusterController.Caller(
                SELF,
                "broker-" + config.nodeId(),
                ApiKeys.ALTER_PARTITION.latestVersion(),
                config.integer("controller.socket.timeout.ms"));
    }

    Replication replication() {
        return replication;
    }

    /** The way to ask other brokers. */
    Peers peers() {
        return peers;
    }

    ReplicaChoice choice() {
        return config.text("replica.selector.class") == null
                ? ReplicaChoice.ALWAYS_LEADER
                : new RackAwareChoice(config.nodeId(), config.rack(), quorum::image);
    }

    ReplicationMetrics metrics(Partitions partitions) {
        return new ReplicationMetrics(partitions, replication);
    }

    /** Looks twice in the time that a follower may lag whether one does. */
    void lookAfter(Partitions partitions) {
        alarm.after(
                Math.max(1, config.number("replica.lag.time.max.ms") / 2),
                () -> {
                    partitions.all().forEach(Partition::lookAfterInSync);
                    lookAfter(partitions);
                });
    }

    @Override
    public void close() {
        replication.fetchers().close();
        peers.close();
    }
}
