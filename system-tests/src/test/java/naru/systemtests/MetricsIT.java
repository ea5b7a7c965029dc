package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.NaruProcess;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** What a node tells Prometheus, and whoever asks for its health. */
class MetricsIT {
    private static HttpResponse<String> get(NaruProcess node, String path)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI address = URI.create("http://127.0.0.1:" + node.metricsPort() + path);
            return client.send(
                    HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static double value(String metrics, String series) {
        return metrics.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    @Test
    void whatWentInAndOutIsCountedByTopicAndByApi() throws Exception {
        try (NaruProcess node = NaruProcess.start(Map.of())) {
            JavaClients clients = new JavaClients(node.bootstrap());
            clients.createTopic("measured", 1);
            clients.sendNumbers("measured", 100);
            String metrics = get(node, "/metrics").body();
            assertThat(value(metrics, "naru_topic_received_records_total{topic=\"measured\"}"))
                    .isEqualTo(100);
            assertThat(value(metrics, "naru_topic_received_bytes_total{topic=\"measured\"}"))
                    .isGreaterThan(100);
            assertThat(value(metrics, "naru_log_end_offset{partition=\"0\",topic=\"measured\"}"))
                    .isEqualTo(100);
            assertThat(value(metrics, "naru_log_size_bytes{partition=\"0\",topic=\"measured\"}"))
                    .isGreaterThan(100);
            assertThat(value(metrics, "naru_request_duration_seconds_count{api=\"Produce\"}"))
                    .isPositive();
            assertThat(value(metrics, "naru_received_bytes_total")).isGreaterThan(100);
            assertThat(value(metrics, "naru_damaged_batches")).isZero();
            assertThat(value(metrics, "naru_compaction_passes_total")).isZero();
            assertThat(value(metrics, "naru_compaction_max_dirty_ratio")).isZero();
            assertThat(metrics).contains("jvm_memory_used_bytes{area=\"heap\"}");
            assertThat(metrics.lines().filter(line -> line.startsWith("naru_")))
                    .allMatch(line -> line.matches("[a-z_]+(\\{[^}]*})? [-+.0-9A-Za-z]+"));
        }
    }

    @Test
    void healthIsAnsweredWhileTheNodeServes() throws Exception {
        try (NaruProcess node = NaruProcess.start(Map.of())) {
            assertThat(get(node, "/health").statusCode()).isEqualTo(200);
            assertThat(get(node, "/elsewhere").statusCode()).isEqualTo(404);
        }
    }
}
