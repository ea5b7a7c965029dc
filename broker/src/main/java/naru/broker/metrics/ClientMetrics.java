package naru.broker.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.broker.telemetry.ClientTelemetry;
import naru.broker.telemetry.Series;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What clients told of themselves (KIP-714). Collected on the scraper's thread. */
public final class ClientMetrics implements MultiCollector {
    private static final String HELP = "Pushed by clients (KIP-714)";

    private final ClientTelemetry telemetry;

    public ClientMetrics(ClientTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    /** The series of one name. All are of the kind of the first one: a name has one kind only. */
    private record Family(boolean counter, List<Map.Entry<Series, Double>> series) {}

    @Override
    public MetricSnapshots collect() {
        Map<String, Family> families = new TreeMap<>();
        for (Map<Series, Double> instance : telemetry.values()) {
            for (Map.Entry<Series, Double> each : instance.entrySet()) {
                Series series = each.getKey();
                Family family =
                        families.computeIfAbsent(
                                series.name(),
                                name -> new Family(series.counter(), new ArrayList<>()));
                if (family.counter() == series.counter()) {
                    family.series().add(each);
                }
            }
        }
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        families.forEach((name, family) -> all.metricSnapshot(snapshot(name, family)));
        all.metricSnapshot(
                TransportMetrics.gauge(
                        "naru_telemetry_instances",
                        "Client instances that push metrics or were asked to",
                        telemetry.instanceCount()));
        all.metricSnapshot(
                counter("naru_telemetry_pushes", "Pushes that were taken", telemetry.pushes()));
        all.metricSnapshot(
                counter(
                        "naru_telemetry_left_out",
                        "Series of clients that were left out because there are too many",
                        telemetry.leftOut()));
        return all.build();
    }

    private static CounterSnapshot counter(String name, String help, double value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder().value(value).build())
                .build();
    }

    private static MetricSnapshot snapshot(String name, Family family) {
        if (family.counter()) {
            CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(HELP);
            for (Map.Entry<Series, Double> each : family.series()) {
                counter.dataPoint(
                        CounterSnapshot.CounterDataPointSnapshot.builder()
                                .labels(each.getKey().labels())
                                .value(Math.max(0, each.getValue()))
                                .build());
            }
            return counter.build();
        }
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(HELP);
        for (Map.Entry<Series, Double> each : family.series()) {
            gauge.dataPoint(
                    GaugeSnapshot.GaugeDataPointSnapshot.builder()
                            .labels(each.getKey().labels())
                            .value(each.getValue())
                            .build());
        }
        return gauge.build();
    }
}
