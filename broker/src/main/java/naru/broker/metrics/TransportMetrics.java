package naru.broker.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import naru.broker.transport.Transport;
import naru.broker.transport.TransportStats;
import naru.broker.transport.TransportStats.Total;

import org.apache.kafka.common.protocol.ApiKeys;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** Requests, their latency, bytes and connections. Collected on the scraper's thread. */
public final class TransportMetrics implements MultiCollector {
    private final Transport transport;

    public TransportMetrics(Transport transport) {
        this.transport = transport;
    }

    @Override
    public MetricSnapshots collect() {
        List<TransportStats> loops = transport.stats();
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        addRequests(all, loops);
        all.metricSnapshot(
                total(
                        "naru_received_bytes",
                        "Bytes read from clients",
                        loops,
                        Total.BYTES_RECEIVED));
        all.metricSnapshot(
                total("naru_sent_bytes", "Bytes of replies to clients", loops, Total.BYTES_SENT));
        all.metricSnapshot(
                total(
                        "naru_connections_accepted",
                        "Connections taken",
                        loops,
                        Total.CONNECTIONS_ACCEPTED));
        all.metricSnapshot(
                total(
                        "naru_connections_refused",
                        "Connections refused by a limit",
                        loops,
                        Total.CONNECTIONS_REFUSED));
        all.metricSnapshot(
                total(
                        "naru_frames_refused",
                        "Frames that could not be served and ended their connection",
                        loops,
                        Total.FRAMES_REFUSED));
        addLogins(all, loops);
        all.metricSnapshot(gauge("naru_connections", "Open connections", transport.connections()));
        all.metricSnapshot(
                gauge(
                        "naru_frame_memory_bytes",
                        "Memory held by frames that have not arrived whole",
                        transport.frameMemoryBytes()));
        return all.build();
    }

    private void addLogins(MetricSnapshots.Builder all, List<TransportStats> loops) {
        all.metricSnapshot(
                total("naru_tls_handshakes", "TLS handshakes done", loops, Total.HANDSHAKES));
        all.metricSnapshot(
                total(
                        "naru_tls_handshakes_failed",
                        "Connections that ended before their TLS handshake was done",
                        loops,
                        Total.HANDSHAKES_FAILED));
        all.metricSnapshot(total("naru_logins", "Logins by SASL done", loops, Total.LOGINS));
        all.metricSnapshot(
                total(
                        "naru_logins_failed",
                        "Connections that ended before their login by SASL was done",
                        loops,
                        Total.LOGINS_FAILED));
        all.metricSnapshot(
                gauge(
                        "naru_strangers",
                        "Connections that have not shown who they are",
                        transport.strangers()));
    }

    private static void addRequests(MetricSnapshots.Builder all, List<TransportStats> loops) {
        CounterSnapshot.Builder failures =
                CounterSnapshot.builder()
                        .name("naru_request_failures")
                        .help("Requests refused as a whole");
        HistogramSnapshot.Builder latency =
                HistogramSnapshot.builder()
                        .name("naru_request_duration_seconds")
                        .help("Time from a request's last byte to its reply");
        double[] bounds = TransportStats.bucketSeconds();
        double[] withInfinity = Arrays.copyOf(bounds, bounds.length + 1);
        withInfinity[bounds.length] = Double.POSITIVE_INFINITY;
        for (ApiKeys api : ApiKeys.values()) {
            if (sum(loops, stats -> stats.requests(api.id)) == 0) {
                continue;
            }
            Labels labels = Labels.of("api", api.name);
            failures.dataPoint(
                    CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(labels)
                            .value(sum(loops, stats -> stats.failures(api.id)))
                            .build());
            Number[] counts = new Number[withInfinity.length];
            for (int i = 0; i < counts.length; i++) {
                int bucket = i;
                counts[i] = sum(loops, stats -> stats.bucket(api.id, bucket));
            }
            latency.dataPoint(
                    HistogramSnapshot.HistogramDataPointSnapshot.builder()
                            .labels(labels)
                            .sum(loops.stream().mapToDouble(s -> s.seconds(api.id)).sum())
                            .classicHistogramBuckets(
                                    ClassicHistogramBuckets.of(
                                            boxed(withInfinity), List.of(counts)))
                            .build());
        }
        all.metricSnapshot(failures.build());
        all.metricSnapshot(latency.build());
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static long sum(List<TransportStats> loops, ToLongFunction<TransportStats> value) {
        return loops.stream().mapToLong(value).sum();
    }

    private static CounterSnapshot total(
            String name, String help, List<TransportStats> loops, Total total) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(
                        CounterSnapshot.CounterDataPointSnapshot.builder()
                                .value(sum(loops, stats -> stats.total(total)))
                                .build())
                .build();
    }

    static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).build())
                .build();
    }
}
