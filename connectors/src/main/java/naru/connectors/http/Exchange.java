package naru.connectors.http;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends one request and reads its answer, of bounded size and within a bounded time.
 *
 * <p>Threads: any number at once.
 */
final class Exchange implements AutoCloseable {
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final int SHOWN = 300;
    private static final int REDIRECTS_MOST = 5;

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

        /** For messages: status, where it leads to, and the beginning of the body. */
        String shown() {
            String text = new String(body, StandardCharsets.UTF_8).strip();
            String location =
                    headers.firstValue("Location").map(to -> "(at " + to + ") ").orElse("");
            return "%d %s%s"
                    .formatted(
                            status,
                            status / 100 == 3 ? location : "",
                            text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text);
        }
    }

    private final HttpSettings settings;
    private final HttpClient client;

    Exchange(HttpSettings settings) {
        this.settings = settings;
        this.client = HttpClient.newBuilder().connectTimeout(CONNECT_BOUND).build();
    }

    /**
     * Sends it, also where a redirect says that the same request belongs. One that would make
     * another request of it, as of a POST a GET, is an answer like others: what it leads to has
     * taken nothing.
     */
    Answer send(
            String method, URI uri, @Nullable String body, List<Map.Entry<String, String>> further)
            throws IOException, InterruptedException {
        URI at = uri;
        for (int redirects = 0; redirects <= REDIRECTS_MOST; redirects++) {
            List<Map.Entry<String, String>> headers = new ArrayList<>();
            if (isOfSameServer(uri, at)) {
                headers.addAll(settings.headers());
            }
            headers.addAll(further);
            Answer answer = once(method, at, body, headers);
            URI next = redirect(method, at, answer);
            if (next == null) {
                return answer;
            }
            at = next;
        }
        throw new IOException("%s leads to more than %d others".formatted(uri, REDIRECTS_MOST));
    }

    /** What the configuration has in headers is often secret, and meant for nobody else. */
    private static boolean isOfSameServer(URI own, URI other) {
        boolean sameHost = String.valueOf(own.getHost()).equalsIgnoreCase(other.getHost());
        boolean sameDoor =
                own.getScheme().equalsIgnoreCase(other.getScheme())
                        ? own.getPort() == other.getPort()
                        : other.getScheme().equalsIgnoreCase("https");
        return sameHost && sameDoor;
    }

    /** Where the same request is to be sent; null when it is not. */
    private static @Nullable URI redirect(String method, URI at, Answer answer) {
        boolean staysTheSame =
                switch (answer.status()) {
                    case 307, 308 -> true;
                    case 301, 302 -> !method.equals("POST");
                    case 303 -> method.equals("GET");
                    default -> false;
                };
        Optional<String> location = answer.headers().firstValue("Location");
        if (!staysTheSame || location.isEmpty()) {
            return null;
        }
        try {
            URI to = at.resolve(location.get());
            boolean known =
                    "https".equalsIgnoreCase(to.getScheme())
                            || ("http".equalsIgnoreCase(to.getScheme())
                                    && "http".equalsIgnoreCase(at.getScheme()));
            return known && to.getHost() != null ? to : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private Answer once(
            String method, URI uri, @Nullable String body, List<Map.Entry<String, String>> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(settings.timeout());
        headers.forEach(header -> request.setHeader(header.getKey(), header.getValue()));
        request.method(
                method,
                body == null
                        ? BodyPublishers.noBody()
                        : BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        HttpResponse<byte[]> response = whole(uri, request.build());
        return new Answer(
                response.statusCode(), response.body(), response.headers(), retryAfter(response));
    }

    /** The client's own bound on time ends with the headers of an answer. */
    private HttpResponse<byte[]> whole(URI uri, HttpRequest request)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(
                        request,
                        BodyHandlers.limiting(
                                BodyHandlers.ofByteArray(), settings.responseBytes()));
        try {
            return answer.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            answer.cancel(true);
            throw stopping;
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw new IOException(
                    "%s does not answer to the end within %s=%d"
                            .formatted(uri, HttpSettings.TIMEOUT, settings.timeout().toMillis()),
                    late);
        } catch (ExecutionException failed) {
            throw new IOException(
                    "%s (an answer has at most %s=%d bytes)"
                            .formatted(
                                    failed.getCause(),
                                    HttpSettings.RESPONSE_BYTES,
                                    settings.responseBytes()),
                    failed);
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
