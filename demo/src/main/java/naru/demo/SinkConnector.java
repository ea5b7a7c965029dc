package naru.demo;

import com.fasterxml.jackson.databind.JsonNode;

import naru.demo.database.DatabaseAddress;
import naru.demo.weather.WeatherTopic;
import naru.http.Json;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The JDBC sink, as anybody would make it: a connector that is created and watched over Connect's
 * REST API.
 *
 * <p>Threads: any.
 */
public final class SinkConnector {
    public static final String NAME = "weather-database";

    /** Connect's consumer group for it. */
    public static final String GROUP = "connect-" + NAME;

    static final List<WeatherTopic> TOPICS =
            List.of(WeatherTopic.DAILY, WeatherTopic.EXTREMES, WeatherTopic.REPORTS);

    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final int WAKING_TRIES = 4;

    /** The first request wakes Connect, whose worker joins its group then. */
    private static final Duration WAKING = Duration.ofSeconds(100);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final URI connect;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build();

    /**
     * How it is.
     *
     * @param state RUNNING, FAILED, PAUSED, UNASSIGNED ... or ABSENT
     * @param problem of the connector or of its task; empty when there is none
     */
    public record Status(String state, List<String> tasks, String problem) {
        static final Status ABSENT = new Status("ABSENT", List.of(), "");
    }

    public SinkConnector(URI connect) {
        this.connect = connect;
    }

    /** Makes it, or sets the one that is there to this configuration. */
    void create(DatabaseAddress database, URI registry) throws InterruptedException {
        awaken();
        HttpRequest request =
                request("/connectors/" + NAME + "/config", WAKING)
                        .header("Content-Type", "application/json")
                        .PUT(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        Json.bytes(configuration(database, registry))))
                        .build();
        HttpResponse<byte[]> answer = send(request);
        if (answer.statusCode() / 100 != 2) {
            throw new DemoFailure(
                    "Connect at %s refuses the JDBC sink: %s".formatted(connect, said(answer)));
        }
    }

    /** Connect may have to start first, and a request's body is not kept as long as that takes. */
    private void awaken() throws InterruptedException {
        HttpResponse<byte[]> answer = send(request("/", WAKING).GET().build());
        for (int tries = 1; answer.statusCode() == UNAVAILABLE && tries < WAKING_TRIES; tries++) {
            answer = send(request("/", WAKING).GET().build());
        }
        if (answer.statusCode() / 100 != 2) {
            throw new DemoFailure("Connect at %s says: %s".formatted(connect, said(answer)));
        }
    }

    static Map<String, String> configuration(DatabaseAddress database, URI registry) {
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector");
        configuration.put("tasks.max", "1");
        configuration.put(
                "topics",
                TOPICS.stream().map(WeatherTopic::topic).collect(Collectors.joining(",")));
        configuration.put("connection.url", database.url());
        configuration.put("connection.username", given(database.user()));
        configuration.put("connection.password", given(database.password()));
        configuration.put("insert.mode", "upsert");
        configuration.put("primary.key.mode", "record_value");
        configuration.put("primary.key.fields", "id");
        configuration.put("schema.evolution", "basic");
        configuration.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
        configuration.put("value.converter", "io.confluent.connect.avro.AvroConverter");
        configuration.put("value.converter.schema.registry.url", registry.toString());
        configuration.put("consumer.override.auto.offset.reset", "earliest");
        return configuration;
    }

    /** The sink wants both, also for a database that asks for neither. */
    private static String given(String text) {
        return text.isEmpty() ? "naru" : text;
    }

    Status status() throws InterruptedException {
        HttpResponse<byte[]> answer =
                send(request("/connectors/" + NAME + "/status", PATIENCE).GET().build());
        if (answer.statusCode() == NOT_FOUND) {
            return Status.ABSENT;
        }
        if (answer.statusCode() / 100 != 2) {
            throw new DemoFailure("Connect at %s says: %s".formatted(connect, said(answer)));
        }
        JsonNode status = Json.parse(answer.body());
        List<String> tasks = new ArrayList<>();
        status.path("tasks").forEach(task -> tasks.add(task.path("state").asText()));
        String problem =
                Stream.concat(
                                Stream.of(status.path("connector")),
                                status.path("tasks").valueStream())
                        .map(part -> part.path("trace").asText(""))
                        .filter(trace -> !trace.isEmpty())
                        .findFirst()
                        .orElse("");
        return new Status(
                status.path("connector").path("state").asText("UNASSIGNED"),
                List.copyOf(tasks),
                problem);
    }

    void delete() throws InterruptedException {
        awaken();
        send(request("/connectors/" + NAME, WAKING).DELETE().build());
    }

    private HttpRequest.Builder request(String path, Duration patience) {
        return HttpRequest.newBuilder(URI.create(connect + path)).timeout(patience);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException silent) {
            throw new DemoFailure(
                    "Connect does not answer at %s: %s. The demo needs it for the JDBC sink"
                            .formatted(connect, silent),
                    silent);
        }
    }

    private static String said(HttpResponse<byte[]> answer) {
        try {
            return Json.parse(answer.body()).path("message").asText("");
        } catch (naru.http.Refusal noJson) {
            return "HTTP " + answer.statusCode();
        }
    }
}
