package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.FreePorts;
import naru.testkit.KafkaProcess;
import naru.testkit.NaruProcess;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** The schema registry in its process: beside its broker, and beside Apache Kafka. */
class RegistryIT {
    private static final int SCHEMAS = 40;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void whatWasRegisteredIsThereAfterAKill() throws Exception {
        int port = FreePorts.find(1).getFirst();
        Map<String, String> settings = new HashMap<>();
        settings.put("naru.services", "broker,registry");
        settings.put("naru.registry.listeners", "http://127.0.0.1:" + port);
        try (NaruProcess naru = NaruProcess.start(settings)) {
            Map<Integer, Integer> ids = new TreeMap<>();
            for (int number = 0; number < SCHEMAS; number++) {
                ids.put(number, register(port, number));
            }
            naru.kill();
            naru.restart();
            for (int number = 0; number < SCHEMAS; number++) {
                assertThat(get(port, "/schemas/ids/" + ids.get(number)))
                        .contains("Record" + number + "\\\"");
            }
            assertThat(register(port, SCHEMAS)).isEqualTo(SCHEMAS + 1);
        }
    }

    @Test
    void twoRegistriesBesideKafkaGiveEachSchemaOneId() throws Exception {
        List<Integer> ports = FreePorts.find(4);
        try (KafkaProcess kafka =
                        KafkaProcess.start(
                                Map.of("transaction.state.log.replication.factor", "1"));
                NaruProcess first = beside(kafka, ports.get(0), ports.get(2));
                NaruProcess second = beside(kafka, ports.get(1), ports.get(3));
                var threads = Executors.newFixedThreadPool(2)) {
            first.restart();
            second.restart();
            List<CompletableFuture<Map<Integer, Integer>>> writers = new ArrayList<>();
            for (int port : List.of(ports.get(0), ports.get(1))) {
                writers.add(CompletableFuture.supplyAsync(() -> registerAll(port), threads));
            }
            Map<Integer, Integer> one = writers.get(0).join();
            assertThat(writers.get(1).join()).isEqualTo(one);
            Set<Integer> ids = new TreeSet<>(one.values());
            assertThat(ids).hasSize(SCHEMAS / 4);
            first.kill();
            assertThat(register(ports.get(1), SCHEMAS)).isEqualTo(SCHEMAS / 4 + 1);
        }
    }

    private static NaruProcess beside(KafkaProcess kafka, int port, int metricsPort) {
        return NaruProcess.prepare(
                Map.of(
                        "naru.services",
                        "registry",
                        "naru.bootstrap",
                        kafka.bootstrap(),
                        "naru.registry.listeners",
                        "http://127.0.0.1:" + port,
                        "naru.metrics.listeners",
                        "http://127.0.0.1:" + metricsPort));
    }

    private Map<Integer, Integer> registerAll(int port) {
        Map<Integer, Integer> ids = new TreeMap<>();
        for (int number = 0; number < SCHEMAS / 4; number++) {
            try {
                ids.put(number, register(port, number));
            } catch (IOException | InterruptedException fault) {
                throw new AssertionError(fault);
            }
        }
        return ids;
    }

    private int register(int port, int number) throws IOException, InterruptedException {
        String schema =
                "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Record%d\\\",\\\"fields\\\":[]}\"}"
                        .formatted(number);
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(
                                        uri(port, "/subjects/topic-" + number + "-value/versions"))
                                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                                .POST(HttpRequest.BodyPublishers.ofString(schema))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Integer.parseInt(answer.body().replaceAll("\\D", ""));
    }

    private String get(int port, String path) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(uri(port, path)).build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
