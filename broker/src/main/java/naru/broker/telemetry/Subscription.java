package naru.broker.telemetry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A client metrics resource: which metrics are wanted of which clients, and how often.
 *
 * @param metrics prefixes of names; {@code *} is all
 * @param match what each selector's value must match as a whole
 */
record Subscription(List<String> metrics, int intervalMillis, Map<String, Pattern> match) {
    static final String ALL = "*";
    static final int DEFAULT_INTERVAL_MILLIS = 300_000;

    /** The settings have been checked before they were stored. */
    static Subscription of(Map<String, String> settings) {
        Map<String, Pattern> match = new LinkedHashMap<>();
        for (String each : list(settings.getOrDefault("match", ""))) {
            int equals = each.indexOf('=');
            try {
                match.put(
                        each.substring(0, Math.max(0, equals)).strip(),
                        Pattern.compile(each.substring(equals + 1).strip()));
            } catch (PatternSyntaxException malformed) {
                match.put("", Pattern.compile("nobody"));
            }
        }
        return new Subscription(
                list(settings.getOrDefault("metrics", "")),
                interval(settings.get("interval.ms")),
                match);
    }

    private static int interval(@Nullable String text) {
        try {
            return text == null ? DEFAULT_INTERVAL_MILLIS : Integer.parseInt(text.strip());
        } catch (NumberFormatException malformed) {
            return DEFAULT_INTERVAL_MILLIS;
        }
    }

    private static List<String> list(String text) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                parts.add(part.strip());
            }
        }
        return parts;
    }

    boolean matches(ClientTraits client) {
        for (Map.Entry<String, Pattern> each : match.entrySet()) {
            if (!each.getValue().matcher(client.of(each.getKey())).matches()) {
                return false;
            }
        }
        return true;
    }
}
