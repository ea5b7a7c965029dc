package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** Asks Connect by its REST API. */
final class ConnectClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;

    ConnectClient(int port) {
        this.port = port;
    }

    record Answer(int status, JsonNode body) {}

    /** Makes or changes a connector. */
    void put(String name, Map<String, String> config) {
        Answer answer = ask("PUT", "/connectors/" + name + "/config", config);
        assertThat(answer.status()).as(answer.body().toString()).isIn(200, 201);
    }

    Answer get(String path) {
        return ask("GET", path, null);
    }

    Answer ask(String method, String path, @Nullable Object body) {
        try {
            HttpRequest.BodyPublisher content =
                    body == null
                            ? HttpRequest.BodyPublishers.noBody()
                            : HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
            HttpResponse<byte[]> answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .header("Content-Type", "application/json")
                                    .method(method, content)
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(
                    answer.statusCode(),
                    answer.body().length == 0 ? JSON.missingNode() : JSON.readTree(answer.body()));
        } catch (IOException | InterruptedException fault) {
            throw new AssertionError(method + " " + path, fault);
        }
    }
}
