package naru.schema.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls of the registry's API: the address that answered last first, then the others. Everything
 * that is sent may be sent twice.
 *
 * <p>Threads: any. The HTTP client is made by the first call.
 */
final class RegistryCalls implements AutoCloseable {
    private static final int ANSWER_BYTES = 20 << 20;
    private static final int TOLD_CHARACTERS = 2_000;
    private static final String TYPE = "application/vnd.schemaregistry.v1+json";

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(50)
                                                    .build())
                                    .build())
                    .build();

    private final RegistryAddress address;
    private volatile int preferred;
    private @Nullable HttpClient client;
    private boolean closed;

    RegistryCalls(RegistryAddress address) {
        this.address = address;
    }

    JsonNode get(String path) throws SchemaSourceException {
        return call("GET", path, null);
    }

    JsonNode post(String path, JsonNode body) throws SchemaSourceException {
        return call("POST", path, body.toString());
    }

    private JsonNode call(String method, String path, @Nullable String body)
            throws SchemaSourceException {
        int first = preferred;
        SchemaSourceException last = null;
        for (int i = 0; i < address.bases().size(); i++) {
            int index = (first + i) % address.bases().size();
            try {
                JsonNode answer = ask(address.bases().get(index), method, path, body);
                preferred = index;
                return answer;
            } catch (RegistryUnreachableException silent) {
                if (Thread.currentThread().isInterrupted()) {
                    throw silent;
                }
                last = last == null ? silent : last;
            } catch (RegistryRefusedException refused) {
                if (!refused.retriable()) {
                    preferred = index;
                    throw refused;
                }
                last = refused;
            }
        }
        throw last == null ? new RegistryUnreachableException("No address") : last;
    }

    private JsonNode ask(URI base, String method, String path, @Nullable String body)
            throws RegistryUnreachableException, RegistryRefusedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .header("Accept", TYPE)
                        .timeout(address.timeout());
        if (address.authorization() != null) {
            request.header("Authorization", address.authorization());
        }
        if (body == null) {
            request.GET();
        } else {
            request.header("Content-Type", TYPE)
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        HttpResponse<byte[]> answer = answer(base, request.build());
        return read(base, answer);
    }

    private HttpResponse<byte[]> answer(URI base, HttpRequest request)
            throws RegistryUnreachableException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client().sendAsync(
                                request,
                                BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES));
        try {
            return answer.get(address.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new RegistryUnreachableException(
                    "Interrupted while the schema registry at %s was asked".formatted(base),
                    interrupted);
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw new RegistryUnreachableException(
                    "The schema registry at %s does not answer within %d ms"
                            .formatted(base, address.timeout().toMillis()),
                    late);
        } catch (ExecutionException failed) {
            throw new RegistryUnreachableException(
                    "The schema registry at %s cannot be reached: %s"
                            .formatted(base, reason(failed)),
                    failed);
        }
    }

    private static String reason(ExecutionException failed) {
        Throwable cause = failed.getCause() == null ? failed : failed.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static JsonNode read(URI base, HttpResponse<byte[]> answer)
            throws RegistryUnreachableException, RegistryRefusedException {
        int status = answer.statusCode();
        JsonNode tree = tree(answer.body());
        if (status >= 400) {
            String sentence =
                    tree == null
                            ? new String(answer.body(), StandardCharsets.UTF_8)
                            : tree.path("message").asText("");
            throw new RegistryRefusedException(
                    status,
                    tree == null ? status : tree.path("error_code").asInt(status),
                    sentence.isBlank()
                            ? "HTTP status " + status
                            : sentence.substring(0, Math.min(TOLD_CHARACTERS, sentence.length())));
        }
        if (status != 200 || tree == null) {
            throw new RegistryUnreachableException(
                    "What answers at %s (with HTTP status %d) is no schema registry"
                            .formatted(base, status));
        }
        return tree;
    }

    private static @Nullable JsonNode tree(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            return tree.isMissingNode() ? null : tree;
        } catch (JsonProcessingException none) {
            return null;
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes in memory", impossible);
        }
    }

    private synchronized HttpClient client() throws RegistryUnreachableException {
        if (closed) {
            throw new RegistryUnreachableException("The client of the schema registry is closed");
        }
        if (client == null) {
            HttpClient.Builder builder =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(address.timeout())
                            .executor(Executors.newVirtualThreadPerTaskExecutor());
            if (address.tls() != null) {
                builder.sslContext(address.tls());
            }
            client = builder.build();
        }
        return client;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.shutdownNow();
        }
    }
}
