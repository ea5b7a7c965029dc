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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Two schema registries in processes of their own, beside Apache Kafka. */
class RegistryIT {
    private static final int SCHEMAS = 30;
    private static final int EACH = 20;
    private static final int BEFORE_THE_KILL = 5;

    private final HttpClient client = HttpClient.newHttpClient();

    /** Both write at once, half of the schemas are the same, and one is killed in the middle. */
    @Test
    void killedWriterLeavesEachSchemaOneIdAndEachIdOneSchema() throws Exception {
        List<Integer> ports = FreePorts.find(4);
        try (KafkaProcess kafka =
                        KafkaProcess.start(
                                Map.of("transaction.state.log.replication.factor", "1"));
                NaruProcess first = beside(kafka, ports.get(0), ports.get(2));
                NaruProcess second = beside(kafka, ports.get(1), ports.get(3));
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            first.restart();
            second.restart();
            CountDownLatch underWay = new CountDownLatch(BEFORE_THE_KILL);
            var atFirst = writer(threads, 0, ports.get(0), ports.get(1), underWay);
            var atSecond =
                    writer(
                            threads,
                            SCHEMAS - EACH,
                            ports.get(1),
                            ports.get(1),
                            new CountDownLatch(0));
            underWay.await();
            first.kill();
            Map<Integer, Integer> told = new TreeMap<>(atFirst.join());
            atSecond.join()
                    .forEach((number, id) ->
                            assertThat(told.getOrDefault(number, id)).isEqualTo(id));
            told.putAll(atSecond.join());

            Map<Integer, Integer> found = all(ports.get(1));
            assertThat(found).isEqualTo(told);
            assertThat(new HashSet<>(found.values())).hasSize(SCHEMAS);
            first.restart();
            assertThat(all(ports.get(0))).isEqualTo(told);
            int greatest = found.values().stream().mapToInt(id -> id).max().orElseThrow();
            assertThat(register(ports.get(0), SCHEMAS)).isEqualTo(greatest + 1);
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

    /** Registers so many schemas, at the other registry when the one is gone. */
    private CompletableFuture<Map<Integer, Integer>> writer(
            ExecutorService threads, int from, int port, int otherPort, CountDownLatch underWay) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Map<Integer, Integer> ids = new TreeMap<>();
                    for (int number = from; number < from + EACH; number++) {
                        ids.put(number, registerAt(number, port, otherPort));
                        underWay.countDown();
                    }
                    return ids;
                },
                threads);
    }

    private int registerAt(int number, int port, int otherPort) {
        try {
            return register(port, number);
        } catch (IOException gone) {
            return otherPort == port ? -1 : registerAt(number, otherPort, otherPort);
        } catch (InterruptedException stopping) {
            throw new AssertionError(stopping);
        }
    }

    /** The ids of all schemas. */
    private Map<Integer, Integer> all(int port) throws IOException, InterruptedException {
        Map<Integer, Integer> ids = new TreeMap<>();
        for (int number = 0; number < SCHEMAS; number++) {
            String answer = get(port, "/subjects/topic-" + number + "-value/versions/1");
            assertThat(answer).contains("Record" + number + "\\\"");
            ids.put(number, Integer.parseInt(answer.replaceAll(".*\"id\":(\\d+).*", "$1")));
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
