package naru.log.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Kafka's text checkpoint: a line with the version 0, a line with the number of entries, and a line
 * per entry with words between blanks.
 */
public final class CheckpointText {
    private static final String VERSION = "0";
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private CheckpointText() {}

    public static String of(List<String> entries) {
        StringBuilder text = new StringBuilder(VERSION).append('\n');
        text.append(entries.size()).append('\n');
        entries.forEach(entry -> text.append(entry).append('\n'));
        return text.toString();
    }

    /**
     * The entries of a checkpoint's text. Kafka makes its files empty at first; that is no entries.
     *
     * @param name of the file, for the message
     * @param entry makes an entry of a line's words, or empty when they are none
     */
    public static <E> List<E> parse(String text, String name, Function<String[], Optional<E>> entry)
            throws CorruptFileException {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> lines = text.lines().toList();
        if (lines.size() < 2 || !lines.getFirst().strip().equals(VERSION)) {
            throw new CorruptFileException(name + " does not begin with version 0 and a count.");
        }
        int count = count(lines.get(1), name);
        if (lines.size() - 2 != count) {
            throw new CorruptFileException(
                    name + " states " + count + " entries and has " + (lines.size() - 2) + ".");
        }
        List<E> entries = new ArrayList<>(count);
        for (String line : lines.subList(2, lines.size())) {
            entries.add(
                    parsed(BLANKS.split(line.strip()), entry)
                            .orElseThrow(() ->
                                    new CorruptFileException(
                                            name + " has the malformed line: " + line)));
        }
        return entries;
    }

    private static <E> Optional<E> parsed(String[] words, Function<String[], Optional<E>> entry) {
        try {
            return entry.apply(words);
        } catch (NumberFormatException malformed) {
            return Optional.empty();
        }
    }

    private static int count(String line, String name) throws CorruptFileException {
        try {
            return Integer.parseInt(line.strip());
        } catch (NumberFormatException malformed) {
            throw new CorruptFileException(name + " states no count of entries: " + line);
        }
    }
}
