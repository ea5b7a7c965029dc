package naru.broker.audit;

import org.jspecify.annotations.Nullable;

/**
 * One JSON object on one line. Texts come from strangers: whatever could end the line, pass for
 * another line or steer a terminal is escaped, and long texts are cut.
 */
final class JsonLine {
    private static final int MOST_CHARACTERS = 512;

    private final StringBuilder text = new StringBuilder(256).append('{');

    JsonLine add(String name, @Nullable String value) {
        key(name);
        if (value == null) {
            text.append("null");
            return this;
        }
        text.append('"');
        int end = Math.min(value.length(), MOST_CHARACTERS);
        for (int i = 0; i < end; i++) {
            escape(value.charAt(i));
        }
        if (end < value.length()) {
            text.append("...");
        }
        text.append('"');
        return this;
    }

    JsonLine add(String name, long value) {
        key(name);
        text.append(value);
        return this;
    }

    private void key(String name) {
        if (text.length() > 1) {
            text.append(',');
        }
        text.append('"').append(name).append("\":");
    }

    /** All but printable ASCII is written by its number, which hides no direction marks. */
    private void escape(char character) {
        if (character == '"' || character == '\\') {
            text.append('\\').append(character);
        } else if (character >= ' ' && character < 0x7f) {
            text.append(character);
        } else {
            text.append(String.format("\\u%04x", (int) character));
        }
    }

    String end() {
        return text.append('}').toString();
    }
}
