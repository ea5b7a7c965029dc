package naru.broker.metrics;

import static naru.broker.metrics.TransportMetrics.gauge;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.broker.balance.Balancer;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerNode;
import naru.quorum.ClusterImage.PartitionState;
import naru.quorum.Quorum;

/**
 * The whole cluster as a controller's node sees it, with the meaning of the controller's metrics of
 * Kafka. All controllers tell the same, but for the moves, which are those of this node. Collected
 * on the scraper's thread.
 */
public final class ClusterMetrics implements MultiCollector {
    private final Quorum quorum;
    private final Balancer balancer;

    public ClusterMetrics(Quorum quorum, Balancer balancer) {
        this.quorum = quorum;
        this.balancer = balancer;
    }

    @Override
    public MetricSnapshots collect() {
        ClusterImage image = quorum.image();
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        int fenced = 0;
        for (BrokerNode broker : image.brokers()) {
            fenced += broker.fenced() ? 1 : 0;
        }
        all.metricSnapshot(
                gauge(
                        "naru_cluster_brokers_active",
                        "Brokers that are not fenced (ActiveBrokerCount)",
                        image.brokers().size() - fenced));
        all.metricSnapshot(
                gauge(
                        "naru_cluster_brokers_fenced",
                        "Brokers that the controller holds for not alive (FencedBrokerCount)",
                        fenced));
        partitions(all, image);
        all.metricSnapshot(
                CounterSnapshot.builder()
                        .name("naru_balance_moves")
                        .help("Leaders and replicas that this node has moved for balance")
                        .dataPoint(moves("leader", balancer.leaderMoves()))
                        .dataPoint(moves("replica", balancer.replicaMoves()))
                        .build());
        return all.build();
    }

    private static void partitions(MetricSnapshots.Builder all, ClusterImage image) {
        int topics = 0;
        int partitions = 0;
        int offline = 0;
        int notPreferred = 0;
        int moving = 0;
        for (ClusterImage.Topic topic : image.topics()) {
            topics++;
            for (int index = 0; index < topic.partitionCount(); index++) {
                PartitionState state = topic.partition(index);
                if (state != null) {
                    partitions++;
                    offline += state.leader() < 0 ? 1 : 0;
                    notPreferred += state.leader() == state.replicas().getFirst() ? 0 : 1;
                    moving += state.isReassigning() ? 1 : 0;
                }
            }
        }
        all.metricSnapshot(
                gauge("naru_cluster_topics", "Topics of the cluster (GlobalTopicCount)", topics));
        all.metricSnapshot(
                gauge(
                        "naru_cluster_partitions",
                        "Partitions of the cluster (GlobalPartitionCount)",
                        partitions));
        all.metricSnapshot(
                gauge(
                        "naru_cluster_partitions_offline",
                        "Partitions without a leader (OfflinePartitionsCount)",
                        offline));
        all.metricSnapshot(
                gauge(
                        "naru_cluster_partitions_not_preferred",
                        "Partitions that another than the preferred leader leads"
                                + " (PreferredReplicaImbalanceCount)",
                        notPreferred));
        all.metricSnapshot(
                gauge(
                        "naru_cluster_partitions_reassigning",
                        "Partitions whose replicas are being moved (ReassigningPartitions)",
                        moving));
    }

    private static CounterSnapshot.CounterDataPointSnapshot moves(String kind, long count) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(Labels.of("kind", kind))
                .value(count)
                .build();
    }
}
