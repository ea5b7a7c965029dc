package naru.broker.replication;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.broker.partition.Followers;
import naru.broker.partition.Partition;
import naru.broker.partition.Partitions;
import naru.broker.partition.Standing;

import java.util.Collection;

/**
 * How replication fares, with the meaning of Kafka's metrics of the same words. Collected on the
 * scraper's thread.
 */
public final class ReplicationMetrics implements MultiCollector {
    private final Partitions partitions;
    private final BrokerReplication replication;

    public ReplicationMetrics(Partitions partitions, BrokerReplication replication) {
        this.partitions = partitions;
        this.replication = replication;
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        Collection<Partition> held = partitions.all();
        counts(all, held);
        InSyncChanges changes = replication.changes();
        counter(all, "naru_isr_shrinks", "Times that replicas fell out of sync", changes.shrinks());
        counter(all, "naru_isr_expands", "Times that replicas came in sync", changes.expands());
        counter(
                all,
                "naru_isr_changes_refused",
                "Changes of in-sync replicas that the controller did not make",
                changes.refusals());
        Fetchers.Totals fetched = replication.fetchers().totals();
        gauge(
                all,
                "naru_replica_fetchers",
                "Connections on which leaders are followed",
                fetched.fetchers());
        counter(all, "naru_replica_fetch_requests", "Fetches sent to leaders", fetched.requests());
        counter(all, "naru_replica_fetch_failures", "Fetches that failed", fetched.failures());
        long in = held.stream().mapToLong(one -> one.traffic().replicationBytesIn()).sum();
        long out = held.stream().mapToLong(one -> one.traffic().replicationBytesOut()).sum();
        counter(all, "naru_replication_received_bytes", "Bytes that leaders sent", in);
        counter(all, "naru_replication_sent_bytes", "Bytes sent to followers", out);
        lags(all, held);
        return all.build();
    }

    private static void counts(MetricSnapshots.Builder all, Collection<Partition> held) {
        long leaders = 0;
        long underReplicated = 0;
        long underMinimum = 0;
        long atMinimum = 0;
        for (Partition partition : held) {
            if (partition.standing() instanceof Standing.Leading leading) {
                leaders++;
                Followers followers = leading.followers();
                if (followers != null) {
                    int least = partition.minInSyncReplicas();
                    underReplicated += followers.isUnderReplicated() ? 1 : 0;
                    underMinimum += followers.isUnderMinimum(least) ? 1 : 0;
                    atMinimum += followers.inSyncCount() == least ? 1 : 0;
                }
            }
        }
        gauge(all, "naru_partitions", "Replicas that this broker holds", held.size());
        gauge(all, "naru_partitions_led", "Partitions that this broker leads", leaders);
        gauge(
                all,
                "naru_partitions_under_replicated",
                "Partitions led here with a replica out of sync",
                underReplicated);
        gauge(
                all,
                "naru_partitions_under_min_isr",
                "Partitions led here with fewer in sync than min.insync.replicas",
                underMinimum);
        gauge(
                all,
                "naru_partitions_at_min_isr",
                "Partitions led here with just min.insync.replicas in sync",
                atMinimum);
    }

    /** Of each follower that is behind; those that are not have none. */
    private static void lags(MetricSnapshots.Builder all, Collection<Partition> held) {
        GaugeSnapshot.Builder lags =
                GaugeSnapshot.builder()
                        .name("naru_replica_lag_records")
                        .help("Offsets that a follower is behind the leader, where it is");
        for (Partition partition : held) {
            if (!(partition.standing() instanceof Standing.Leading leading)
                    || leading.followers() == null) {
                continue;
            }
            long end = leading.log().logEndOffset();
            for (Followers.Progress one : leading.followers().progress()) {
                if (one.endOffset() < end) {
                    lags.dataPoint(
                            GaugeSnapshot.GaugeDataPointSnapshot.builder()
                                    .labels(
                                            Labels.of(
                                                    "broker",
                                                    Integer.toString(one.broker()),
                                                    "partition",
                                                    Integer.toString(
                                                            partition.topicPartition().partition()),
                                                    "topic",
                                                    partition.topicPartition().topic()))
                                    .value(end - Math.max(0, one.endOffset()))
                                    .build());
                }
            }
        }
        all.metricSnapshot(lags.build());
    }

    private static void gauge(MetricSnapshots.Builder all, String name, String help, double value) {
        all.metricSnapshot(
                GaugeSnapshot.builder()
                        .name(name)
                        .help(help)
                        .dataPoint(
                                GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).build())
                        .build());
    }

    private static void counter(
            MetricSnapshots.Builder all, String name, String help, double value) {
        all.metricSnapshot(
                CounterSnapshot.builder()
                        .name(name)
                        .help(help)
                        .dataPoint(
                                CounterSnapshot.CounterDataPointSnapshot.builder()
                                        .value(value)
                                        .build())
                        .build());
    }
}
