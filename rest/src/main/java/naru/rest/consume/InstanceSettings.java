package naru.rest.consume;

import naru.http.Refusal;
import naru.rest.record.Embedded;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the creator of an instance can choose.
 *
 * @param name null: one is made up
 * @param autoOffsetReset as Kafka's consumers have it
 * @param autoCommit whether what was delivered is committed without being asked to
 * @param fetchMinBytes of records that a read waits for
 * @param requestTimeoutMillis for which a read waits that does not say it itself
 */
public record InstanceSettings(
        @Nullable String name,
        Embedded format,
        String autoOffsetReset,
        boolean autoCommit,
        int fetchMinBytes,
        int requestTimeoutMillis) {
    private static final int REQUEST_TIMEOUT_MILLIS = 1_000;
    private static final int REQUEST_TIMEOUT_MOST = 25_000;
    private static final int FETCH_MIN_BYTES_MOST = 10_000_000;
    private static final int NAME_MOST = 200;

    /**
     * @param given fields of the request, none of them unknown
     * @throws Refusal 422 when one has a value that it cannot have
     */
    public static InstanceSettings of(Map<String, String> given) {
        String name = given.get("name");
        if (name != null
                && (name.isBlank() || name.length() > NAME_MOST || name.indexOf('/') >= 0)) {
            throw wrong("name has 1 to %d characters and no slash".formatted(NAME_MOST));
        }
        String format = given.getOrDefault("format", "binary");
        String reset = given.getOrDefault("auto.offset.reset", "latest").toLowerCase(Locale.ROOT);
        if (!List.of("earliest", "latest", "none").contains(reset)) {
            throw wrong("auto.offset.reset is earliest, latest or none, not " + reset);
        }
        String commit = given.getOrDefault("auto.commit.enable", "true").toLowerCase(Locale.ROOT);
        if (!List.of("true", "false").contains(commit)) {
            throw wrong("auto.commit.enable is true or false, not " + commit);
        }
        return new InstanceSettings(
                name,
                Embedded.ofTypeName(format.toLowerCase(Locale.ROOT))
                        .orElseThrow(() ->
                                wrong(
                                        "format is binary, json, avro, protobuf or jsonschema, not "
                                                + format)),
                reset,
                Boolean.parseBoolean(commit),
                number(given, "fetch.min.bytes", 1, -1, FETCH_MIN_BYTES_MOST),
                number(
                        given,
                        "consumer.request.timeout.ms",
                        REQUEST_TIMEOUT_MILLIS,
                        1,
                        REQUEST_TIMEOUT_MOST));
    }

    private static int number(
            Map<String, String> given, String key, int otherwise, int least, int most) {
        String text = given.get(key);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notNumber) {
            // Said below.
        }
        throw wrong("%s is a number from %d to %d, not %s".formatted(key, least, most, text));
    }

    private static Refusal wrong(String why) {
        return new Refusal(422, 42204, "Invalid consumer configuration: " + why);
    }
}
