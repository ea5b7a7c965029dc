package naru.coordination;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Compiles regular expressions that clients bring. RE2 matches in time in proportion to the text,
 * but writes repetitions out: {@code ((a{1000}){1000}){1000}} would take gigabytes. So what an
 * expression becomes is bounded before it is compiled.
 */
public final class BoundedPattern {
    /** Characters of an expression. */
    public static final int LENGTH = 4_000;

    /** Steps that an expression becomes when its repetitions are written out. */
    public static final int STEPS = 20_000;

    private static final Pattern REPETITION = Pattern.compile("\\{([0-9]+)(?:,([0-9]+)?)?\\}");

    /** RE2 takes no number with more. */
    private static final int DIGITS = 4;

    private final String expression;
    private final Deque<Long> outer = new ArrayDeque<>();
    private int at;

    /** Steps of the group that is being read, without its last part. */
    private long steps;

    /** Of the last part, to which a repetition applies. */
    private long last;

    private BoundedPattern(String expression) {
        this.expression = expression;
    }

    /**
     * @throws PatternSyntaxException also for an expression that is too large
     */
    public static Pattern compile(String expression) {
        if (expression.length() > LENGTH) {
            throw new PatternSyntaxException("longer than " + LENGTH + " characters");
        }
        if (new BoundedPattern(expression).count() > STEPS) {
            throw new PatternSyntaxException(
                    "its repetitions come to more than " + STEPS + " steps");
        }
        return Pattern.compile(expression);
    }

    /** At least the steps. What RE2 would refuse may be counted in any way. */
    private long count() {
        while (at < expression.length()) {
            switch (expression.charAt(at)) {
                case '(' -> {
                    outer.push(steps + last);
                    begin(0);
                    steps = 0;
                }
                case ')' -> {
                    long inner = steps + last + 1;
                    steps = outer.isEmpty() ? 0 : outer.pop();
                    last = inner;
                    at++;
                }
                case '[' -> {
                    begin(1);
                    passClass();
                }
                case '\\' -> passEscape();
                case '{' -> repeat();
                default -> begin(1);
            }
            if (steps + last > STEPS) {
                break;
            }
        }
        return outer.stream().mapToLong(Long::longValue).sum() + steps + last;
    }

    /** A part begins with this character. */
    private void begin(long size) {
        steps += last;
        last = size;
        at++;
    }

    private void repeat() {
        int end = expression.indexOf('}', at);
        Matcher bounds = REPETITION.matcher(end < 0 ? "" : expression.substring(at, end + 1));
        if (!bounds.matches()) {
            begin(1);
            return;
        }
        String most = bounds.group(2) == null ? bounds.group(1) : bounds.group(2);
        long times = most.length() > DIGITS ? STEPS : Long.parseLong(most);
        last = (last + 1) * (times + 1);
        at = end + 1;
    }

    private void passEscape() {
        if (expression.startsWith("\\Q", at)) {
            int end = expression.indexOf("\\E", at);
            int after = end < 0 ? expression.length() : end;
            steps += last + after - at;
            last = 1;
            at = end < 0 ? after : after + 2;
            return;
        }
        begin(1);
        passEscaped();
    }

    /** The rest of an escape whose backslash is passed: one character, or one with braces. */
    private void passEscaped() {
        boolean takesBraces = at < expression.length() && "pPx".indexOf(expression.charAt(at)) >= 0;
        at++;
        if (takesBraces && at < expression.length() && expression.charAt(at) == '{') {
            int end = expression.indexOf('}', at);
            at = end < 0 ? expression.length() : end + 1;
        }
    }

    /** The rest of a class whose bracket is passed. A bracket that comes first does not end it. */
    private void passClass() {
        if (at < expression.length() && expression.charAt(at) == '^') {
            at++;
        }
        for (boolean first = true; at < expression.length(); first = false) {
            char next = expression.charAt(at);
            if (next == ']' && !first) {
                at++;
                return;
            }
            int endOfName = expression.startsWith("[:", at) ? expression.indexOf(":]", at) : -1;
            if (endOfName >= 0) {
                at = endOfName + 2;
            } else {
                at++;
                if (next == '\\') {
                    passEscaped();
                }
            }
        }
    }
}
