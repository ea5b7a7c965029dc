package naru.app.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.http.Traffic;

import java.util.ArrayList;
import java.util.List;

/** Requests to HTTP services and how long they took. Collected on the scraper's thread. */
public final class ServiceMetrics implements MultiCollector {
    private final Traffic traffic;

    public ServiceMetrics(Traffic traffic) {
        this.traffic = traffic;
    }

    @Override
    public MetricSnapshots collect() {
        CounterSnapshot.Builder requests =
                CounterSnapshot.builder()
                        .name("naru_http_requests")
                        .help("Requests to HTTP services, by route and status of the answer");
        HistogramSnapshot.Builder durations =
                HistogramSnapshot.builder()
                        .name("naru_http_request_duration_seconds")
                        .help("From the arrival of a request's headers to the end of its answer");
        for (Traffic.Count count : traffic.counts()) {
            Traffic.Route route = count.route();
            Labels labels =
                    Labels.of(
                            "service",
                            route.service(),
                            "method",
                            route.method(),
                            "route",
                            route.template());
            count.answers()
                    .forEach((status, number) ->
                            requests.dataPoint(
                                    CounterSnapshot.CounterDataPointSnapshot.builder()
                                            .labels(labels.merge(Labels.of("status", "" + status)))
                                            .value(number)
                                            .build()));
            durations.dataPoint(
                    HistogramSnapshot.HistogramDataPointSnapshot.builder()
                            .labels(labels)
                            .classicHistogramBuckets(buckets(count.durations()))
                            .sum(count.seconds())
                            .build());
        }
        return MetricSnapshots.of(requests.build(), durations.build());
    }

    private static ClassicHistogramBuckets buckets(List<Long> durations) {
        List<Double> bounds = new ArrayList<>(Traffic.SECONDS);
        bounds.add(Double.POSITIVE_INFINITY);
        return ClassicHistogramBuckets.of(bounds, durations);
    }
}
