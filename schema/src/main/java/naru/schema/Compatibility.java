package naru.schema;

import java.util.ArrayList;
import java.util.List;

/** Whether a schema may follow the versions of a subject, in Confluent's words. */
public final class Compatibility {
    /** Of a long earlier schema only so much is told. */
    private static final int TOLD_CHARACTERS = 10 * 1024;

    private static final String NEW = "new";
    private static final String OLD = "old";

    private Compatibility() {}

    /** A schema as a version of its subject. */
    public record Versioned(int version, ParsedSchema schema) {}

    /**
     * Checks newest first and stops at the first version that does not fit.
     *
     * @return what a verbose check answers as {@code messages}; empty: compatible
     */
    public static List<String> check(
            CompatibilityLevel level, ParsedSchema candidate, List<Versioned> previousOldestFirst) {
        List<Versioned> newestFirst = previousOldestFirst.reversed();
        List<Versioned> counting =
                level.transitive()
                        ? newestFirst
                        : newestFirst.subList(0, Math.min(1, newestFirst.size()));
        for (Versioned previous : counting) {
            List<String> messages = against(level, candidate, previous);
            if (!messages.isEmpty()) {
                return messages;
            }
        }
        return List.of();
    }

    private static List<String> against(
            CompatibilityLevel level, ParsedSchema candidate, Versioned previous) {
        List<String> messages = new ArrayList<>();
        if (level.forward()) {
            List<String> forward = reads(previous.schema(), candidate, OLD, NEW);
            messages.addAll(forward);
            if (!forward.isEmpty() && !level.backward()) {
                tellPrevious(previous, messages);
            }
        }
        if (level.backward()) {
            List<String> backward = reads(candidate, previous.schema(), NEW, OLD);
            messages.addAll(backward);
            if (!backward.isEmpty()) {
                tellPrevious(previous, messages);
            }
        }
        return messages;
    }

    private static List<String> reads(
            ParsedSchema reader, ParsedSchema writer, String readerName, String writerName) {
        if (reader.format() != writer.format()) {
            return List.of("Incompatible because of different schema type");
        }
        try {
            return reader.differencesFrom(writer).stream()
                    .map(difference -> difference.message(readerName, writerName))
                    .toList();
        } catch (StackOverflowError tooDeep) {
            // Types that each use the next can be chained far beyond the nesting of a text.
            return List.of("The types of the schemas use each other too deeply to be compared");
        }
    }

    private static void tellPrevious(Versioned previous, List<String> messages) {
        messages.add("{oldSchemaVersion: %d}".formatted(previous.version()));
        String text = previous.schema().canonical();
        messages.add(
                text.length() <= TOLD_CHARACTERS
                        ? "{oldSchema: '" + text + "'}"
                        : "{oldSchema: <truncated> '"
                                + text.substring(0, TOLD_CHARACTERS)
                                + "...'}");
    }
}
