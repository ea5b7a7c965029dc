package naru.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;

import naru.broker.metrics.ClientMetrics;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.AnyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Gauge;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Sum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

class ClientTelemetryTest {
    private static final int MAX_BYTES = 100_000;
    private static final int MOST = 20;
    private static final int NONE = CompressionType.NONE.id;

    private long nowMillis = 5_000_000;
    private final ClientTelemetry telemetry = new ClientTelemetry(MAX_BYTES, () -> nowMillis, MOST);
    private final Uuid id = Uuid.randomUuid();
    private final ClientTraits client = traits(id, "orders");

    private static ClientTraits traits(Uuid id, String clientId) {
        return new ClientTraits(
                clientId, id.toString(), "apache-kafka-java", "4.3.1", "127.0.0.1", 1234);
    }

    private void subscribe(String metrics, int intervalMillis, String match) {
        telemetry.set(
                List.of(
                        Map.of(
                                "metrics",
                                metrics,
                                "interval.ms",
                                Integer.toString(intervalMillis),
                                "match",
                                match)));
    }

    private Errors push(int subscription, boolean terminating, byte[] metrics) {
        Errors admitted =
                telemetry.admit(id, client, subscription, terminating, NONE, metrics.length);
        return admitted == Errors.NONE ? telemetry.take(id, client, NONE, metrics) : admitted;
    }

    private static NumberDataPoint point(double value, String... attributes) {
        NumberDataPoint.Builder point = NumberDataPoint.newBuilder().setAsDouble(value);
        for (int i = 0; i < attributes.length; i += 2) {
            point.addAttributes(
                    KeyValue.newBuilder()
                            .setKey(attributes[i])
                            .setValue(AnyValue.newBuilder().setStringValue(attributes[i + 1])));
        }
        return point.build();
    }

    private static Metric gauge(String name, NumberDataPoint... points) {
        return Metric.newBuilder()
                .setName(name)
                .setGauge(Gauge.newBuilder().addAllDataPoints(List.of(points)))
                .build();
    }

    private static Metric sum(String name, boolean delta, NumberDataPoint... points) {
        return Metric.newBuilder()
                .setName(name)
                .setSum(
                        Sum.newBuilder()
                                .addAllDataPoints(List.of(points))
                                .setIsMonotonic(true)
                                .setAggregationTemporality(
                                        delta
                                                ? AggregationTemporality
                                                        .AGGREGATION_TEMPORALITY_DELTA
                                                : AggregationTemporality
                                                        .AGGREGATION_TEMPORALITY_CUMULATIVE))
                .build();
    }

    private static byte[] data(List<Metric> metrics) {
        return MetricsData.newBuilder()
                .addResourceMetrics(
                        ResourceMetrics.newBuilder()
                                .addScopeMetrics(ScopeMetrics.newBuilder().addAllMetrics(metrics)))
                .build()
                .toByteArray();
    }

    private List<String> shown() {
        List<String> lines = new ArrayList<>();
        for (MetricSnapshot snapshot : new ClientMetrics(telemetry).collect()) {
            String name = snapshot.getMetadata().getName();
            assertThat(PrometheusNaming.isValidMetricName(name)).as(name).isTrue();
            snapshot.getDataPoints()
                    .forEach(each ->
                            lines.add(
                                    name
                                            + " "
                                            + each.getLabels().stream()
                                                    .map(label ->
                                                            label.getName()
                                                                    + "="
                                                                    + label.getValue())
                                                    .toList()));
        }
        return lines;
    }

    @Test
    void subscriptionsOfAClientAreUnitedAndTheirIdChangesWithThem() {
        telemetry.set(
                List.of(
                        Map.of("metrics", "a.,b.", "interval.ms", "60000"),
                        Map.of("metrics", "b.,c.", "match", "client_id=ord.*"),
                        Map.of("metrics", "d.", "match", "client_id=ord"),
                        Map.of(
                                "metrics",
                                "e.",
                                "match",
                                "client_id=orders,client_software_version=4\\.4.*")));
        ClientTelemetry.Asked asked = telemetry.ask(id, client);
        assertThat(asked.metrics()).containsExactly("a.", "b.", "c.");
        assertThat(asked.pushIntervalMillis()).isEqualTo(60_000);
        subscribe("*", 1000, "");
        nowMillis += 60_000;
        ClientTelemetry.Asked later = telemetry.ask(id, client);
        assertThat(later.metrics()).containsExactly("*");
        assertThat(later.subscriptionId()).isNotEqualTo(asked.subscriptionId());
    }

