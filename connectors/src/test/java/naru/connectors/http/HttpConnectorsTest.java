package naru.connectors.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import naru.connectors.SinkRun;
import naru.connectors.SourceRun;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

class HttpConnectorsTest {
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger failures = new AtomicInteger();
    private HttpServer server;
    private String url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/items", this::items);
        server.createContext("/same", this::same);
        server.createContext("/take", this::take);
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** Seven items in pages of three, by page, offset, cursor or link. */
    private void items(HttpExchange exchange) throws IOException {
        Map<String, String> query = query(exchange);
        if (failures.getAndDecrement() > 0) {
            exchange.getResponseHeaders().set("Retry-After", "0");
            answer(exchange, 429, "slowly");
            return;
        }
        int from =
                query.containsKey("page")
                        ? Integer.parseInt(query.get("page")) * 3
                        : Integer.parseInt(
                                query.getOrDefault("from", query.getOrDefault("cursor", "0")));
        int after = Integer.parseInt(query.getOrDefault("after", "0"));
        List<String> items = new ArrayList<>();
        for (int id = Math.max(from, after) + 1; id <= 7 && items.size() < 3; id++) {
            items.add("{\"id\": %d}".formatted(id));
        }
        int next = from + items.size();
        if (next < 7) {
            exchange.getResponseHeaders()
                    .add("Link", "</items?from=%d>; rel=\"next\"".formatted(next));
        }
        answer(
                exchange,
                200,
                "{\"data\": %s, \"cursor\": %s}".formatted(items, next < 7 ? next : "null"));
    }

    private void same(HttpExchange exchange) throws IOException {
        if ("\"1\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            requests.add("unchanged");
            exchange.sendResponseHeaders(304, -1);
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("ETag", "\"1\"");
        answer(exchange, 200, "{\"a\": 1}");
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (failures.getAndDecrement() > 0) {
            answer(exchange, 503, "later");
            return;
        }
        if (body.contains("bad")) {
            answer(exchange, 422, "I do not want this");
            return;
        }
        requests.add(
                exchange.getRequestMethod()
                        + " "
                        + exchange.getRequestURI()
                        + " "
                        + exchange.getRequestHeaders().getFirst("Authorization")
                        + " "
                        + body);
        answer(exchange, 200, "");
    }

    @Test
    void everyWayOfPagingReadsAllOnce() throws Exception {
        Map<String, Map<String, String>> ways =
                Map.of(
                        "link", Map.of(),
                        "cursor", Map.of("paging.parameter", "cursor", "paging.pointer", "/cursor"),
                        "offset", Map.of("paging.parameter", "from", "paging.size", "3"),
                        "page", Map.of("paging.parameter", "page", "paging.size", "3"));
        for (Map.Entry<String, Map<String, String>> way : ways.entrySet()) {
            Map<String, String> properties = source("/items");
            properties.put("paging", way.getKey());
            properties.put("records.pointer", "/data");
            properties.put("key.pointer", "/id");
            properties.putAll(way.getValue());
            failures.set(2);
            try (SourceRun run = new SourceRun(HttpSourceTask::new, properties)) {
                List<SourceRecord> records = new ArrayList<>(run.read(3));
                run.restart();
                records.addAll(run.read(4));
                assertThat(records)
                        .as(way.getKey())
                        .extracting(SourceRecord::key)
                        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
            }
        }
    }

    @Test
    void onlyLaterRecordsAreAskedFor() throws Exception {
        Map<String, String> properties = source("/items");
        properties.put("records.pointer", "/data");
        properties.put("offset.pointer", "/id");
        properties.put("offset.parameter", "after");
        try (SourceRun run = new SourceRun(HttpSourceTask::new, properties)) {
            List<SourceRecord> records = new ArrayList<>(run.read(3));
            run.restart();
            records.addAll(run.read(4));
            assertThat(records)
                    .extracting(record -> ((Map<?, ?>) record.value()).get("id"))
                    .isEqualTo(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L));
        }
    }

