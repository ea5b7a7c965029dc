package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.FreePorts;
import naru.testkit.NaruProcess;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The REST proxy in its process, asked by curl. */
class RestProxyIT {
    private static final int RECORDS = 10_000;
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir static Path folder;

    private static NaruProcess naru;
    private static String registry = "";
    private static String rest = "";

    @BeforeAll
    static void serve() {
        List<Integer> ports = FreePorts.find(2);
        registry = "127.0.0.1:" + ports.get(0);
        rest = "127.0.0.1:" + ports.get(1);
        Map<String, String> settings = new HashMap<>();
        settings.put("naru.services", "broker,registry,rest");
        settings.put("naru.registry.listeners", "http://" + registry);
        settings.put("naru.rest.listeners", "http://" + rest);
        naru = NaruProcess.start(settings);
    }

    @AfterAll
    static void stop() {
        naru.close();
    }

    @Test
    void documentedCommandsPrintWhatIsShown() throws IOException {
        Map<String, String> services = Map.of("127.0.0.1:8081", registry, "127.0.0.1:8082", rest);
        assertThat(
                        new DocumentedExamples("docs/rest.md", folder, naru.bootstrap(), services)
                                .verify())
                .isGreaterThan(10);
    }

    @Test
    void everyRecordOfALongStreamIsAnsweredInItsPlace() throws Exception {
        Path records = folder.resolve("records.json");
        Files.writeString(records, records(RECORDS));
        String receipts =
                Program.run(
                                List.of(
                                        "curl",
                                        "-sS",
                                        "-H",
                                        "Content-Type: application/json",
                                        "-H",
                                        "Transfer-Encoding: chunked",
                                        "-T",
                                        records.toString(),
                                        "-X",
                                        "POST",
                                        stream("long-stream")))
                        .succeeded();
        List<String> lines = receipts.lines().toList();
        assertThat(lines).hasSize(RECORDS);
        for (int number = 0; number < RECORDS; number++) {
            assertThat(lines.get(number))
                    .contains("\"error_code\":200")
                    .contains("\"offset\":" + number + ",");
        }
    }

    @Test
    void whatAKilledClientSentIsStoredAndOthersGoOn() throws Exception {
        Process client =
                new ProcessBuilder(
                                "curl",
                                "-sS",
                                "-N",
                                "-H",
                                "Content-Type: application/json",
                                "-T",
                                "-",
                                "-X",
                                "POST",
                                stream("cut"))
                        .redirectErrorStream(true)
                        .start();
        try (OutputStream input = client.getOutputStream()) {
            input.write(records(100).getBytes(StandardCharsets.UTF_8));
            input.write("{\"value\":{\"type\":\"JSON\",".getBytes(StandardCharsets.UTF_8));
            input.flush();
            await(() -> ask("/topics/cut/partitions/0/offsets").contains("\"end_offset\":100"));
            client.destroyForcibly().waitFor(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (IOException pipeIsGone) {
            assertThat(client.isAlive()).isFalse();
        }
        assertThat(ask("/topics/cut/partitions/0/offsets")).contains("\"end_offset\":100");
        assertThat(ask("/topics")).contains("\"cut\"");
    }

    @Test
    void usersActInTheirOwnNames() throws Exception {
        List<Integer> ports = FreePorts.find(2);
        Map<String, String> settings = new HashMap<>();
        settings.put("naru.services", "broker,rest");
        settings.put("naru.rest.listeners", "http://127.0.0.1:" + ports.get(0));
        settings.put("listeners", "SASL_PLAINTEXT://127.0.0.1:" + ports.get(1));
        settings.put("security.inter.broker.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        settings.put(
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " username=\"admin\" password=\"a-secret\" user_admin=\"a-secret\""
                        + " user_alice=\"b-secret\";");
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:admin");
        try (NaruProcess secured = NaruProcess.start(settings)) {
            String records = "http://127.0.0.1:" + ports.get(0) + "/topics/secret";
            assertThat(secured.bootstrap()).isNotEmpty();
            assertThat(produceAs("", records)).contains("40101");
            assertThat(produceAs("alice:wrong", records)).contains("40101");
            assertThat(produceAs("admin:a-secret", records)).contains("\"offset\":0");
            assertThat(produceAs("alice:b-secret", records)).contains("40301");
        }
    }

    private static String produceAs(String user, String uri) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(uri))
                        .header("Content-Type", "application/vnd.kafka.json.v2+json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"records\":[{\"value\":1}]}"));
        if (!user.isEmpty()) {
            request.header(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    @Test
    void healthAndMetricsTellOfTheServices() {
        ask("/topics");
        String at = "http://127.0.0.1:" + naru.metricsPort();
        await(() ->
                get(at + "/health")
                        .matches("(?s)ok\n.*rest http://" + rest + " up requests=[1-9].*"));
        assertThat(get(at + "/metrics"))
                .contains(
                        "naru_http_requests_total{method=\"GET\",route=\"/topics\",service=\"rest\"");
    }

    private static String records(int count) {
        StringBuilder records = new StringBuilder();
        for (int number = 0; number < count; number++) {
            records.append(
                    "{\"key\":{\"type\":\"STRING\",\"data\":\"k%d\"},\"value\":{\"type\":\"JSON\",\"data\":{\"number\":%d}}}\n"
                            .formatted(number, number));
        }
        return records.toString();
    }

    private static String stream(String topic) {
        String id = ask("/v3/clusters").replaceAll("(?s).*\"cluster_id\":\"([^\"]*)\".*", "$1");
        return "http://%s/v3/clusters/%s/topics/%s/records".formatted(rest, id, topic);
    }

    private static String ask(String path) {
        return get("http://" + rest + path);
    }

    private static String get(String uri) {
        try {
            return CLIENT.send(
                            HttpRequest.newBuilder(URI.create(uri)).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException fault) {
            throw new AssertionError(fault);
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within " + BOUND).isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
