package naru.connectors.http;

import naru.connectors.Checks;
import naru.connectors.Findings;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The properties that source and sink have in common. */
final class HttpSettings {
    static final String URL = "url";
    static final String HEADERS = "headers";
    static final String AUTH = "auth.type";
    static final String AUTH_USER = "auth.user";
    static final String AUTH_PASSWORD = "auth.password";
    static final String AUTH_TOKEN = "auth.token";
    static final String TIMEOUT = "timeout.ms";
    static final String BACKOFF = "retry.backoff.ms";
    static final String BACKOFF_MOST = "retry.backoff.max.ms";
    static final String RESPONSE_BYTES = "response.max.bytes";

    private static final List<String> NOT_ALLOWED =
            List.of("connection", "content-length", "expect", "host", "upgrade");

    private final Map<String, ?> values;

    HttpSettings(Map<String, ?> values) {
        this.values = values;
    }

    static void define(ConfigDef definition) {
        definition
                .define(
                        URL,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Checks.httpUrl(),
                        Importance.HIGH,
                        "The URL that is asked")
                .define(
                        HEADERS,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.MEDIUM,
                        "Headers of each request, as in Accept: application/json, X-Team: harbour")
                .define(
                        AUTH,
                        ConfigDef.Type.STRING,
                        "none",
                        Checks.oneOf("none", "basic", "bearer"),
                        Importance.MEDIUM,
                        "How requests log in")
                .define(
                        AUTH_USER,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "User for auth.type=basic")
                .define(
                        AUTH_PASSWORD,
                        ConfigDef.Type.PASSWORD,
                        "",
                        Importance.MEDIUM,
                        "Password for auth.type=basic")
                .define(
                        AUTH_TOKEN,
                        ConfigDef.Type.PASSWORD,
                        "",
                        Importance.MEDIUM,
                        "Token for auth.type=bearer")
                .define(
                        TIMEOUT,
                        ConfigDef.Type.LONG,
                        30_000,
                        Checks.atLeast(1),
                        Importance.LOW,
                        "How long an answer may take")
                .define(
                        BACKOFF,
                        ConfigDef.Type.LONG,
                        1_000,
                        Checks.atLeast(1),
                        Importance.LOW,
                        "Wait after the first failure; doubled with each further one")
                .define(
                        BACKOFF_MOST,
                        ConfigDef.Type.LONG,
                        60_000,
                        Checks.atLeast(1),
                        Importance.LOW,
                        "The longest wait between two tries")
                .define(
                        RESPONSE_BYTES,
                        ConfigDef.Type.INT,
                        16_000_000,
                        Checks.between(1, 1_000_000_000),
                        Importance.LOW,
                        "The largest answer that is read");
    }

    static void check(HttpSettings settings, Findings findings) {
        for (String header : settings.list(HEADERS)) {
            int colon = header.indexOf(':');
            if (colon <= 0) {
                findings.add(
                        HEADERS, header + " must be a name, a colon and a value, as in X-Team: a");
            } else if (NOT_ALLOWED.contains(
                    header.substring(0, colon).strip().toLowerCase(Locale.ROOT))) {
                findings.add(HEADERS, header.substring(0, colon) + " is set by the client itself");
            }
        }
        String auth = settings.text(AUTH).toLowerCase(Locale.ROOT);
        if (auth.equals("basic") && settings.text(AUTH_USER).isBlank()) {
            findings.add(AUTH_USER, "auth.type=basic needs a user");
        }
        if (auth.equals("bearer") && settings.secret(AUTH_TOKEN).isBlank()) {
            findings.add(AUTH_TOKEN, "auth.type=bearer needs a token");
        }
    }

    /** Name and value of each, the login's too. */
    List<Map.Entry<String, String>> headers() {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String header : list(HEADERS)) {
            int colon = header.indexOf(':');
            headers.add(
                    Map.entry(
                            header.substring(0, colon).strip(),
                            header.substring(colon + 1).strip()));
        }
        switch (text(AUTH).toLowerCase(Locale.ROOT)) {
            case "basic" -> {
                String login = text(AUTH_USER) + ":" + secret(AUTH_PASSWORD);
                byte[] bytes = login.getBytes(StandardCharsets.UTF_8);
                headers.add(
                        Map.entry(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(bytes)));
            }
            case "bearer" ->
                    headers.add(Map.entry("Authorization", "Bearer " + secret(AUTH_TOKEN)));
            default -> {
                // Nobody logs in.
            }
        }
        return headers;
    }

    Duration timeout() {
        return millis(TIMEOUT);
    }

    Duration backoff() {
        return millis(BACKOFF);
    }

    Duration backoffMost() {
        return millis(BACKOFF_MOST);
    }

    int responseBytes() {
        return number(RESPONSE_BYTES);
    }

    String text(String name) {
        return (String) Objects.requireNonNull(values.get(name));
    }

    int number(String name) {
        return (Integer) Objects.requireNonNull(values.get(name));
    }

    Duration millis(String name) {
        return Duration.ofMillis((Long) Objects.requireNonNull(values.get(name)));
    }

    private String secret(String name) {
        @Nullable Object value = values.get(name);
        return value instanceof Password password ? password.value() : "";
    }

    List<String> list(String name) {
        return ((List<?>) Objects.requireNonNull(values.get(name)))
                .stream().map(Object::toString).filter(text -> !text.isBlank()).toList();
    }
}
