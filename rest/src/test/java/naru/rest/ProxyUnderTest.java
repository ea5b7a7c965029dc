package naru.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;

import naru.http.Json;
import naru.http.Login;
import naru.http.Refusal;
import naru.http.WebBounds;
import naru.http.WebServer;
import naru.rest.cluster.UserClients;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A proxy in this JVM, beside a cluster, and a client that asks it. */
final class ProxyUnderTest implements AutoCloseable {
    static final String V2 = "application/vnd.kafka.v2+json";
    static final String V2_JSON = "application/vnd.kafka.json.v2+json";
    static final String V3 = "application/json";

    private final WebServer server = new WebServer(WebBounds.DEFAULT);
    private final HttpClient client = HttpClient.newHttpClient();
    private final RestService service;
    private final String base;

    /**
     * An answer; its body is null where there is none, and the first line's where there are more.
     */
    record Reply(int status, String type, JsonNode body, String text) {
        int code() {
            return body.path("error_code").asInt(0);
        }
    }

    ProxyUnderTest(String bootstrap, RestSettings settings, UserClients.@Nullable Registry registry)
            throws IOException {
        this.service =
                new RestService(
                        settings,
                        Map.of("bootstrap.servers", bootstrap),
                        registry == null
                                ? credentials -> {
                                    throw new Refusal(422, 42206, "no registry here");
                                }
                                : registry,
                        Login.OPEN);
        int port = server.listen(URI.create("http://127.0.0.1:0"), service.front(), null);
        server.start();
        this.base = "http://127.0.0.1:" + port;
    }

    String base() {
        return base;
    }

    String clusterId() throws Exception {
        return get("/v3/clusters").body().at("/data/0/cluster_id").asText();
    }

    Reply get(String path) throws Exception {
        return ask("GET", path, V2, "");
    }

    Reply post(String path, String type, String body) throws Exception {
        return ask("POST", path, type, body);
    }

    Reply ask(String method, String path, String type, String body) throws Exception {
        return ask(method, path, type, body, "");
    }

    /**
     * @param accept empty: what the client takes is left open
     */
    Reply ask(String method, String path, String type, String body, String accept)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .timeout(Duration.ofMinutes(2))
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", type);
        }
        if (!accept.isEmpty()) {
            request.header("Accept", accept);
        }
        HttpResponse<String> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        String text = answer.body();
        String first = text.lines().findFirst().orElse("");
        return new Reply(
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElse(""),
                first.isEmpty()
                        ? NullNode.getInstance()
                        : Json.parse(first.getBytes(StandardCharsets.UTF_8)),
                text);
    }

    @Override
    public void close() {
        client.close();
        server.close();
        service.close();
    }
}
