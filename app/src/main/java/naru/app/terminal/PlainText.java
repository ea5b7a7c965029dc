package naru.app.terminal;

/**
 * Text of foreign origin made harmless for terminals and log files: control characters, line
 * separators and direction marks appear as escapes, so that nobody can forge a line.
 */
public final class PlainText {
    private PlainText() {}

    /** The text itself when nothing in it needs escaping. */
    public static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (needsEscape(text.charAt(i))) {
                return escapeFrom(text, i);
            }
        }
        return text;
    }

    private static String escapeFrom(String text, int first) {
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char character = text.charAt(i);
            if (!needsEscape(character)) {
                escaped.append(character);
                continue;
            }
            switch (character) {
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> escaped.append(String.format("\\u%04x", (int) character));
            }
        }
        return escaped.toString();
    }

    private static boolean needsEscape(char character) {
        return character < 0x20
                || (character >= 0x7f && character < 0xa0)
                || character == 0x061c
                || character == 0x200e
                || character == 0x200f
                || character == 0x2028
                || character == 0x2029
                || (character >= 0x202a && character <= 0x202e)
                || (character >= 0x2066 && character <= 0x2069);
    }
}
