package naru.connectors.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import naru.connectors.SinkRun;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** What the sink counts as taken was taken. */
class HttpDeliveryTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch released = new CountDownLatch(1);
    private HttpServer server;
    private HttpServer other;

    @BeforeEach
    void start() throws IOException {
        server = server();
        other = server();
        server.createContext("/found", exchange -> redirect(exchange, 302, address(server)));
        server.createContext("/kept", exchange -> redirect(exchange, 307, address(server)));
        server.createContext("/elsewhere", exchange -> redirect(exchange, 307, address(other)));
        server.createContext("/stalled", this::stalled);
        server.start();
        other.start();
    }

    private HttpServer server() throws IOException {
        HttpServer made =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        made.createContext("/take", this::take);
        return made;
    }

    @AfterEach
    void stop() {
        released.countDown();
        server.stop(0);
        other.stop(0);
    }

    private static String address(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(
                "%s %s %s %s"
                        .formatted(
                                exchange.getRequestMethod(),
                                exchange.getRequestURI(),
                                exchange.getRequestHeaders().getFirst("X-Api-Key"),
                                body));
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private static void redirect(HttpExchange exchange, int status, String to) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Location", to + "/take");
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    /** Says that it takes the record, and never comes to the end of what it says. */
    private void stalled(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, 100);
        exchange.getResponseBody().write('x');
        exchange.getResponseBody().flush();
        try {
            released.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }

    @Test
    void aRedirectThatWouldDropTheRecordIsARefusal() {
        try (SinkRun run = sink("/found")) {
            run.put(List.of(record("t", 0, "one")));
            assertThat(run.errant()).extracting(SinkRecord::value).containsExactly("one");
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void aRedirectThatKeepsTheRecordIsFollowed() {
        try (SinkRun run = sink("/kept")) {
            run.put(List.of(record("t", 0, "one")));
            assertThat(run.errant()).isEmpty();
        }
        assertThat(requests).containsExactly("POST /take secret one");
    }

    @Test
    void headersOfTheConfigurationGoToNoOtherServer() {
        try (SinkRun run = sink("/elsewhere")) {
            run.put(List.of(record("t", 0, "one")));
        }
        assertThat(requests).containsExactly("POST /take null one");
    }

    @Test
    @Timeout(60)
    void anAnswerThatDoesNotEndIsGivenUp() {
        try (SinkRun run = sink("/stalled", "timeout.ms", "1000", "retry.max.ms", "1")) {
            assertThatThrownBy(() -> run.put(List.of(record("t", 0, "one"))))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("does not take records");
        }
    }

    @Test
    void recordsOfTwoTopicsThatATransformGivesOneNameAreAllSent() {
        try (SinkRun run = sink("/take")) {
            run.put(List.of(renamed(record("a", 7, "a7"))));
            run.put(List.of(renamed(record("b", 3, "b3")), renamed(record("b", 4, "b4"))));
        }
        assertThat(requests)
                .containsExactly(
                        "POST /take secret a7", "POST /take secret b3", "POST /take secret b4");
    }

    @Test
    void aBatchGoesWhereAllItsRecordsBelong() {
        try (SinkRun run = sink("/take/${topic}", "batch.max.records", "10")) {
            run.put(
                    List.of(
                            record("t", 0, "zero"),
                            renamed(record("t", 1, "one")),
                            renamed(record("t", 2, "two"))));
        }
        assertThat(requests)
                .containsExactly(
                        "POST /take/t secret [\"zero\"]",
                        "POST /take/merged secret [\"one\",\"two\"]");
    }

    private SinkRun sink(String path, String... further) {
        Map<String, String> properties = new HashMap<>();
        properties.put("url", address(server) + path);
        properties.put("headers", "X-Api-Key: secret");
        properties.put("retry.backoff.ms", "1");
        for (int at = 0; at < further.length; at += 2) {
            properties.put(further[at], further[at + 1]);
        }
        return new SinkRun(new HttpSinkTask(), properties, PARTITION);
    }

    private static SinkRecord record(String topic, long offset, String value) {
        return new SinkRecord(topic, 0, null, null, null, value, offset);
    }

    /** As a transform such as RegexRouter leaves it. */
    private static SinkRecord renamed(SinkRecord record) {
        return record.newRecord(
                "merged",
                record.kafkaPartition(),
                record.keySchema(),
                record.key(),
                record.valueSchema(),
                record.value(),
                record.timestamp());
    }
}
