package naru.systemtests;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.testkit.TemporaryFolder;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Chromium without a window, with one tab, by its DevTools protocol.
 *
 * <p>Threads: one owner; the web socket's thread hands over answers.
 */
final class Browser implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String READY = "DevTools listening on ";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TemporaryFolder profile;
    private final Process process;
    private final WebSocket tab;
    private final Listener listener;
    private final AtomicInteger number = new AtomicInteger();

    private Browser(TemporaryFolder profile, Process process, WebSocket tab, Listener listener) {
        this.profile = profile;
        this.process = process;
        this.tab = tab;
        this.listener = listener;
    }

    /** Skips the test when there is none, and fails it with NARU_REQUIRE_CLIENTS=1. */
    static void require() {
        if (!Files.isExecutable(Path.of("/usr/bin/chromium"))) {
            String message = "Chromium is not installed; .ci/run installs it";
            if ("1".equals(System.getenv("NARU_REQUIRE_CLIENTS"))) {
                fail(message);
            }
            assumeTrue(false, message);
        }
    }

    static Browser start() throws IOException, InterruptedException {
        TemporaryFolder profile = TemporaryFolder.create("naru-browser");
        Process process =
                new ProcessBuilder(
                                "/usr/bin/chromium",
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--disable-extensions",
                                "--disable-background-networking",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + profile.path(),
                                "about:blank")
                        .redirectErrorStream(true)
                        .start();
        boolean started = false;
        try {
            Listener listener = new Listener();
            WebSocket tab =
                    HttpClient.newHttpClient()
                            .newWebSocketBuilder()
                            .buildAsync(tabOf(address(process)), listener)
                            .join();
            Browser browser = new Browser(profile, process, tab, listener);
            browser.call("Page.enable", Map.of());
            browser.call("Runtime.enable", Map.of());
            browser.call("Log.enable", Map.of());
            started = true;
            return browser;
        } finally {
            if (!started) {
                process.destroyForcibly().waitFor();
                profile.close();
            }
        }
    }

    private static URI address(Process process) throws IOException {
        List<String> said = new ArrayList<>();
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.add(line);
            if (line.startsWith(READY)) {
                Thread.ofPlatform().daemon().start(() -> output.lines().forEach(ignored -> {}));
                return URI.create(line.substring(READY.length()).strip());
            }
        }
        throw new IOException("Chromium did not start:\n" + String.join("\n", said));
    }

    private static URI tabOf(URI browser) throws IOException, InterruptedException {
        HttpRequest list =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + browser.getPort() + "/json/list"))
                        .build();
        JsonNode tabs =
                JSON.readTree(
                        HttpClient.newHttpClient()
                                .send(list, HttpResponse.BodyHandlers.ofString())
                                .body());
        for (JsonNode each : tabs) {
            if (each.path("type").asText().equals("page")) {
                return URI.create(each.path("webSocketDebuggerUrl").asText());
            }
        }
        throw new IOException("Chromium has no tab: " + tabs);
    }

    void size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        height,
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        width < 600));
    }

    /** What the page may ask for as {@code prefers-color-scheme}. */
    void scheme(String lightOrDark) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", lightOrDark))));
    }

    void open(String address) {
        call("Page.navigate", Map.of("url", address));
    }

    /** The value of an expression of JavaScript in the page. */
    JsonNode evaluate(String expression) {
        JsonNode answer =
                call(
                        "Runtime.evaluate",
                        Map.of(
                                "expression",
                                expression,
                                "returnByValue",
                                true,
                                "awaitPromise",
                                true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** The text of the first element that a selector finds; empty when it finds none. */
    String text(String selector) {
        return evaluate("document.querySelector(%s)?.textContent ?? ''".formatted(quoted(selector)))
                .asText()
                .strip();
    }

    /** A number as the page writes it, with commas. */
    long figure(String selector) {
        String text = text(selector).replace(",", "");
        return text.isEmpty() ? -1 : Long.parseLong(text);
    }

    void click(String selector) {
        await(
                "something to click at " + selector,
                "!!document.querySelector(%s)".formatted(quoted(selector)));
        evaluate("document.querySelector(%s).click()".formatted(quoted(selector)));
    }

    /** Asks until an expression is true. */
    void await(String what, String expression) {
        String polled =
                """
                new Promise((done) => {
                  const end = Date.now() + %d;
                  const look = () => {
                    let seen = false;
                    try { seen = !!(%s); } catch { seen = false; }
                    if (seen || Date.now() > end) { done(seen); } else { setTimeout(look, 50); }
                  };
                  look();
                })
                """
                        .formatted(BOUND.toMillis() - 5_000, expression);
        if (!evaluate(polled).asBoolean()) {
            throw new AssertionError(
                    "the page does not show "
                            + what
                            + "; it shows\n"
                            + evaluate("document.body.innerText").asText()
                            + "\n"
                            + problems());
        }
    }

    /** All of the page, as a picture. */
    void picture(Path file) throws IOException {
        String data =
                call(
                                "Page.captureScreenshot",
                                Map.of("format", "png", "captureBeyondViewport", true))
                        .path("data")
                        .asText();
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(data));
    }

    /** Errors of the page: exceptions, what it refuses by its policy, what it could not load. */
    List<String> problems() {
        return List.copyOf(listener.problems);
    }

    static String quoted(String text) {
        return JSON.valueToTree(text).toString();
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        int id = number.incrementAndGet();
        ObjectNode request = JSON.createObjectNode().put("id", id).put("method", method);
        request.set("params", JSON.valueToTree(parameters));
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        listener.waiting.put(id, answer);
        tab.sendText(request.toString(), true).join();
        JsonNode said = answer.orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join();
        if (said.has("error")) {
            throw new AssertionError(method + ": " + said.path("error"));
        }
        return said.path("result");
    }

    @Override
    public void close() {
        tab.abort();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        profile.close();
    }

    /** Puts messages together, and hands answers to those who wait for them. */
    private static final class Listener implements WebSocket.Listener {
        private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
        private final List<String> problems = new CopyOnWriteArrayList<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                try {
                    take(JSON.readTree(message.toString()));
                } catch (IOException malformed) {
                    problems.add("DevTools say what is no JSON: " + malformed.getMessage());
                }
                message.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        private void take(JsonNode said) {
            CompletableFuture<JsonNode> asked =
                    said.has("id") ? waiting.remove(said.path("id").asInt()) : null;
            if (asked != null) {
                asked.complete(said);
                return;
            }
            JsonNode event = said.path("params");
            switch (said.path("method").asText()) {
                case "Runtime.exceptionThrown" ->
                        problems.add(event.path("exceptionDetails").toString());
                case "Runtime.consoleAPICalled" -> {
                    if (event.path("type").asText().equals("error")) {
                        problems.add(event.path("args").toString());
                    }
                }
                case "Log.entryAdded" -> {
                    if (event.path("entry").path("level").asText().equals("error")) {
                        problems.add(event.path("entry").toString());
                    }
                }
                default -> {}
            }
        }
    }
}
