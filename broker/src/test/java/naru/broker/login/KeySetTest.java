package naru.broker.login;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;

import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Key sets behind an address that is endless, gone or serves something else. */
@Timeout(60)
class KeySetTest {
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        threads.shutdownNow();
        System.clearProperty(ALLOWED);
    }

    private String serve(HttpHandler handler) {
        server.createContext("/keys", handler);
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
        System.setProperty(ALLOWED, url);
        return url;
    }

    private static HttpHandler repeating(String text, int times) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                for (int i = 0; i < times; i++) {
                    out.write(bytes);
                }
            }
        };
    }

    @Test
    void anEndlessOneIsReadNoFurtherThanToItsBound() {
        String url = serve(repeating("{\"keys\":[".repeat(1000), Integer.MAX_VALUE));
        assertThatThrownBy(() -> open(url))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("More than 524288 characters");
    }

    @Test
    void anythingElseIsNone() {
        String url = serve(repeating("<html>root:x:0:0</html>", 1));
        assertThatThrownBy(() -> open(url))
                .isInstanceOf(KafkaException.class)
                .hasMessageNotContaining("root");
    }

    @Test
    void oneThatIsGoneIsTold() {
        String url = serve(repeating("", 1));
        server.stop(0);
        assertThatThrownBy(() -> open(url))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("Connection refused");
    }

    private static void open(String url) {
        new Bearer(BearerTest.settings(url), BearerTest.ENTRY).close();
    }
}
