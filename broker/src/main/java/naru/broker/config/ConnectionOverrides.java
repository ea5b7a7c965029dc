package naru.broker.config;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/** {@code max.connections.per.ip.overrides}: how many connections single hosts may have. */
public final class ConnectionOverrides {
    private ConnectionOverrides() {}

    /** Limit by host name or address, or null when the text is malformed. */
    public static @Nullable Map<String, Integer> parse(String text) {
        Map<String, Integer> limits = new HashMap<>();
        for (String pair : text.split(",", -1)) {
            if (pair.isBlank()) {
                continue;
            }
            int colon = pair.lastIndexOf(':');
            if (colon <= 0) {
                return null;
            }
            try {
                int limit = Integer.parseInt(pair.substring(colon + 1).strip());
                limits.put(pair.substring(0, colon).strip(), limit);
            } catch (NumberFormatException malformed) {
                return null;
            }
        }
        return Map.copyOf(limits);
    }
}
