package naru.http;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

final class WebServerTest {
    private static final int BODY_MOST = 1_000;
    private static final int IDLE_MILLIS = 700;
    private static final int BODIES = 64 << 10;

    private final WebServer server =
            new WebServer(new WebBounds(16, 4, BODY_MOST, 4_096, BODIES, IDLE_MILLIS, 100));
    private final HttpClient client = HttpClient.newHttpClient();
    private int port;

    @BeforeEach
    void serve() throws IOException {
        port = server.listen(URI.create("http://127.0.0.1:0"), front(Login.OPEN), null);
        server.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void pathIsSplitBeforeItIsDecoded() throws Exception {
        assertThat(get("/named/a%2Fb%20c+d").body()).isEqualTo("a/b c+d");
    }

    @Test
    void fixedSegmentWinsOverVariable() throws Exception {
        assertThat(get("/named/fixed").body()).isEqualTo("the fixed one");
    }

    @Test
    void restOfPathIsOneVariable() throws Exception {
        assertThat(get("/files/a/b.js").body()).isEqualTo("a/b.js");
    }

    @Test
    void unknownPathIsRefusedInTheServicesShape() throws Exception {
        HttpResponse<String> answer = get("/nowhere");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("{\"code\":404,\"why\":\"HTTP 404 Not Found\"}");
    }

    @Test
    void otherMethodIsNotAllowed() throws Exception {
        assertThat(send("DELETE", "/named/x", "").statusCode()).isEqualTo(405);
    }

    @Test
    void parametersAreDecoded() throws Exception {
        assertThat(get("/query?name=a%26b&name=c").body()).isEqualTo("[a&b, c]");
    }

    @Test
    void bodyUpToTheBoundIsRead() throws Exception {
        String body = "x".repeat(BODY_MOST);
        assertThat(send("POST", "/echo", body).body()).isEqualTo(body);
    }

    @Test
    void largerBodyIsRefusedAndTheNextRequestServed() throws Exception {
        assertThat(send("POST", "/echo", "x".repeat(BODY_MOST + 1)).statusCode()).isEqualTo(413);
        assertThat(send("POST", "/echo", "y").body()).isEqualTo("y");
    }

    @Test
    void malformedJsonIsRefusedWithItsPlace() throws Exception {
        HttpResponse<String> answer = send("POST", "/json", "{\"a\":\n ?}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("line 2, column");
    }

    @Test
    void deepJsonIsRefused() throws Exception {
        assertThat(send("POST", "/json", "[".repeat(900)).statusCode()).isEqualTo(400);
    }

    @Test
    void faultInRouteHarmsNobodyElse() throws Exception {
        HttpResponse<String> answer = get("/fault");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("\"code\":500");
        assertThat(get("/named/fixed").statusCode()).isEqualTo(200);
    }

    @Test
    void endlessRecursionInRouteHarmsNobodyElse() throws Exception {
        assertThat(get("/recursion").statusCode()).isEqualTo(500);
        assertThat(get("/named/fixed").statusCode()).isEqualTo(200);
    }

    @Test
    void streamedAnswerArrivesWhole() throws Exception {
        assertThat(get("/stream").body()).isEqualTo("0123456789".repeat(10_000));
    }

    @Test
    void requestsAreCountedByRoute() throws Exception {
        get("/named/a");
        get("/named/b");
        get("/fault");
        get("/nowhere");
        awaitCounted(4);
        assertThat(server.traffic().counts())
                .extracting(count -> count.route().template() + count.answers())
                .containsExactly("-{404=1}", "/fault{500=1}", "/named/{name}{200=2}");
        assertThat(server.traffic().counts())
                .allSatisfy(count ->
                        assertThat(count.durations().stream().mapToLong(Long::longValue).sum())
                                .isEqualTo(
                                        count.answers().values().stream()
                                                .mapToLong(Long::longValue)
                                                .sum()));
    }

    @Test
    void requestsOfALaterTableAreCountedByItsRoutes() throws Exception {
        get("/later/1");
        get("/later/2");
        get("/later/2/nowhere");
        awaitCounted(3);
        assertThat(server.traffic().counts())
                .extracting(count -> count.route().template() + count.answers())
                .containsExactly("-{404=1}", "/later/{number}{200=2}");
    }

    /** A request is counted after its answer was sent. */
    private void awaitCounted(int requests) {
        while (server.traffic().counts().stream()
                        .flatMap(count -> count.answers().values().stream())
                        .mapToLong(Long::longValue)
                        .sum()
                < requests) {
            Thread.onSpinWait();
        }
    }

    @Test
    void linksBeginAsTheClientAddressedTheServer() throws Exception {
        assertThat(get("/origin").body()).isEqualTo("http://127.0.0.1:" + port);
        assertThat(raw("GET /origin HTTP/1.1\r\nHost: box:99\r\nConnection: close\r\n\r\n"))
                .endsWith("http://box:99");
    }

    @Test
    void headHasNoBody() throws Exception {
        HttpResponse<String> answer = send("HEAD", "/named/fixed", "");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void requestThatIsNoHttpIsRefusedAsJson() throws Exception {
        assertThat(raw("NONSENSE\r\n\r\n")).startsWith("HTTP/1.1 400").contains("\"error_code\"");
    }

    @Test
    void hugeHeadersAreRefused() throws Exception {
        assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nLong: " + "x".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void clientThatFallsSilentInItsBodyIsLetGo() throws Exception {
        String answer = raw("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
        assertThat(answer)
                .satisfiesAnyOf(
                        text -> assertThat(text).startsWith("HTTP/1.1 408"),
                        text -> assertThat(text).isEmpty());
    }

    @Test
    void silentClientsDoNotKeepOthersOut() throws Exception {
        Socket[] silent = new Socket[16];
        for (int i = 0; i < silent.length; i++) {
            silent[i] = new Socket(InetAddress.getLoopbackAddress(), port);
        }
        try {
            assertThat(get("/named/fixed").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void userIsWhoTheLoginSays() throws Exception {
        int secured = server.listen(URI.create("http://127.0.0.1:0"), front(this::login), null);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + secured + "/user"));
        HttpResponse<String> refused = client.send(request.build(), BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
        String basic = Base64.getEncoder().encodeToString("ann:secret".getBytes(UTF_8));
        request.header("Authorization", "Basic " + basic);
        assertThat(client.send(request.build(), BodyHandlers.ofString()).body()).isEqualTo("ann");
    }

    private Identity login(Credentials credentials, InetAddress from) {
        return switch (credentials) {
            case Credentials.Basic(String user, String password) when password.equals("secret") ->
                    new Named(user);
            case Credentials.Basic b -> throw new Refusal(401, "wrong password");
            case Credentials.Bearer b -> throw new Refusal(401, "no tokens");
            case Credentials.Certificate(String user) -> new Named(user);
            case Credentials.None n -> throw new Refusal(401, "say who you are");
        };
    }

    private record Named(String name) implements Identity {
        @Override
        public String key() {
            return name;
        }

        @Override
        public Map<String, Object> clientProperties() {
            return Map.of();
        }

        @Override
        public boolean may(Right right, String topic) {
            return false;
        }
    }

    private static Front front(Login login) {
        Routes later =
                Routes.builder()
                        .get("/later/{number}", call -> text(call.variable("number")))
                        .build();
        Routes routes =
                Routes.builder()
                        .get("/named/{name}", call -> text(call.variable("name")))
                        .get("/named/fixed", call -> text("the fixed one"))
                        .get("/files/{path...}", call -> text(call.variable("path")))
                        .get("/later/{rest...}", call -> call.whole().answerBy(later))
                        .get("/query", call -> text(call.parameters("name").toString()))
                        .get("/origin", call -> text(call.origin()))
                        .get("/user", call -> text(call.identity().name()))
                        .post("/echo", call -> text(new String(call.body(), UTF_8)))
                        .post("/json", call -> text(call.json().toString()))
                        .get(
                                "/fault",
                                call -> {
                                    throw new IllegalStateException("planted");
                                })
                        .get("/recursion", call -> text(String.valueOf(endless(1))))
                        .get(
                                "/stream",
                                call -> Answer.streamed(200, "text/plain", WebServerTest::digits))
                        .build();
        return new Front(
                "test",
                routes,
                login,
                (headers, refusal) ->
                        Answer.json(
                                refusal.status(),
                                "application/json",
                                new TreeMap<>(
                                        Map.of("code", refusal.code(), "why", refusal.message()))),
                BODY_MOST,
                Condition.Up::new);
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int endless(int depth) {
        return endless(depth + 1) + depth;
    }

    private static void digits(OutputStream out) throws IOException {
        for (int i = 0; i < 10_000; i++) {
            out.write("0123456789".getBytes(UTF_8));
        }
    }

    private static Answer text(String text) {
        return Answer.text(200, "text/plain", text);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, "");
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
