package naru.http;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What clients send on purpose or by mistake: each is answered or let go, and others are served.
 */
final class HostileRequestsTest {
    private static final int BODY_MOST = 100_000;
    private static final int BODIES = 256 << 10;
    private static final int IDLE_MILLIS = 800;

    private final WebServer server =
            new WebServer(new WebBounds(64, 16, BODY_MOST, 4_096, BODIES, IDLE_MILLIS, 100));
    private int port;

    @BeforeEach
    void serve() throws IOException {
        Routes routes =
                Routes.builder()
                        .get("/fine", call -> Answer.text(200, "text/plain", "fine"))
                        .get("/named/{name}", call -> Answer.text(200, "text/plain", "named"))
                        .get(
                                "/long",
                                call -> Answer.text(200, "text/plain", "0123456789".repeat(9_999)))
                        .get(
                                "/stream",
                                call ->
                                        Answer.streamed(
                                                200,
                                                "text/plain",
                                                out ->
                                                        out.write(
                                                                "ab"
                                                                        .repeat(5_000)
                                                                        .getBytes(UTF_8))))
                        .post(
                                "/size",
                                call -> Answer.text(200, "text/plain", "" + call.body().length))
                        .post(
                                "/json",
                                call -> Answer.text(200, "text/plain", call.json().size() + ""))
                        .get(
                                "/memory",
                                call -> {
                                    throw new OutOfMemoryError("planted");
                                })
                        .build();
        Front front =
                new Front(
                        "test",
                        routes,
                        Login.OPEN,
                        (headers, refusal) ->
                                Answer.json(
                                        refusal.status(),
                                        "application/json",
                                        Map.of("message", refusal.message())),
                        BODY_MOST,
                        Condition.Up::new);
        port = server.listen(URI.create("http://127.0.0.1:0"), front, null);
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private byte[] raw(byte[] request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return socket.getInputStream().readAllBytes();
        }
    }

    private String text(String request) throws IOException {
        return new String(raw(request.getBytes(ISO_8859_1)), ISO_8859_1);
    }

