package naru.schema;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A change of a schema and what the published rules make of it, from a file beside this class:
 * {@code ==} what changed, {@code -} the writer's schema, {@code +} the reader's, {@code !} each
 * thing that is found.
 */
public record PublishedChange(String what, String writer, String reader, List<String> expected) {
    public static List<PublishedChange> read(String file) throws IOException {
        try (InputStream stream =
                Objects.requireNonNull(PublishedChange.class.getResourceAsStream(file), file)) {
            List<PublishedChange> changes = new ArrayList<>();
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            for (String block : text.split("\n\n", -1)) {
                if (block.startsWith("== ")) {
                    changes.add(of(block.lines().toList()));
                }
            }
            return changes;
        }
    }

    private static PublishedChange of(List<String> lines) {
        return new PublishedChange(
                after("== ", lines.get(0)),
                after("- ", lines.get(1)),
                after("+ ", lines.get(2)),
                lines.stream().skip(3).map(line -> after("! ", line)).toList());
    }

    private static String after(String mark, String line) {
        if (!line.startsWith(mark)) {
            throw new IllegalStateException("'" + mark + "' expected: " + line);
        }
        return line.substring(mark.length());
    }

    @Override
    public String toString() {
        return what;
    }
}
