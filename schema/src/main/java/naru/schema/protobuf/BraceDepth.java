package naru.schema.protobuf;

import naru.schema.InvalidSchemaException;

/** How deeply a {@code .proto} text is nested, told before a parser that recurses sees it. */
final class BraceDepth {
    private final String text;
    private int at;

    private BraceDepth(String text) {
        this.text = text;
    }

    static void check(String text, int limit) throws InvalidSchemaException {
        if (new BraceDepth(text).deepest() > limit) {
            throw new InvalidSchemaException("The schema is nested deeper than " + limit);
        }
    }

    private int deepest() {
        int depth = 0;
        int deepest = 0;
        while (at < text.length()) {
            char c = text.charAt(at++);
            switch (c) {
                case '{', '[', '<' -> deepest = Math.max(deepest, ++depth);
                case '}', ']', '>' -> depth--;
                case '"', '\'' -> skipString(c);
                case '/' -> skipComment();
                default -> {}
            }
        }
        return deepest;
    }

    private void skipString(char quote) {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\\') {
                at++;
            } else if (c == quote) {
                return;
            }
        }
    }

    private void skipComment() {
        if (text.startsWith("/", at)) {
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end;
        } else if (text.startsWith("*", at)) {
            int end = text.indexOf("*/", at + 1);
            at = end < 0 ? text.length() : end + 2;
        }
    }
}
