package naru.connectors.files;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Lines of CSV as RFC 4180 has them. */
record Csv(char separator, char quote) {
    /**
     * The fields of a line; a field that is empty and not quoted is null.
     *
     * @throws IllegalArgumentException when a quote is not closed, or text follows one
     */
    List<@Nullable String> split(String line) {
        List<@Nullable String> fields = new ArrayList<>();
        int at = 0;
        while (true) {
            StringBuilder text = new StringBuilder();
            boolean quoted = at < line.length() && line.charAt(at) == quote;
            at = quoted ? quotedField(line, at + 1, text) : plainField(line, at, text);
            fields.add(!quoted && text.isEmpty() ? null : text.toString());
            if (at >= line.length()) {
                return fields;
            }
            if (line.charAt(at) != separator) {
                throw new IllegalArgumentException(
                        "text follows the closing quote of field " + fields.size());
            }
            at++;
        }
    }

    private int plainField(String line, int from, StringBuilder text) {
        int end = line.indexOf(separator, from);
        int to = end < 0 ? line.length() : end;
        text.append(line, from, to);
        return to;
    }

    private int quotedField(String line, int from, StringBuilder text) {
        int at = from;
        while (at < line.length()) {
            char next = line.charAt(at++);
            if (next != quote) {
                text.append(next);
            } else if (at < line.length() && line.charAt(at) == quote) {
                text.append(quote);
                at++;
            } else {
                return at;
            }
        }
        throw new IllegalArgumentException("a quote is not closed");
    }

    /** Null is written as nothing, an empty text as two quotes. */
    String join(List<@Nullable String> fields) {
        StringBuilder line = new StringBuilder();
        for (int index = 0; index < fields.size(); index++) {
            if (index > 0) {
                line.append(separator);
            }
            String field = fields.get(index);
            if (field != null) {
                line.append(needsQuotes(field) ? quoted(field) : field);
            }
        }
        return line.toString();
    }

    private boolean needsQuotes(String field) {
        return field.isEmpty()
                || field.indexOf(separator) >= 0
                || field.indexOf(quote) >= 0
                || field.indexOf('\n') >= 0
                || field.indexOf('\r') >= 0;
    }

    private String quoted(String field) {
        String mark = String.valueOf(quote);
        return mark + field.replace(mark, mark + mark) + mark;
    }
}
