package naru.connectors;

import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Checks of single properties, whose sentences say what the value should be. */
public final class Checks {
    private Checks() {}

    public static Validator oneOf(String... words) {
        return text(
                "one of " + String.join(", ", words),
                value ->
                        List.of(words).contains(value.toLowerCase(Locale.ROOT))
                                ? null
                                : "must be one of " + String.join(", ", words));
    }

    public static Validator notEmpty(String what) {
        return text("not empty", value -> value.isBlank() ? "must be " + what : null);
    }

    public static Validator atLeast(long least) {
        return between(least, Long.MAX_VALUE);
    }

    public static Validator between(long least, long most) {
        String range =
                most == Long.MAX_VALUE ? least + " or more" : "from " + least + " to " + most;
        return validator(
                range,
                value ->
                        value instanceof Number number
                                        && (number.longValue() < least || number.longValue() > most)
                                ? "must be a whole number, " + range
                                : null);
    }

    public static Validator timeZone() {
        return text(
                "a time zone",
                value -> {
                    try {
                        ZoneId.of(value);
                        return null;
                    } catch (DateTimeException e) {
                        return "must be a time zone such as UTC or Asia/Seoul";
                    }
                });
    }

    public static Validator httpUrl() {
        return text(
                "an http or https URL",
                value -> {
                    String sentence = "must be a URL such as https://example.org/items";
                    try {
                        URI uri = new URI(value.replaceAll("\\$\\{[a-z]+}", "x"));
                        boolean web =
                                "http".equalsIgnoreCase(uri.getScheme())
                                        || "https".equalsIgnoreCase(uri.getScheme());
                        return web && uri.getHost() != null ? null : sentence;
                    } catch (URISyntaxException e) {
                        return sentence + " (" + e.getReason() + ")";
                    }
                });
    }

    public static Validator patterns() {
        return validator(
                "regular expressions",
                value -> {
                    if (value instanceof List<?> patterns) {
                        for (Object pattern : patterns) {
                            try {
                                Pattern.compile(pattern.toString());
                            } catch (PatternSyntaxException e) {
                                return "must be regular expressions; %s is none: %s"
                                        .formatted(pattern, e.getDescription());
                            }
                        }
                    }
                    return null;
                });
    }

    /** A pointer as RFC 6901 has it; empty is the whole document. */
    public static Validator pointer() {
        return text(
                "a JSON pointer",
                value ->
                        value.isEmpty() || value.startsWith("/")
                                ? null
                                : "must be a JSON pointer: it begins with a slash, as in"
                                        + " /data/items");
    }

    private static Validator text(String range, Function<String, @Nullable String> check) {
        return validator(range, value -> value instanceof String text ? check.apply(text) : null);
    }

    /** The function gives the sentence that is wrong with a value, or null. */
    private static Validator validator(
            String range, Function<@Nullable Object, @Nullable String> check) {
        return new Validator() {
            @Override
            public void ensureValid(String name, @Nullable Object value) {
                String sentence = check.apply(value);
                if (sentence != null) {
                    throw new ConfigException(name, value, sentence);
                }
            }

            @Override
            public String toString() {
                return range;
            }
        };
    }
}
