package naru.broker.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.broker.config.RecordPolicy.Reaction;
import naru.broker.enforce.EnforcementCounts;

import java.util.Locale;

/** Records that are not of their schema, by topic. Collected on the scraper's thread. */
public final class EnforcementMetrics implements MultiCollector {
    private final EnforcementCounts counts;

    public EnforcementMetrics(EnforcementCounts counts) {
        this.counts = counts;
    }

    @Override
    public MetricSnapshots collect() {
        CounterSnapshot.Builder bad =
                CounterSnapshot.builder()
                        .name("naru_schema_bad_records")
                        .help("Records that are not of their schema, by what happened to them");
        CounterSnapshot.Builder unchecked =
                CounterSnapshot.builder()
                        .name("naru_schema_unchecked_batches")
                        .help("Batches that could not be held against their schemas");
        counts.all()
                .forEach((topic, of) -> {
                    for (Reaction reaction : Reaction.values()) {
                        if (of.badRecords(reaction) > 0) {
                            String name = reaction.name().toLowerCase(Locale.ROOT);
                            Labels labels = Labels.of("reaction", name, "topic", topic);
                            bad.dataPoint(point(labels, of.badRecords(reaction)));
                        }
                    }
                    unchecked.dataPoint(point(Labels.of("topic", topic), of.uncheckedBatches()));
                });
        return MetricSnapshots.of(bad.build(), unchecked.build());
    }

    private static CounterDataPointSnapshot point(Labels labels, long value) {
        return CounterDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
