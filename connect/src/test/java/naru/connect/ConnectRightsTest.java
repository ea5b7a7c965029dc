package naru.connect;

import static org.assertj.core.api.Assertions.assertThat;

import naru.http.Identity;
import naru.http.WebBounds;
import naru.http.WebServer;
import naru.junit.Naru;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What somebody may ask who may only see connectors. */
class ConnectRightsTest {
    private static final Identity READER =
            new Identity() {
                @Override
                public String name() {
                    return "reader";
                }

                @Override
                public String key() {
                    return "reader";
                }

                @Override
                public Map<String, Object> clientProperties() {
                    return Map.of();
                }

                @Override
                public boolean may(Right right, String topic) {
                    return right == Right.READ;
                }
            };

    @TempDir private Path folder;

    @Test
    void validationRunsPluginsAndReadsSecretsSoWhoMayOnlySeeMayNotAskForIt() throws Exception {
        try (Naru node = Naru.start();
                WebServer server = new WebServer(WebBounds.DEFAULT);
                ConnectService service =
                        new ConnectService(
                                TestSettings.of(node.bootstrapServers(), folder),
                                (credentials, from) -> READER,
                                status -> {});
                HttpClient client = HttpClient.newHttpClient()) {
            int port = server.listen(URI.create("http://127.0.0.1:0"), service.front(), null);
            server.start();
            String base = "http://127.0.0.1:" + port;
            HttpResponse<String> seen = ask(client, "GET", base + "/connector-plugins", "");
            assertThat(seen.statusCode()).isEqualTo(200);
            HttpResponse<String> validated =
                    ask(
                            client,
                            "PUT",
                            base + "/connector-plugins/TickingConnector/config/validate",
                            """
                            {"connector.class": "naru.connect.TickingConnector", "name": "${env:PATH}"}
                            """);
            assertThat(validated.body()).doesNotContain(System.getenv("PATH"));
            assertThat(validated.statusCode()).isEqualTo(403);
        }
    }

    private static HttpResponse<String> ask(
            HttpClient client, String method, String url, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofMinutes(2))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
