package naru.connect.convert;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * Connect's dates and times, which are {@code java.util.Date} in its API, and the numbers that they
 * stand for.
 */
@SuppressWarnings("JavaUtilDate")
final class LogicalValues {
    private static final long MILLIS_OF_DAY = 86_400_000;

    private LogicalValues() {}

    /** The number behind a date, time or timestamp; anything else is a {@link DataException}. */
    static Object plain(@Nullable Schema schema, Object value) {
        if (!(value instanceof java.util.Date moment)) {
            throw new DataException("a value of " + value.getClass() + " is none of Connect's");
        }
        String name = schema == null ? null : schema.name();
        if (Date.LOGICAL_NAME.equals(name)) {
            return (int) Math.floorDiv(moment.getTime(), MILLIS_OF_DAY);
        }
        if (Time.LOGICAL_NAME.equals(name)) {
            return (int) moment.getTime();
        }
        return moment.getTime();
    }

    /** Milliseconds since 1970 of a date or timestamp, of midnight for a time. */
    static long millis(Object value) {
        return ((java.util.Date) value).getTime();
    }

    static boolean isMoment(@Nullable Object value) {
        return value instanceof java.util.Date;
    }

    static Object date(long days) {
        return new java.util.Date(days * MILLIS_OF_DAY);
    }

    static Object moment(long millis) {
        return new java.util.Date(millis);
    }

    /** The value that a schema of Connect wants for a number. */
    static Object ofNumber(Schema schema, long number) {
        String name = schema.name();
        if (Date.LOGICAL_NAME.equals(name)) {
            return date(number);
        }
        if (Time.LOGICAL_NAME.equals(name) || Timestamp.LOGICAL_NAME.equals(name)) {
            return moment(number);
        }
        return switch (schema.type()) {
            case INT8 -> (byte) number;
            case INT16 -> (short) number;
            case INT32 -> (int) number;
            case INT64 -> number;
            case FLOAT32 -> (float) number;
            case FLOAT64 -> (double) number;
            case BOOLEAN, STRING, BYTES, ARRAY, MAP, STRUCT ->
                    throw new DataException("a number where a " + schema.type() + " is expected");
        };
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
