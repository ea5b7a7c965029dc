package naru.connectors.jdbc;

import java.util.Arrays;
import java.util.Locale;

/** How new rows of a table are found. */
enum Mode {
    BULK("bulk", false, false),
    INCREMENTING("incrementing", true, false),
    TIMESTAMP("timestamp", false, true),
    TIMESTAMP_INCREMENTING("timestamp+incrementing", true, true);

    private final String word;
    private final boolean incrementing;
    private final boolean timestamp;

    Mode(String word, boolean incrementing, boolean timestamp) {
        this.word = word;
        this.incrementing = incrementing;
        this.timestamp = timestamp;
    }

    static String[] words() {
        return Arrays.stream(values()).map(mode -> mode.word).toArray(String[]::new);
    }

    static Mode of(String word) {
        String wanted = word.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(mode -> mode.word.equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no mode " + word));
    }

    String word() {
        return word;
    }

    boolean hasIncrementing() {
        return incrementing;
    }

    boolean hasTimestamp() {
        return timestamp;
    }
}
