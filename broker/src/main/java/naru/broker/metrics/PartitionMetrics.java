package naru.broker.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.broker.partition.Partition;
import naru.broker.partition.Partitions;
import naru.broker.partition.Standing;
import naru.broker.partition.Traffic;
import naru.log.PartitionLog;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Traffic by topic, logs by partition. Collected on the scraper's thread. */
public final class PartitionMetrics implements MultiCollector {
    private final Partitions partitions;

    public PartitionMetrics(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        Collection<Partition> held = partitions.all();
        all.metricSnapshot(
                byTopic(held, "naru_topic_received_bytes", "Bytes appended", Traffic::bytesIn));
        all.metricSnapshot(
                byTopic(
                        held,
                        "naru_topic_received_records",
                        "Records appended",
                        Traffic::recordsIn));
        all.metricSnapshot(
                byTopic(
                        held,
                        "naru_topic_sent_bytes",
                        "Bytes of records fetched",
                        Traffic::bytesOut));
        all.metricSnapshot(
                byTopic(held, "naru_topic_sent_records", "Records fetched", Traffic::recordsOut));
        all.metricSnapshot(
                byTopic(
                        held,
                        "naru_topic_refused_batches",
                        "Batches that were not appended",
                        Traffic::refusedBatches));
        addLogs(all, held);
        all.metricSnapshot(
                TransportMetrics.gauge(
                        "naru_damaged_batches",
                        "Batches found damaged on disk, which no reader is given",
                        partitions.logs().damagedBatches()));
        all.metricSnapshot(
                TransportMetrics.gauge(
                        "naru_partitions_offline",
                        "Partitions whose log cannot be served",
                        held.stream()
                                .filter(p -> p.standing() instanceof Standing.Offline)
                                .count()));
        return all.build();
    }

    private static CounterSnapshot byTopic(
            Collection<Partition> held, String name, String help, ToLongFunction<Traffic> value) {
        Map<String, Long> sums =
                held.stream()
                        .collect(
                                Collectors.groupingBy(
                                        p -> p.topicPartition().topic(),
                                        TreeMap::new,
                                        Collectors.summingLong(
                                                p -> value.applyAsLong(p.traffic()))));
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        sums.forEach((topic, sum) ->
                counter.dataPoint(
                        CounterSnapshot.CounterDataPointSnapshot.builder()
                                .labels(Labels.of("topic", topic))
                                .value(sum)
                                .build()));
        return counter.build();
    }

    private static void addLogs(MetricSnapshots.Builder all, Collection<Partition> held) {
        GaugeSnapshot.Builder size =
                GaugeSnapshot.builder()
                        .name("naru_log_size_bytes")
                        .help("Bytes of a log's segments");
        GaugeSnapshot.Builder start =
                GaugeSnapshot.builder().name("naru_log_start_offset").help("First offset of a log");
        GaugeSnapshot.Builder end =
                GaugeSnapshot.builder()
                        .name("naru_log_end_offset")
                        .help("Offset that the next record gets");
        for (Partition partition : held) {
            PartitionLog log = partition.log();
            if (log != null) {
                Labels labels =
                        Labels.of(
                                "partition",
                                Integer.toString(partition.topicPartition().partition()),
                                "topic",
                                partition.topicPartition().topic());
                size.dataPoint(point(labels, log.sizeBytes()));
                start.dataPoint(point(labels, log.logStartOffset()));
                end.dataPoint(point(labels, log.logEndOffset()));
            }
        }
        all.metricSnapshot(size.build());
        all.metricSnapshot(start.build());
        all.metricSnapshot(end.build());
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
