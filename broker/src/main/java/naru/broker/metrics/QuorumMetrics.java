package naru.broker.metrics;

import static naru.broker.metrics.TransportMetrics.gauge;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.quorum.Quorum;

/** How the node stands in the cluster. Collected on the scraper's thread. */
public final class QuorumMetrics implements MultiCollector {
    private final Quorum quorum;

    public QuorumMetrics(Quorum quorum) {
        this.quorum = quorum;
    }

    @Override
    public MetricSnapshots collect() {
        Quorum.Standing standing = quorum.standing();
        int leader = standing.leaderId().orElse(-1);
        return MetricSnapshots.builder()
                .metricSnapshot(
                        gauge(
                                "naru_quorum_leader_id",
                                "Node that leads the metadata quorum, -1 when none is known",
                                leader))
                .metricSnapshot(
                        gauge(
                                "naru_quorum_epoch",
                                "Epoch of the metadata quorum's leader",
                                standing.epoch()))
                .metricSnapshot(
                        gauge(
                                "naru_quorum_active_controller",
                                "1 where this node is the active controller",
                                leader == quorum.nodeId() ? 1 : 0))
                .metricSnapshot(
                        gauge(
                                "naru_quorum_end_offset",
                                "End of this node's metadata log",
                                standing.endOffset()))
                .metricSnapshot(
                        gauge(
                                "naru_quorum_high_watermark",
                                "Up to where the metadata is known to be committed",
                                standing.highWatermark().orElse(-1)))
                .metricSnapshot(
                        gauge(
                                "naru_broker_fenced",
                                "1 while the controller holds this broker for not alive",
                                standing.fenced() ? 1 : 0))
                .build();
    }
}
