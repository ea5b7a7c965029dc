package naru.app.explain;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is so, in a sentence.
 *
 * @param level whether somebody should do something about it
 * @param advice what can be done, or null when nothing has to be
 */
public record Finding(Level level, String sentence, @Nullable String advice) {
    /** How much it matters. */
    public enum Level {
        fine,
        notable,
        problem
    }

    static Finding fine(String sentence) {
        return new Finding(Level.fine, sentence, null);
    }

    static Finding notable(String sentence, @Nullable String advice) {
        return new Finding(Level.notable, sentence, advice);
    }

    static Finding problem(String sentence, String advice) {
        return new Finding(Level.problem, sentence, advice);
    }
}
