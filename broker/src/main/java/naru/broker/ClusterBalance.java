package naru.broker;

import io.prometheus.metrics.model.registry.MultiCollector;

import naru.broker.balance.BalanceSettings;
import naru.broker.balance.Balancer;
import naru.broker.balance.OwnCluster;
import naru.broker.config.DynamicConfig;
import naru.broker.config.InternalTopics;
import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.broker.metrics.ClusterMetrics;
import naru.broker.replication.NetworkPeers;
import naru.broker.replication.PeerNetwork;
import naru.broker.replication.Peers;
import naru.quorum.Quorum;

import org.jspecify.annotations.Nullable;

/** What a controller's node needs to keep the cluster even, put together. */
final class ClusterBalance implements AutoCloseable {
    private final Quorum quorum;
    private final @Nullable Peers own;
    private final Balancer balancer;

    /**
     * @param replicas of this node where it is a broker too, whose way to other brokers is shared
     */
    ClusterBalance(DynamicConfig dynamic, Quorum quorum, @Nullable Replicas replicas) {
        this.quorum = quorum;
        Peers peers =
                replicas == null
                        ? new NetworkPeers(new PeerNetwork(dynamic::current, quorum::image))
                        : replicas.peers();
        this.own = replicas == null ? peers : null;
        this.balancer =
                new Balancer(
                        () -> settings(dynamic.current()),
                        this::mayBalance,
                        new OwnCluster(quorum, peers),
                        "node-" + quorum.nodeId());
    }

    private static BalanceSettings settings(NodeConfig config) {
        return new BalanceSettings(
                config.flag(NaruSettings.BALANCE),
                config.number(NaruSettings.BALANCE_INTERVAL),
                config.integer(NaruSettings.BALANCE_THRESHOLD) / 100.0,
                config.number(NaruSettings.BALANCE_THROTTLE),
                config.flag("auto.leader.rebalance.enable"),
                InternalTopics.wantedReplicas(config));
    }

    /** Where the active controller is, and there is more than one node to be balanced. */
    private boolean mayBalance() {
        return quorum.standing().leaderId().orElse(-1) == quorum.nodeId()
                && quorum.image().brokers().size() > 1;
    }

    MultiCollector metrics() {
        return new ClusterMetrics(quorum, balancer);
    }

    void start() {
        balancer.start();
    }

    @Override
    public void close() {
        balancer.close();
        if (own != null) {
            own.close();
        }
    }
}
