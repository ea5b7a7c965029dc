package naru.broker.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.broker.quota.ClientQuotas;
import naru.broker.quota.QuotaCounts;
import naru.broker.quota.QuotaKind;

import java.util.function.ToDoubleFunction;

/** How clients keep to their quotas. Collected on the scraper's thread. */
public final class QuotaMetrics implements MultiCollector {
    private final ClientQuotas quotas;

    public QuotaMetrics(ClientQuotas quotas) {
        this.quotas = quotas;
    }

    @Override
    public MetricSnapshots collect() {
        QuotaCounts counts = quotas.counts();
        return MetricSnapshots.builder()
                .metricSnapshot(
                        byKind(
                                "naru_quota_violations",
                                "Requests of clients that were above a quota",
                                counts::violations))
                .metricSnapshot(
                        byKind(
                                "naru_quota_throttle_seconds",
                                "Time for which clients were told to be silent",
                                counts::throttleSeconds))
                .metricSnapshot(entities())
                .metricSnapshot(
                        counter(
                                "naru_connection_rate_rests",
                                "Times that a listener rested because connections came too fast",
                                counts.connectionRests()))
                .metricSnapshot(
                        counter(
                                "naru_connection_rate_refusals",
                                "Connections refused because their address connected too fast",
                                counts.connectionsHeld()))
                .build();
    }

    private GaugeSnapshot entities() {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder()
                        .name("naru_quota_entities")
                        .help("Users and client ids whose use is measured, and addresses");
        for (QuotaKind kind : QuotaKind.values()) {
            gauge.dataPoint(entities(kind.key(), quotas.tracked(kind)));
        }
        return gauge.dataPoint(
                        entities("connection_creation_rate", quotas.connectionRates().tracked()))
                .build();
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot entities(String kind, int count) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(Labels.of("quota", kind))
                .value(count)
                .build();
    }

    private static CounterSnapshot byKind(
            String name, String help, ToDoubleFunction<QuotaKind> value) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        for (QuotaKind kind : QuotaKind.values()) {
            counter.dataPoint(
                    CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(Labels.of("quota", kind.key()))
                            .value(value.applyAsDouble(kind))
                            .build());
        }
        return counter.build();
    }

    private static CounterSnapshot counter(String name, String help, double value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder().value(value).build())
                .build();
    }
}
