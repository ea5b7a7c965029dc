package naru.demo.page;

import com.fasterxml.jackson.core.JsonProcessingException;

import naru.demo.database.WeatherDatabase;
import naru.demo.weather.WeatherSchemas;
import naru.demo.weather.WeatherTopic;
import naru.http.Answer;
import naru.http.Call;
import naru.http.Condition;
import naru.http.Front;
import naru.http.Json;
import naru.http.Login;
import naru.http.Refusal;
import naru.http.Routes;
import naru.schema.client.SchemaSourceException;
import naru.schema.client.SubjectVersion;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the browser gets: one page, its few files, and JSON about the pipeline. Nothing can be
 * changed from here.
 */
public final class WeatherPage {
    private static final Logger LOG = LoggerFactory.getLogger("naru.demo");
    private static final String JSON = "application/json";
    private static final int BODY_BYTES = 1_024;
    private static final int UNAVAILABLE = 503;
    private static final int NOT_FOUND = 404;
    private static final int RECORDS = 25;

    /** Scripts and styles from here only: data of others is shown, and must stay data. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    private static final Map<String, String> FILES =
            Map.of(
                    "index.html", "text/html; charset=utf-8",
                    "icon.svg", "image/svg+xml",
                    "weather.css", "text/css; charset=utf-8",
                    "weather.js", "text/javascript; charset=utf-8",
                    "drawing.js", "text/javascript; charset=utf-8",
                    "vendor/htm-preact-3.1.1.js", "text/javascript; charset=utf-8",
                    "vendor/uplot-1.6.32.js", "text/javascript; charset=utf-8",
                    "vendor/uplot-1.6.32.css", "text/css; charset=utf-8",
                    "vendor/pico-2.1.1.css", "text/css; charset=utf-8");

    private final List<String> cities;
    private final Supplier<Snapshot> snapshot;
    private final Supplier<@Nullable TopologyDrawing> topology;
    private final Supplier<@Nullable LatestRecords> records;
    private final Supplier<@Nullable WeatherSchemas> schemas;
    private final WeatherDatabase database;

    public WeatherPage(
            List<String> cities,
            Supplier<Snapshot> snapshot,
            Supplier<@Nullable TopologyDrawing> topology,
            Supplier<@Nullable LatestRecords> records,
            Supplier<@Nullable WeatherSchemas> schemas,
            WeatherDatabase database) {
        this.cities = List.copyOf(cities);
        this.snapshot = snapshot;
        this.topology = topology;
        this.records = records;
        this.schemas = schemas;
        this.database = database;
    }

    public Front front() {
        return new Front(
                "demo",
                Routes.builder()
                        .get("/", call -> file("index.html"))
                        .get("/assets/{file...}", call -> file(call.variable("file")))
                        .get("/api/weather", call -> json(snapshot.get()))
                        .get("/api/weather/cities", call -> json(cities))
                        .get("/api/weather/topology", this::drawing)
                        .get("/api/weather/topics/{topic}", this::topic)
                        .get("/api/weather/chart", this::chart)
                        .build(),
                Login.OPEN,
                (headers, refusal) ->
                        protectedAnswer(
                                Answer.json(
                                        refusal.status(),
                                        JSON,
                                        Map.of(
                                                "error_code",
                                                refusal.code(),
                                                "message",
                                                refusal.message()))),
                BODY_BYTES,
                Condition.Up::new);
    }

    private static Answer json(Object tree) {
        return protectedAnswer(Answer.json(200, JSON, tree));
    }

    private static Answer protectedAnswer(Answer answer) {
        return answer.with("Content-Security-Policy", POLICY)
                .with("X-Content-Type-Options", "nosniff")
                .with("Referrer-Policy", "no-referrer")
                .with("Cache-Control", "no-cache");
    }

    private static Answer file(String name) {
        String type = FILES.get(name);
        if (type == null) {
            throw new Refusal(NOT_FOUND, "there is no file " + name);
        }
        try (InputStream file = WeatherPage.class.getResourceAsStream("/naru/demo/page/" + name)) {
            if (file == null) {
                throw new IllegalStateException("the page's file " + name + " is not in the jar");
            }
            return protectedAnswer(Answer.of(200, type, file.readAllBytes()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private Answer drawing(Call call) {
        TopologyDrawing drawing = topology.get();
        if (drawing == null) {
            throw new Refusal(UNAVAILABLE, "Kafka Streams has not started yet");
        }
        return json(drawing);
    }

    /** A topic's schema, as the registry has it, and its last records. */
    private Answer topic(Call call) {
        WeatherTopic topic = topicOf(call.variable("topic"));
        LatestRecords latest = records.get();
        WeatherSchemas known = schemas.get();
        if (latest == null || known == null) {
            throw new Refusal(UNAVAILABLE, "The pipeline has not started yet");
        }
        try {
            SubjectVersion version = known.latest(topic);
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("topic", topic.topic());
            answer.put("description", topic.description());
            answer.put("subject", version.subject());
            answer.put("version", version.version());
            answer.put("schemaId", version.registered().id());
            answer.put("schema", Json.MAPPER.readTree(version.registered().definition().text()));
            answer.put("records", latest.of(topic.topic()).stream().limit(RECORDS).toList());
            return json(answer);
        } catch (SchemaSourceException | JsonProcessingException fault) {
            throw new Refusal(UNAVAILABLE, "The registry has no answer: " + fault.getMessage());
        }
    }

    private static WeatherTopic topicOf(String name) {
        for (WeatherTopic each : WeatherTopic.values()) {
            if (each.topic().equals(name)) {
                return each;
            }
        }
        throw new Refusal(NOT_FOUND, "the demo has no topic " + name);
    }

    /** Days or months of a city, as the database has them. */
    private Answer chart(Call call) {
        String city = call.parameter("city", cities.getFirst());
        String by = call.parameter("by", "day");
        if (!cities.contains(city)) {
            throw new Refusal(NOT_FOUND, "the city is one of " + cities + ", not " + city);
        }
        try {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("city", city);
            answer.put("by", by);
            switch (by) {
                case "day" -> answer.put("points", database.days(city));
                case "month" -> answer.put("points", database.months(city));
                default -> throw new Refusal(400, "by is day or month, not " + by);
            }
            answer.put("extremes", database.extremes(city));
            return json(answer);
        } catch (SQLException fault) {
            LOG.debug("no chart", fault);
            throw new Refusal(UNAVAILABLE, "The database cannot be read: " + fault.getMessage());
        }
    }
}
