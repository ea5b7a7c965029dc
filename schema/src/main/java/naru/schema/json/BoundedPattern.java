package naru.schema.json;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A regular expression of a stranger's: whatever it is, one search takes a bounded number of looks
 * at the text.
 */
final class BoundedPattern {
    private static final int LOOKS = 200_000;

    private final Pattern pattern;

    /**
     * @throws java.util.regex.PatternSyntaxException if the text is no pattern
     */
    BoundedPattern(String pattern) {
        this.pattern = Pattern.compile(pattern);
    }

    /** That a search was given up. */
    static final class TooCostly extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooCostly() {
            super("a pattern takes too long to match", null, false, false);
        }
    }

    /** Whether some part of the text matches, as JSON Schema means its patterns. */
    boolean find(String text) {
        try {
            return pattern.matcher(new Watched(text, new AtomicInteger())).find();
        } catch (StackOverflowError deep) {
            throw new TooCostly();
        }
    }

    /** A text that counts how often it is looked at. */
    private record Watched(CharSequence text, AtomicInteger looks) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (looks.incrementAndGet() > LOOKS) {
                throw new TooCostly();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text.subSequence(start, end), looks);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
