package naru.connectors.jdbc;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.HashMap;
import java.util.Map;

/**
 * How far a table was read, in the names under which Confluent's connector keeps it too. Times are
 * exact to the nanosecond; offsets that only know milliseconds are read as well.
 */
record Position(@Nullable Long incrementing, @Nullable Instant timestamp) {
    static final Position START = new Position(null, null);

    private static final String INCREMENTING = "incrementing";
    private static final String TIMESTAMP = "timestamp";
    private static final String NANOS = "timestamp_nanos";

    static Position of(@Nullable Map<String, ?> offset) {
        if (offset == null) {
            return START;
        }
        Long number =
                offset.get(INCREMENTING) instanceof Number stored
                        ? (Long) stored.longValue()
                        : null;
        if (!(offset.get(TIMESTAMP) instanceof Number millis)) {
            return new Position(number, null);
        }
        Instant time = Instant.ofEpochMilli(millis.longValue());
        if (offset.get(NANOS) instanceof Number nanos) {
            time = Instant.ofEpochSecond(time.getEpochSecond(), nanos.longValue());
        }
        return new Position(number, time);
    }

    Map<String, Object> offset() {
        Map<String, Object> offset = new HashMap<>();
        if (incrementing != null) {
            offset.put(INCREMENTING, incrementing);
        }
        if (timestamp != null) {
            offset.put(TIMESTAMP, timestamp.toEpochMilli());
            offset.put(NANOS, timestamp.getLong(ChronoField.NANO_OF_SECOND));
        }
        return offset;
    }
}
