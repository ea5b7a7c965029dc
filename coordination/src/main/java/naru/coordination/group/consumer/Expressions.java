package naru.coordination.group.consumer;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import naru.coordination.BoundedPattern;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.TopicCatalog;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** Regular expressions of topics, in RE2's language: matching takes time in proportion to input. */
final class Expressions {
    private Expressions() {}

    /** Null when it can be evaluated. */
    static @Nullable Refusal check(String expression) {
        try {
            BoundedPattern.compile(expression);
            return null;
        } catch (PatternSyntaxException e) {
            return new Refusal(
                    Errors.INVALID_REGULAR_EXPRESSION,
                    "SubscribedTopicRegex `"
                            + expression
                            + "` is not a valid regular expression: "
                            + e.getDescription()
                            + ".");
        }
    }

    /** Topics whose whole name it matches and that the member may see. */
    static ResolvedExpression resolve(
            String expression, TopicCatalog topics, Predicate<String> maySee, long nowMillis) {
        Pattern pattern = BoundedPattern.compile(expression);
        Set<String> found = new HashSet<>();
        for (String name : topics.names()) {
            if (pattern.matches(name) && maySee.test(name)) {
                found.add(name);
            }
        }
        return new ResolvedExpression(found, topics.version(), nowMillis);
    }
}
