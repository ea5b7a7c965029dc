package naru.connectors.data;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.data.Values;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;

/** Connect's logical types, and how their values are told as text. */
enum Logical {
    NONE,
    DECIMAL,
    DATE,
    TIME,
    TIMESTAMP;

    private static final long MILLIS_PER_DAY = 86_400_000;

    static Logical of(@Nullable Schema schema) {
        String name = schema == null ? null : schema.name();
        if (name == null) {
            return NONE;
        }
        return switch (name) {
            case Decimal.LOGICAL_NAME -> DECIMAL;
            case Date.LOGICAL_NAME -> DATE;
            case Time.LOGICAL_NAME -> TIME;
            case Timestamp.LOGICAL_NAME -> TIMESTAMP;
            default -> NONE;
        };
    }

    static int scale(Schema schema) {
        return Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD));
    }

    /** Milliseconds since 1970 in what Connect has for dates and times. */
    static long millis(Schema schema, Object value) {
        long counted = Objects.requireNonNull(Values.convertToLong(schema, value));
        return of(schema) == DATE ? counted * MILLIS_PER_DAY : counted;
    }

    /** As ISO 8601 writes it. */
    static String text(Schema schema, Object value) {
        Instant instant = Instant.ofEpochMilli(millis(schema, value));
        return switch (of(schema)) {
            case DATE -> instant.atOffset(ZoneOffset.UTC).toLocalDate().toString();
            case TIME -> instant.atOffset(ZoneOffset.UTC).toLocalTime().toString();
            case TIMESTAMP -> instant.toString();
            case NONE, DECIMAL -> value.toString();
        };
    }
}
