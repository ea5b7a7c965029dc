package naru.demo;

import naru.demo.database.WeatherDatabase;
import naru.demo.weather.DataSet;
import naru.demo.weather.Extreme;
import naru.demo.weather.Observation;
import naru.demo.weather.Post;
import naru.demo.weather.PostWords;
import naru.demo.weather.Report;
import naru.demo.weather.WeatherTopic;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the data set must give, worked out in two nested loops over it: without Kafka, streams,
 * joins by time, schemas or a database.
 */
public final class ExpectedRows {
    private final Map<WeatherTopic, Map<String, Map<String, Object>>> rows =
            new EnumMap<>(WeatherTopic.class);
    private long posts;

    private ExpectedRows() {
        SinkConnector.TOPICS.forEach(topic -> rows.put(topic, new HashMap<>()));
    }

    public static ExpectedRows of(DataSet data) {
        ExpectedRows expected = new ExpectedRows();
        for (Observation day : data.observations()) {
            expected.put(WeatherTopic.DAILY, day.id(), row(day));
            List<Post> posts = PostWords.about(day);
            expected.posts += posts.size();
            for (Extreme extreme : Extreme.in(day)) {
                expected.put(WeatherTopic.EXTREMES, extreme.id(), row(extreme));
                for (Post post : posts) {
                    Report report = Report.of(extreme, post);
                    expected.put(WeatherTopic.REPORTS, report.id(), row(report));
                }
            }
        }
        return expected;
    }

    private void put(WeatherTopic topic, String id, Map<String, Object> row) {
        if (of(topic).put(id, row) != null) {
            throw new IllegalStateException("two rows of the id " + id);
        }
    }

    private Map<String, Map<String, Object>> of(WeatherTopic topic) {
        return rows.computeIfAbsent(topic, each -> new HashMap<>());
    }

    private static Map<String, Object> row(Observation day) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", day.id());
        row.put("city", day.city());
        row.put("observed_on", day.observedOn());
        row.put("precipitation_mm", day.precipitationMm());
        row.put("temperature_max_c", day.temperatureMaxC());
        row.put("temperature_min_c", day.temperatureMinC());
        row.put("wind_ms", day.windMs());
        row.put("sky", day.sky());
        return row;
    }

    private static Map<String, Object> row(Extreme extreme) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", extreme.id());
        row.put("city", extreme.city());
        row.put("observed_on", extreme.observedOn());
        row.put("kind", extreme.kind());
        row.put("measured", extreme.measured());
        row.put("threshold", extreme.threshold());
        row.put("unit", extreme.unit());
        return row;
    }

    private static Map<String, Object> row(Report report) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", report.id());
        row.put("extreme_id", report.extremeId());
        row.put("city", report.city());
        row.put("observed_on", report.observedOn());
        row.put("kind", report.kind());
        row.put("measured", report.measured());
        row.put("unit", report.unit());
        row.put("posted_at", report.postedAt());
        row.put("author", report.author());
        row.put("text", report.text());
        return row;
    }

    /** Rows of a topic's table; for {@link WeatherTopic#POSTS}, which has none, its records. */
    public long count(WeatherTopic topic) {
        return topic == WeatherTopic.POSTS ? posts : of(topic).size();
    }

    /** Of all tables. */
    public long count() {
        return SinkConnector.TOPICS.stream().mapToLong(this::count).sum();
    }

    /**
     * How many rows of the database are not as they must be, missing and superfluous ones included.
     */
    public long differing(WeatherDatabase database, WeatherTopic topic) throws SQLException {
        Map<String, Map<String, Object>> left = new HashMap<>(of(topic));
        long differing = 0;
        for (Map<String, Object> found : database.rows(topic.table())) {
            Map<String, Object> wanted = left.remove(String.valueOf(found.get("id")));
            if (wanted == null || !isSame(wanted, found)) {
                differing++;
            }
        }
        return differing + left.size();
    }

    private static boolean isSame(Map<String, Object> wanted, Map<String, Object> found) {
        return wanted.keySet().equals(found.keySet())
                && wanted.entrySet().stream()
                        .allMatch(column -> isSame(column.getValue(), found.get(column.getKey())));
    }

    private static boolean isSame(Object wanted, @Nullable Object found) {
        return wanted instanceof Double number
                ? found instanceof Number other && number == other.doubleValue()
                : wanted.equals(found);
    }
}
