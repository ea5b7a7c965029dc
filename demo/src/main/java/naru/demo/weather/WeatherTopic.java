package naru.demo.weather;

import naru.schema.SchemaFormat;
import naru.schema.client.SchemaDefinition;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The streams of the pipeline. All are keyed by the city. */
public enum WeatherTopic {
    DAILY(Observation.class, "what was measured, one record for each city and day"),
    POSTS(Post.class, "short posts about the weather, some for each observation"),
    EXTREMES(Extreme.class, "observations that passed a threshold"),
    REPORTS(Report.class, "extremes joined with the posts of their city and day");

    /** The two cities are in different ones. */
    public static final int PARTITIONS = 2;

    private final Class<?> valueType;
    private final String description;

    WeatherTopic(Class<?> valueType, String description) {
        this.valueType = valueType;
        this.description = description;
    }

    public String topic() {
        return "weather." + word();
    }

    /** Under which the registry has the schema of its values. */
    public String subject() {
        return topic() + "-value";
    }

    /** What the database calls its rows. */
    public String table() {
        return "weather_" + word();
    }

    public String description() {
        return description;
    }

    Class<?> valueType() {
        return valueType;
    }

    /** What is registered for its values. */
    public SchemaDefinition schema() {
        String file = "/naru/demo/schemas/" + word() + ".avsc";
        try (InputStream text = WeatherTopic.class.getResourceAsStream(file)) {
            if (text == null) {
                throw new IllegalStateException("the schema " + file + " is not in the jar");
            }
            return SchemaDefinition.of(
                    SchemaFormat.AVRO,
                    new String(text.readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
