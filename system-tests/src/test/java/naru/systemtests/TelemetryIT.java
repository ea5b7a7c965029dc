package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.NaruProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Metrics that Java clients push (KIP-714), seen at the metrics endpoint. */
class TelemetryIT {
    private static String metrics(NaruProcess node) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI address = URI.create("http://127.0.0.1:" + node.metricsPort() + "/metrics");
            HttpResponse<String> response =
                    client.send(
                            HttpRequest.newBuilder(address).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            return response.body();
        }
    }

    private static void subscribe(Admin admin, String name, Map<String, String> settings) {
        List<AlterConfigOp> changes =
                settings.entrySet().stream()
                        .map(each ->
                                new AlterConfigOp(
                                        new ConfigEntry(each.getKey(), each.getValue()),
                                        AlterConfigOp.OpType.SET))
                        .toList();
        JavaClients.await(
                admin.incrementalAlterConfigs(
                                Map.of(
                                        new ConfigResource(
                                                ConfigResource.Type.CLIENT_METRICS, name),
                                        changes))
                        .all());
    }

    @Test
    void metricsOfClientsThatMatchAreShownAndOthersAreNot() throws Exception {
        try (NaruProcess node = NaruProcess.start(Map.of())) {
            JavaClients clients = new JavaClients(node.bootstrap());
            clients.createTopic("pushed", 1);
            try (Admin admin = clients.admin()) {
                subscribe(
                        admin,
                        "producers",
                        Map.of(
                                "metrics",
                                "org.apache.kafka.producer.",
                                "interval.ms",
                                "500",
                                "match",
                                "client_id=wanted.*,client_software_name=apache-kafka-java"));
                assertThat(
                                JavaClients.await(
                                        admin.listConfigResources(
                                                        Set.of(ConfigResource.Type.CLIENT_METRICS),
                                                        new ListConfigResourcesOptions())
                                                .all()))
                        .extracting(ConfigResource::name)
                        .containsExactly("producers");
            }
            try (Producer<String, String> wanted = clients.producer("client.id", "wanted-1");
                    Producer<String, String> other = clients.producer("client.id", "other")) {
                JavaClients.await(wanted.send(new ProducerRecord<>("pushed", "a")));
                JavaClients.await(other.send(new ProducerRecord<>("pushed", "b")));
                Uuid instance = wanted.clientInstanceId(Duration.ofSeconds(30));
                String series = "client_id=\"wanted-1\",client_instance_id=\"" + instance + "\"";
                JavaClients.until(
                        "pushed metrics",
                        () -> {
                            try {
                                return metrics(node).contains(series);
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        });
                String text = metrics(node);
                assertThat(text)
                        .contains("naru_client_producer_connection_creation_total{" + series)
                        .doesNotContain("client_id=\"other\"");
                assertThat(text.lines().filter(line -> line.startsWith("naru_")))
                        .allMatch(line -> line.matches("[a-z0-9_]+(\\{[^}]*})? [-+.0-9A-Za-z]+"));
            }
        }
    }
}
