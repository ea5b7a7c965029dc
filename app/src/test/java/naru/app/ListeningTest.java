package naru.app;

import static org.assertj.core.api.Assertions.assertThat;

import naru.http.Answer;
import naru.http.Condition;
import naru.http.Front;
import naru.http.Login;
import naru.http.Routes;
import naru.http.WebBounds;
import naru.http.WebServer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;

class ListeningTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @Test
    void takenPortIsToldAndServedWhenItIsFree() throws Exception {
        try (WebServer server = new WebServer(WebBounds.DEFAULT);
                Listening listening = new Listening(server)) {
            try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                URI taken = URI.create("http://127.0.0.1:" + other.getLocalPort());
                listening.on("registry", taken, front(), null);
                listening.on("rest", URI.create("http://127.0.0.1:0"), front(), null);
                server.start();
                listening.goOn();
                assertThat(listening.nothingServed()).isEmpty();
                assertThat(listening.trouble("rest")).isEmpty();
                assertThat(listening.trouble("registry"))
                        .contains("naru.registry.listeners")
                        .contains(taken.toString());
                assertThat(listening.summary())
                        .anySatisfy(line -> assertThat(line).startsWith("rest http"))
                        .anySatisfy(line -> assertThat(line).startsWith("registry NOT at"));
            }
            long end = System.nanoTime() + BOUND.toNanos();
            while (!listening.trouble("registry").isEmpty()) {
                assertThat(System.nanoTime()).isLessThan(end);
                Thread.sleep(50);
            }
            assertThat(listening.summary())
                    .anySatisfy(line -> assertThat(line).startsWith("registry http"));
        }
    }

    @Test
    void nothingServedIsTold() throws IOException {
        try (WebServer server = new WebServer(WebBounds.DEFAULT);
                Listening listening = new Listening(server);
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI taken = URI.create("http://127.0.0.1:" + other.getLocalPort());
            listening.on("rest", taken, front(), null);
            assertThat(listening.nothingServed()).hasSize(1);
        }
    }

    private static Front front() {
        return new Front(
                "test",
                Routes.builder().build(),
                Login.OPEN,
                (headers, refusal) -> Answer.empty(refusal.status()),
                0,
                Condition.Up::new);
    }
}