    @Test
    void questionsAndPushesBeforeTheirTimeAreThrottled() {
        subscribe("*", 1000, "");
        int subscription = telemetry.ask(id, client).subscriptionId();
        assertThat(telemetry.ask(id, client).error()).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
        nowMillis++;
        assertThat(push(subscription, false, data(List.of()))).isEqualTo(Errors.NONE);
        nowMillis += 999;
        assertThat(push(subscription, false, data(List.of())))
                .isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
        nowMillis += 1;
        assertThat(push(subscription, false, data(List.of()))).isEqualTo(Errors.NONE);
        assertThat(push(subscription, true, data(List.of())))
                .as("the last one")
                .isEqualTo(Errors.NONE);
        assertThat(push(subscription, true, data(List.of()))).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void clientWhoseSubscriptionChangedIsToldAndMayAskAtOnce() {
        subscribe("*", 100_000, "");
        int subscription = telemetry.ask(id, client).subscriptionId();
        subscribe("a.", 100_000, "");
        nowMillis++;
        assertThat(push(subscription, false, data(List.of())))
                .isEqualTo(Errors.UNKNOWN_SUBSCRIPTION_ID);
        assertThat(telemetry.ask(id, client).metrics()).containsExactly("a.");
    }

    @Test
    void numbersAreShownUnderTheNamesOfPrometheus() {
        subscribe("*", 100, "");
        int subscription = telemetry.ask(id, client).subscriptionId();
        nowMillis++;
        Metric rate =
                gauge(
                        "org.apache.kafka.producer.node.request.latency.avg",
                        point(3, "node_id", "1"));
        Metric total = sum("org.apache.kafka.producer.record.send.total", true, point(5));
        assertThat(push(subscription, false, data(List.of(rate, total)))).isEqualTo(Errors.NONE);
        nowMillis += 100;
        assertThat(push(subscription, false, data(List.of(rate, total)))).isEqualTo(Errors.NONE);
        String who = "client_id=orders, client_instance_id=" + id;
        assertThat(shown())
                .contains(
                        "naru_client_producer_node_request_latency_avg [" + who + ", node_id=1]",
                        "naru_client_producer_record_send [" + who + "]");
        assertThat(telemetry.values().getFirst().values()).containsExactlyInAnyOrder(3.0, 10.0);
    }

    @Test
    void hostileNamesAndLabelsStayValid() {
        subscribe("*", 100, "");
        int subscription = telemetry.ask(id, client).subscriptionId();
        nowMillis++;
        List<Metric> metrics =
                List.of(
                        gauge("x\n# TYPE evil counter\nevil", point(1, "le", "1", "__name__", "x")),
                        gauge("", point(1)),
                        gauge("same.name", point(1)),
                        sum("same_name_total", false, point(2)),
                        gauge("same-name", point(3)),
                        sum("negative.total", false, point(-1)),
                        gauge("y", point(1, "client_id", "somebody", "a\"b", "c\nd", "a b", "e")),
                        gauge("n".repeat(10_000), point(Double.NaN, "k".repeat(10_000), "v")));
        assertThat(push(subscription, false, data(metrics))).isEqualTo(Errors.NONE);
        assertThat(shown())
                .noneMatch(line -> line.contains("somebody"))
                .allMatch(line -> line.length() < 1000 && line.lines().count() == 1)
                .contains(
                        "naru_client_y [a_b=c?d, client_id=orders, client_instance_id=" + id + "]");
    }

    @Test
    void bombsAreTooLargeAndGarbageIsRefused() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(new byte[50 << 20]);
        }
        assertThat(packed.size()).isLessThan(MAX_BYTES);
        assertThat(telemetry.take(id, client, CompressionType.GZIP.id, packed.toByteArray()))
                .isEqualTo(Errors.TELEMETRY_TOO_LARGE);
        assertThat(telemetry.take(id, client, CompressionType.ZSTD.id, new byte[] {1, 2, 3}))
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(telemetry.take(id, client, NONE, new byte[] {10, 127, 1}))
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(telemetry.admit(id, client, 0, false, 9, 1)).isNotEqualTo(Errors.NONE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void bentBytesDoNoHarm(long seed) {
        Random random = new Random(seed);
        byte[] good =
                data(
                        List.of(
                                gauge("a.b", point(1, "topic", "t"), point(2, "topic", "u")),
                                sum("c.total", true, point(3, "node_id", "1"))));
        for (int i = 0; i < 3000; i++) {
            byte[] bent = good.clone();
            for (int k = 0; k <= random.nextInt(4); k++) {
                bent[random.nextInt(bent.length)] = (byte) random.nextInt();
            }
            assertThat(telemetry.take(id, client, NONE, bent))
                    .as("seed %d, step %d", seed, i)
                    .isIn(Errors.NONE, Errors.INVALID_RECORD);
        }
        assertThat(shown()).isNotEmpty();
        assertThat(telemetry.values().getFirst().size())
                .isLessThanOrEqualTo(ClientInstance.MOST_SERIES);
    }

    @Test
    void instancesAreBoundedAndIdleOnesGo() {
        subscribe("*", 100, "");
        for (int i = 0; i < 100; i++) {
            Uuid each = Uuid.randomUuid();
            telemetry.ask(each, traits(each, "c" + i));
        }
        assertThat(telemetry.instanceCount()).isEqualTo(MOST);
        nowMillis += 61_000;
        assertThat(telemetry.instanceCount()).isZero();
    }
}
