package naru.connectors.files;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Timestamp;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The type of a CSV column: how its text becomes a value. */
record FieldType(Kind kind, int scale) {
    static final FieldType TEXT = new FieldType(Kind.STRING, 0);
    static final String WORDS =
            "string, int32, int64, float64, boolean, date, timestamp or decimal(SCALE)";

    private static final Pattern DECIMAL = Pattern.compile("decimal\\((\\d{1,3})\\)");
    private static final Map<String, Kind> KINDS =
            Map.of(
                    "string", Kind.STRING,
                    "int32", Kind.INT32,
                    "int64", Kind.INT64,
                    "float64", Kind.FLOAT64,
                    "boolean", Kind.BOOLEAN,
                    "date", Kind.DATE,
                    "timestamp", Kind.TIMESTAMP);

    enum Kind {
        STRING,
        INT32,
        INT64,
        FLOAT64,
        BOOLEAN,
        DATE,
        TIMESTAMP,
        DECIMAL
    }

    /** What {@link #WORDS} says; else an IllegalArgumentException. */
    static FieldType of(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        Matcher decimal = DECIMAL.matcher(word);
        if (decimal.matches()) {
            return new FieldType(Kind.DECIMAL, Integer.parseInt(decimal.group(1)));
        }
        Kind kind = KINDS.get(word);
        if (kind == null) {
            throw new IllegalArgumentException(text + " is no type; it is " + WORDS);
        }
        return new FieldType(kind, 0);
    }

    /** Every field of a CSV file may be empty. */
    Schema schema() {
        return switch (kind) {
            case STRING -> Schema.OPTIONAL_STRING_SCHEMA;
            case INT32 -> Schema.OPTIONAL_INT32_SCHEMA;
            case INT64 -> Schema.OPTIONAL_INT64_SCHEMA;
            case FLOAT64 -> Schema.OPTIONAL_FLOAT64_SCHEMA;
            case BOOLEAN -> Schema.OPTIONAL_BOOLEAN_SCHEMA;
            case DATE -> optional(Date.builder());
            case TIMESTAMP -> optional(Timestamp.builder());
            case DECIMAL -> optional(Decimal.builder(scale));
        };
    }

    private static Schema optional(SchemaBuilder builder) {
        return builder.optional().build();
    }

    /** The value, or an exception of arithmetic, numbers or times when the text is none. */
    Object value(String text) {
        return switch (kind) {
            case STRING -> text;
            case INT32 -> Integer.parseInt(text.strip());
            case INT64 -> Long.parseLong(text.strip());
            case FLOAT64 -> Double.parseDouble(text.strip());
            case BOOLEAN -> truth(text.strip().toLowerCase(Locale.ROOT));
            case DATE ->
                    java.sql.Timestamp.from(
                            LocalDate.parse(text.strip()).atStartOfDay().toInstant(ZoneOffset.UTC));
            case TIMESTAMP -> java.sql.Timestamp.from(time(text.strip().replace(' ', 'T')));
            case DECIMAL -> new BigDecimal(text.strip()).setScale(scale);
        };
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true", "yes", "1", "t", "y" -> true;
            case "false", "no", "0", "f", "n" -> false;
            default -> throw new NumberFormatException(text + " is neither true nor false");
        };
    }

    /** Without a zone it is UTC. */
    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        }
    }
}
