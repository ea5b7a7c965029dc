package naru.connectors.jdbc;

import java.util.Arrays;
import java.util.Locale;

/** How the value of a timestamp column is written. */
enum TimestampGranularity {
    /** Connect's Timestamp: milliseconds. */
    CONNECT_LOGICAL,
    MICROS_LONG,
    NANOS_LONG,
    /** As text, as in 2024-05-01T10:00:00.123456Z. */
    NANOS_ISO_DATETIME_STRING;

    static String[] words() {
        return Arrays.stream(values())
                .map(granularity -> granularity.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
    }
}
