package naru.schema.json;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * A regular expression of a stranger's: whatever it is, one search takes a bounded number of looks
 * at the text, and all searches of a payload together.
 */
final class BoundedPattern {
    private static final int LOOKS = 200_000;
    private static final int PAYLOAD_LOOKS = 400_000;
    private static final int LOOKS_FOR_EACH_BYTE = 200;

    /** How many looks are left for the payload that is being checked. */
    private static final ScopedValue<AtomicLong> LEFT = ScopedValue.newInstance();

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

    /** Does something with a number of looks that is in proportion to the payload's size. */
    static <T, X extends Exception> T bounded(int bytes, ScopedValue.CallableOp<T, X> operation)
            throws X {
        AtomicLong left = new AtomicLong(PAYLOAD_LOOKS + (long) LOOKS_FOR_EACH_BYTE * bytes);
        return ScopedValue.where(LEFT, left).call(operation);
    }

    /** Whether some part of the text matches, as JSON Schema means its patterns. */
    boolean find(String text) {
        AtomicInteger looks = new AtomicInteger();
        long most = LEFT.isBound() ? Math.min(LOOKS, LEFT.get().get()) : LOOKS;
        try {
            return pattern.matcher(new Watched(text, looks, most)).find();
        } catch (StackOverflowError deep) {
            throw new TooCostly();
        } finally {
            if (LEFT.isBound()) {
                LEFT.get().addAndGet(-looks.get());
            }
        }
    }

    /** A text that counts how often it is looked at. */
    private record Watched(CharSequence text, AtomicInteger looks, long most)
            implements CharSequence {
        @Override
        public char charAt(int index) {
            if (looks.incrementAndGet() > most) {
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
            return new Watched(text.subSequence(start, end), looks, most);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
