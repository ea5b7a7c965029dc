package naru.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import naru.http.Json;
import naru.http.Login;
import naru.http.WebBounds;
import naru.http.WebServer;
import naru.registry.store.MemoryLog;
import naru.registry.store.Registry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;

/** Two nodes of a registry over HTTP, on one log in memory. */
final class ServedRegistry implements AutoCloseable {
    static final Map<String, String> USUAL =
            Map.of("Content-Type", "application/vnd.schemaregistry.v1+json");

    private final MemoryLog log = new MemoryLog();
    private final Registry registry = new Registry(log.view(), new Random(1));
    private final Registry neighbour = new Registry(log.view(), new Random(2));
    private final WebServer server = new WebServer(WebBounds.DEFAULT);
    private final HttpClient client = HttpClient.newHttpClient();
    private final String base;
    private final String other;

    /** An answer. */
    record Reply(int status, JsonNode body, HttpResponse<String> answer) {
        int code() {
            return body.path("error_code").asInt(0);
        }
    }

    ServedRegistry() {
        try {
            base = listen(registry);
            other = listen(neighbour);
            server.start();
        } catch (IOException fault) {
            throw new IllegalStateException(fault);
        }
    }

    private String listen(Registry served) throws IOException {
        var facts = new RegistryRoutes.ServerFacts("1", "_schemas", () -> "cluster-1");
        int port =
                server.listen(
                        URI.create("http://127.0.0.1:0"),
                        RegistryRoutes.front(served, InstantSource.system(), facts, Login.OPEN),
                        null);
        return "http://127.0.0.1:" + port;
    }

    MemoryLog log() {
        return log;
    }

    Reply send(String method, String path, @Nullable JsonNode body) throws Exception {
        return send(base, method, path, body == null ? null : body.toString(), USUAL);
    }

    /** Asks the other node. */
    Reply sendToOther(String method, String path, @Nullable JsonNode body) throws Exception {
        return send(other, method, path, body == null ? null : body.toString(), USUAL);
    }

    Reply send(String method, String path, @Nullable String body, Map<String, String> headers)
            throws Exception {
        return send(base, method, path, body, headers);
    }

    private Reply send(
            String node,
            String method,
            String path,
            @Nullable String body,
            Map<String, String> headers)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(node + path))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        HttpResponse<String> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        JsonNode tree =
                answer.body().isEmpty()
                        ? JsonNodeFactory.instance.nullNode()
                        : Json.MAPPER.readTree(answer.body());
        return new Reply(answer.statusCode(), tree, answer);
    }

    @Override
    public void close() {
        client.close();
        server.close();
        registry.close();
        neighbour.close();
    }
}