    @Test
    void whatHasNotChangedIsNotReadAgain() throws Exception {
        try (SourceRun run = new SourceRun(HttpSourceTask::new, source("/same"))) {
            run.read(1);
            while (requests.isEmpty()) {
                assertThat(run.poll()).isEmpty();
            }
        }
    }

    @Test
    void aTooLargeAnswerIsNotTakenIn() throws Exception {
        Map<String, String> properties = source("/items");
        properties.put("response.max.bytes", "10");
        try (SourceRun run = new SourceRun(HttpSourceTask::new, properties)) {
            assertThat(run.poll()).isEmpty();
        }
    }

    @Test
    void recordsAreSentInOrderAndRepeatedUntilTheyAreTaken() {
        Map<String, String> properties = new HashMap<>();
        properties.put("url", url + "/take/${topic}/${key}");
        properties.put("method", "PUT");
        properties.put("auth.type", "basic");
        properties.put("auth.user", "me");
        properties.put("auth.password", "secret");
        properties.put("retry.backoff.ms", "1");
        properties.put("null.values", "delete");
        failures.set(3);
        try (SinkRun run =
                new SinkRun(new HttpSinkTask(), properties, new TopicPartition("t", 0))) {
            List<SinkRecord> records =
                    List.of(
                            record(0, "a b", "1"),
                            record(1, "b", "bad"),
                            record(2, "a b", null),
                            record(3, "c", "3"));
            run.put(records);
            run.put(records);
            assertThat(run.errant()).extracting(SinkRecord::kafkaOffset).containsExactly(1L);
        }
        String login = " Basic bWU6c2VjcmV0 ";
        assertThat(requests)
                .containsExactly(
                        "PUT /take/t/a%20b" + login + "1",
                        "DELETE /take/t/a%20b" + login,
                        "PUT /take/t/c" + login + "3");
    }

    @Test
    void batchesAreArrays() {
        Map<String, String> properties = Map.of("url", url + "/take", "batch.max.records", "2");
        try (SinkRun run =
                new SinkRun(new HttpSinkTask(), properties, new TopicPartition("t", 0))) {
            run.put(List.of(record(0, "a", "x"), record(1, "a", "y"), record(2, "a", "z")));
        }
        assertThat(requests)
                .containsExactly("POST /take null [\"x\",\"y\"]", "POST /take null [\"z\"]");
    }

    @Test
    void aRefusalOfTheServerEndsTheSource() throws Exception {
        try (SourceRun run = new SourceRun(HttpSourceTask::new, source("/none"))) {
            assertThatThrownBy(run::poll)
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("answers 404");
        }
    }

    @Test
    void validationSaysWhatIsWrong() {
        Map<String, String> given = source("/items");
        given.put("url", "nowhere");
        given.put("records.pointer", "data");
        assertThat(new HttpSourceConnector().validate(given).configValues())
                .flatMap(ConfigValue::errorMessages)
                .anyMatch(sentence -> sentence.contains("must be a URL such as"))
                .anyMatch(sentence -> sentence.contains("must be a JSON pointer"));
        Map<String, String> paging = source("/items");
        paging.put("paging", "cursor");
        paging.put("auth.type", "bearer");
        assertThat(new HttpSourceConnector().validate(paging).configValues())
                .flatMap(ConfigValue::errorMessages)
                .anyMatch(sentence -> sentence.contains("paging=cursor needs"))
                .anyMatch(sentence -> sentence.contains("auth.type=bearer needs a token"));
    }

    private Map<String, String> source(String path) {
        Map<String, String> properties = new HashMap<>();
        properties.put("url", url + path);
        properties.put("topic", "t");
        properties.put("poll.interval.ms", "5");
        properties.put("retry.backoff.ms", "1");
        return properties;
    }

    private static SinkRecord record(long offset, String key, @Nullable String value) {
        return new SinkRecord("t", 0, null, key, null, value, offset);
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        String text = exchange.getRequestURI().getQuery();
        if (text != null) {
            for (String pair : text.split("&", -1)) {
                query.put(
                        pair.substring(0, pair.indexOf('=')),
                        pair.substring(pair.indexOf('=') + 1));
            }
        }
        return query;
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