    private void othersAreServed() throws IOException {
        assertThat(text("GET /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private String postGzip(String path, byte[] body) throws IOException {
        return post(path, "gzip", body);
    }

    private String post(String path, String coding, byte[] body) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(
                "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
                        .formatted(path, coding, body.length)
                        .getBytes(ISO_8859_1));
        request.writeBytes(body);
        return new String(raw(request.toByteArray()), ISO_8859_1);
    }

    @Test
    void compressedBodyIsReadAsItsContent() throws IOException {
        assertThat(postGzip("/size", gzip(new byte[BODY_MOST]))).endsWith("" + BODY_MOST);
    }

    @Test
    void bombIsRefusedAtTheBoundOfItsContent() throws IOException {
        assertThat(postGzip("/size", gzip(new byte[50 << 20]))).startsWith("HTTP/1.1 413");
        othersAreServed();
    }

    @Test
    void whatIsNoGzipIsRefused() throws IOException {
        assertThat(postGzip("/size", "no gzip at all".getBytes(UTF_8)))
                .startsWith("HTTP/1.1 400")
                .contains("gzip");
        byte[] cut = gzip(new byte[10_000]);
        assertThat(postGzip("/size", Arrays.copyOf(cut, cut.length - 9))).startsWith("HTTP/1.1 4");
    }

    @Test
    void otherCodingsAreRefusedAndGzipIsNamed() throws IOException {
        assertThat(post("/size", "br", new byte[10]))
                .startsWith("HTTP/1.1 415")
                .contains("Accept-Encoding: gzip");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/long", "/stream"})
    void answersAreCompressedForWhoAsks(String path) throws IOException {
        String plain = text("GET " + path + " HTTP/1.0\r\n\r\n");
        String content = plain.substring(plain.indexOf("\r\n\r\n") + 4);
        byte[] answer =
                raw(
                        "GET %s HTTP/1.0\r\nAccept-Encoding: br, gzip;q=0.5\r\n\r\n"
                                .formatted(path)
                                .getBytes(ISO_8859_1));
        String shown = new String(answer, ISO_8859_1);
        int body = shown.indexOf("\r\n\r\n") + 4;
        assertThat(shown.substring(0, body)).contains("Content-Encoding: gzip").contains("Vary:");
        assertThat(answer.length).isLessThan(content.length());
        byte[] packed = Arrays.copyOfRange(answer, body, answer.length);
        assertThat(
                        new String(
                                new GZIPInputStream(new ByteArrayInputStream(packed))
                                        .readAllBytes(),
                                UTF_8))
                .isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "identity", "gzip;q=0", "br", "*;q=0"})
    void othersGetThemAsTheyAre(String accepted) throws IOException {
        assertThat(text("GET /long HTTP/1.0\r\nAccept-Encoding: " + accepted + "\r\n\r\n"))
                .doesNotContain("Content-Encoding");
    }

    @Test
    void headersThatNeverEndAreNotWaitedFor() throws Exception {
        try (Socket slow = connect()) {
            OutputStream out = slow.getOutputStream();
            out.write("GET /fine HTTP/1.1\r\nHost: x\r\nX: ".getBytes(ISO_8859_1));
            long begun = System.nanoTime();
            boolean open = true;
            // Never silent for as long as silence is permitted.
            while (open) {
                assertThat(System.nanoTime() - begun).isLessThan(60_000_000_000L);
                Thread.sleep(IDLE_MILLIS / 4);
                try {
                    out.write('x');
                    out.flush();
                    open = slow.getInputStream().available() == 0;
                } catch (SocketException closed) {
                    open = false;
                }
            }
        }
        othersAreServed();
    }

    /** A request whose lines stand side by side. */
    private static String lines(String request) {
        return request.replace("|", "\r\n");
    }

    @Test
    void requestsInOnePieceAreAnsweredInTheirOrder() throws IOException {
        String fine = lines("GET /fine HTTP/1.1|Host: x||");
        String lost = lines("GET /nowhere HTTP/1.1|Host: x||");
        String last = lines("GET /named/a HTTP/1.1|Host: x|Connection: close||");
        assertThat(text(fine + lost + last))
                .containsSubsequence("200 OK", "fine", "404", "200 OK", "named");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /named/%zz HTTP/1.1|Host: x|Connection: close||",
                "GET /named/%C3%28 HTTP/1.1|Host: x|Connection: close||",
                "GET /named/a%00b HTTP/1.1|Host: x|Connection: close||",
                "GET /fine?a=%zz HTTP/1.1|Host: x|Connection: close||",
                "GET /../../fine HTTP/1.1|Host: x|Connection: close||",
                "GET /fine HTTP/9.9|Host: x||",
                "GET /fine HTTP/1.1|Host: x|Content-Length: -5||",
                "POST /size HTTP/1.1|Host: x|Content-Length: 5|Content-Length: 6||abcdef",
                "POST /size HTTP/1.1|Host: x|Content-Length: 5|Transfer-Encoding: chunked||0||",
                "POST /size HTTP/1.1|Host: x|Transfer-Encoding: chunked||zz|",
                "GET /fine HTTP/1.1||",
            })
    void malformedRequestIsRefusedAndNoneOfItsRestIsTakenForAnother(String request)
            throws IOException {
        String answer = text(lines(request));
        if (!answer.isEmpty()) {
            assertThat(answer).matches("(?s)HTTP/1.1 (4\\d\\d|505|200|501) .*");
            assertThat(answer.split("HTTP/1.1 ", -1)).hasSizeLessThanOrEqualTo(2);
        }
        othersAreServed();
    }

    @Test
    void documentOfTooManyValuesIsRefused() throws IOException {
        String body = "[" + "1,".repeat(40_000) + "1]";
        assertThat(post("/json", "identity", body.getBytes(UTF_8))).endsWith("40001");
        byte[] deep = "[".repeat(90_000).getBytes(UTF_8);
        assertThat(post("/json", "identity", deep)).startsWith("HTTP/1.1 400");
    }

    @Test
    void exhaustedMemoryIsToldAndOthersGoOn() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(text("GET /memory HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 503");
        }
        assertThat(server.traffic().failing("test")).contains("memory");
        othersAreServed();
        assertThat(server.traffic().failing("test")).isEmpty();
    }
}
