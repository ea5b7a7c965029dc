package naru.connectors.http;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends one request and reads its answer, of bounded size and within a bounded time.
 *
 * <p>Threads: any number at once.
 */
final class Exchange implements AutoCloseable {
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final int SHOWN = 300;

    /**
     * @param retryAfter how long the server asks to wait; null when it does not
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Answer(int status, byte[] body, HttpHeaders headers, @Nullable Duration retryAfter) {
        boolean isGood() {
            return status / 100 == 2;
        }

        /** Whether the same request may succeed later. */
        boolean isPassing() {
            return status == 429 || status == 408 || status == 425 || status / 100 == 5;
        }

        /** For messages: status and the beginning of the body. */
        String shown() {
            String text = new String(body, StandardCharsets.UTF_8).strip();
            return status + " " + (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text);
        }
    }

    private final HttpSettings settings;
    private final HttpClient client;

    Exchange(HttpSettings settings) {
        this.settings = settings;
        this.client =
                HttpClient.newBuilder()
                        .connectTimeout(CONNECT_BOUND)
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .build();
    }

    Answer send(
            String method, URI uri, @Nullable String body, List<Map.Entry<String, String>> further)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(settings.timeout());
        settings.headers().forEach(header -> request.setHeader(header.getKey(), header.getValue()));
        further.forEach(header -> request.setHeader(header.getKey(), header.getValue()));
        request.method(
                method,
                body == null
                        ? BodyPublishers.noBody()
                        : BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        HttpResponse<InputStream> response =
                client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            byte[] bytes = in.readNBytes(settings.responseBytes());
            if (in.read() >= 0) {
                throw new IOException(
                        "the answer is larger than %s=%d"
                                .formatted(HttpSettings.RESPONSE_BYTES, settings.responseBytes()));
            }
            return new Answer(
                    response.statusCode(), bytes, response.headers(), retryAfter(response));
        }
    }

    /** Seconds, or a date. */
    private static @Nullable Duration retryAfter(HttpResponse<?> response) {
        Optional<String> header = response.headers().firstValue("Retry-After");
        if (header.isEmpty()) {
            return null;
        }
        Duration wait;
        try {
            wait = Duration.ofSeconds(Long.parseLong(header.get().strip()));
        } catch (NumberFormatException e) {
            try {
                wait =
                        Duration.between(
                                Instant.now(),
                                ZonedDateTime.parse(
                                                header.get().strip(),
                                                DateTimeFormatter.RFC_1123_DATE_TIME)
                                        .toInstant());
            } catch (DateTimeException none) {
                return null;
            }
        }
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
