package naru.connectors.files;

import java.util.Arrays;
import java.util.Locale;

/** What is in a file. */
enum FileFormat {
    LINES("txt"),
    CSV("csv"),
    JSON("json"),
    AVRO("avro");

    private final String ending;

    FileFormat(String ending) {
        this.ending = ending;
    }

    /** Of the files that are written. */
    String ending() {
        return ending;
    }

    static String[] words() {
        return Arrays.stream(values())
                .map(format -> format.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
    }

    static FileFormat of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
