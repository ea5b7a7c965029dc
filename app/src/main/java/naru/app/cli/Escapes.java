package naru.app.cli;

/** {@code \t}, {@code \n}, {@code \0} and {@code \\} as people write them in options. */
final class Escapes {
    private Escapes() {}

    static String resolve(String text) {
        StringBuilder resolved = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character != '\\' || i + 1 == text.length()) {
                resolved.append(character);
                continue;
            }
            char escaped = text.charAt(++i);
            switch (escaped) {
                case 't' -> resolved.append('\t');
                case 'n' -> resolved.append('\n');
                case 'r' -> resolved.append('\r');
                case '0' -> resolved.append('\0');
                case '\\' -> resolved.append('\\');
                default -> resolved.append('\\').append(escaped);
            }
        }
        return resolved.toString();
    }
}
