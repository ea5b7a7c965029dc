package naru.broker.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.compaction.CompactionStats;
import naru.log.compaction.Compactor;

import org.apache.kafka.common.TopicPartition;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/** What the cleaners of all data folders do. Collected on the scraper's thread. */
public final class CompactionMetrics implements MultiCollector {
    private final List<Compactor> compactors;
    private final LongSupplier clockMillis;

    public CompactionMetrics(LogDirectories logs, LongSupplier clockMillis) {
        this.compactors = logs.opened().stream().map(LogDirectory::compactor).toList();
        this.clockMillis = clockMillis;
    }

    @Override
    public MetricSnapshots collect() {
        List<CompactionStats> stats = compactors.stream().map(Compactor::stats).toList();
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        all.metricSnapshot(
                counter(
                        "naru_compaction_passes",
                        "Passes over a compacted log that came to their end",
                        stats.stream().mapToLong(CompactionStats::passes).sum()));
        all.metricSnapshot(
                counter(
                        "naru_compaction_read_bytes",
                        "Bytes of batches that compaction has read",
                        stats.stream().mapToLong(CompactionStats::bytesRead).sum()));
        all.metricSnapshot(
                counter(
                        "naru_compaction_written_bytes",
                        "Bytes of segments that compaction has put in place",
                        stats.stream().mapToLong(CompactionStats::bytesWritten).sum()));
        all.metricSnapshot(
                counter(
                        "naru_compaction_freed_bytes",
                        "Bytes by which compaction has made logs smaller",
                        stats.stream().mapToLong(CompactionStats::bytesFreed).sum()));
        all.metricSnapshot(
                TransportMetrics.gauge(
                        "naru_compaction_max_dirty_ratio",
                        "Dirty part of the dirtiest compacted log when it was last looked at, 0 to"
                                + " 1",
                        stats.stream()
                                .mapToDouble(CompactionStats::maxDirtyRatio)
                                .max()
                                .orElse(0)));
        stats.stream()
                .max(Comparator.comparingLong(CompactionStats::lastEndMillis))
                .ifPresent(latest -> addLastPass(all, latest));
        all.metricSnapshot(
                uncleanable(
                        compactors.stream()
                                .flatMap(compactor -> compactor.uncleanable().keySet().stream())
                                .toList()));
        return all.build();
    }

    private void addLastPass(MetricSnapshots.Builder all, CompactionStats stats) {
        long end = stats.lastEndMillis();
        if (end < 0) {
            return;
        }
        all.metricSnapshot(
                TransportMetrics.gauge(
                        "naru_compaction_last_pass_timestamp_seconds",
                        "When the last pass ended, in seconds since 1970",
                        end / 1000.0));
        all.metricSnapshot(
                TransportMetrics.gauge(
                        "naru_compaction_last_pass_age_seconds",
                        "How long ago the last pass ended",
                        Math.max(0, clockMillis.getAsLong() - end) / 1000.0));
        all.metricSnapshot(
                TransportMetrics.gauge(
                        "naru_compaction_last_pass_duration_seconds",
                        "How long the last pass took",
                        stats.lastDurationMillis() / 1000.0));
    }

    private static GaugeSnapshot uncleanable(Collection<TopicPartition> partitions) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder()
                        .name("naru_compaction_uncleanable")
                        .help("1 for each partition that is not compacted because it is damaged");
        for (TopicPartition partition : partitions) {
            gauge.dataPoint(
                    GaugeSnapshot.GaugeDataPointSnapshot.builder()
                            .labels(
                                    Labels.of(
                                            "partition",
                                            Integer.toString(partition.partition()),
                                            "topic",
                                            partition.topic()))
                            .value(1)
                            .build());
        }
        return gauge.build();
    }

    private static CounterSnapshot counter(String name, String help, double value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder().value(value).build())
                .build();
    }
}
