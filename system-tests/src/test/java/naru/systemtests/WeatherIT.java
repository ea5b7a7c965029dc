package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import naru.testkit.FreePorts;
import naru.testkit.RepositoryRoot;
import naru.testkit.TemporaryFolder;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The weather demo as a newcomer has it: its page in a browser while it runs, a clean stop in the
 * middle, and then to the end with each row checked. Pictures of the page are in {@code
 * target/weather}.
 */
class WeatherIT {
    private static final int SECONDS_MOST = 120;
    private static final Path PICTURES = Path.of("target", "weather").toAbsolutePath();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Integer> ports = FreePorts.find(5);
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void pageShowsThePipelineAndAllRowsAreAsTheDataSetGives() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create("naru-weather")) {
            showsThePage(folder.path());
            Program once = Program.run(command(folder.path(), "--once"));
            String said = once.succeeded();
            assertThat(said).containsPattern("weather\\.daily +2922 +2922 +2922 +0");
            assertThat(said).containsPattern("weather\\.extremes +193 +\\d+ +193 +0");
            assertThat(said).contains("rows are as the data set gives");
        }
    }

    private void showsThePage(Path folder) throws Exception {
        Browser.require();
        Path output = folder.resolve("output");
        Process demo =
                new ProcessBuilder(command(folder, "--speed", "40"))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try (Browser browser = Browser.start()) {
            awaitRows(demo, output);
            browser.size(1280, 900);
            browser.scheme("light");
            browser.open(page(""));
            clicksThrough(browser);
            isNoWorseOnAPhoneOrInTheDark(browser);
            assertThat(browser.problems()).isEmpty();
            demo.destroy();
            assertThat(demo.waitFor(SECONDS_MOST, TimeUnit.SECONDS)).isTrue();
            assertThat(demo.exitValue()).as(Files.readString(output)).isZero();
        } finally {
            demo.destroyForcibly().waitFor();
        }
    }

    private void clicksThrough(Browser browser) throws Exception {
        browser.await("rows", "document.querySelector('[data-name=rows]').textContent !== '0'");
        browser.await("a chart", "document.querySelector('.chart canvas')");
        browser.await("extremes", "document.querySelector('.sighting blockquote')");
        browser.await("a topology", "document.querySelectorAll('.topology .box').length > 8");
        browser.await(
                "a running stream processor",
                "document.querySelector('[data-name=streams]').textContent === 'running'");
        browser.await(
                "a running sink",
                "document.querySelector('[data-name=sink]').textContent === 'running, task"
                        + " running'");
        assertThat(browser.text("[data-name=problems]")).isEmpty();
        figuresLieBetweenThoseOfTheApi(browser);

        assertThat(browser.evaluate("document.querySelector('.chart').dataset.city").asText())
                .isEqualTo("New York");
        browser.click("[data-choice=Seattle]");
        browser.await(
                "the chart of Seattle",
                "document.querySelector('.chart').dataset.city === 'Seattle'");
        browser.click("[data-choice=month]");
        browser.await(
                "the chart by months", "document.querySelector('.chart').dataset.by === 'month'");
        browser.click("[data-choice=day]");
        assertThat(browser.text("[data-name=groups]")).contains("connect-weather-database");
        for (String topic :
                List.of("weather.daily", "weather.posts", "weather.extremes", "weather.reports")) {
            browser.click("[data-tab='" + topic + "']");
            browser.await(
                    "records of " + topic,
                    "document.querySelectorAll(\"[data-topic='%s'] tbody tr\").length > 0"
                            .formatted(topic));
        }
        assertThat(browser.text("[data-topic='weather.reports'] pre")).contains("\"extreme_id\"");
        browser.click("[data-step=database] button");
        browser.await(
                "days of Seattle", "Number(document.querySelector('.chart').dataset.points) > 20");
        browser.picture(PICTURES.resolve("page-1280.png"));
    }

    /** Figures grow while they are compared. */
    private void figuresLieBetweenThoseOfTheApi(Browser browser) throws Exception {
        JsonNode before = state();
        browser.await(
                "rows that the API told",
                "Number(document.querySelector('[data-name=rows]').textContent.replaceAll(',', ''))"
                        + " >= "
                        + before.path("database").path("rows").asLong());
        long rowsSeen = browser.figure("[data-name=rows]");
        List<Long> recordsSeen = new ArrayList<>();
        for (JsonNode stream : before.path("streams")) {
            recordsSeen.add(
                    browser.figure(
                            "[data-step='%s'] [data-name=count]"
                                    .formatted(stream.path("topic").asText())));
        }
        JsonNode after = state();
        assertThat(rowsSeen)
                .isBetween(
                        before.path("database").path("rows").asLong(),
                        after.path("database").path("rows").asLong());
        for (int at = 0; at < recordsSeen.size(); at++) {
            assertThat(recordsSeen.get(at))
                    .as(before.path("streams").path(at).path("topic").asText())
                    .isBetween(
                            before.path("streams").path(at).path("records").asLong(),
                            after.path("streams").path(at).path("records").asLong());
        }
    }

    private static void isNoWorseOnAPhoneOrInTheDark(Browser browser) throws IOException {
        browser.scheme("dark");
        browser.await("a chart in the dark", "document.querySelector('.chart canvas')");
        browser.picture(PICTURES.resolve("page-1280-dark.png"));
        browser.scheme("light");
        browser.size(390, 844);
        browser.await(
                "a page as wide as a phone",
                "document.documentElement.scrollWidth <= 390"
                        + " && document.querySelector('.chart canvas').clientWidth < 390");
        browser.picture(PICTURES.resolve("page-phone.png"));
    }

    private void awaitRows(Process demo, Path output) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(3 * SECONDS_MOST);
        while (System.nanoTime() - deadline < 0) {
            assertThat(demo.isAlive()).as(Files.readString(output)).isTrue();
            try {
                if (state().path("database").path("rows").asLong() > 0) {
                    return;
                }
            } catch (IOException notYet) {
                // It does not listen yet.
            }
            demo.waitFor(100, TimeUnit.MILLISECONDS);
        }
        throw new AssertionError("no rows come:\n" + Files.readString(output));
    }

    private JsonNode state() throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(URI.create(page("/api/weather"))).build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private String page(String path) {
        return "http://127.0.0.1:" + ports.get(4) + path;
    }

    private List<String> command(Path folder, String... options) {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        RepositoryRoot.find().resolve("naru").toString(),
                        "demo",
                        "weather",
                        "--data",
                        folder.resolve("demo").toString(),
                        "--set",
                        "listeners=PLAINTEXT://127.0.0.1:" + ports.get(0)));
        List<String> listeners = List.of("metrics", "registry", "connect");
        for (int at = 0; at < listeners.size(); at++) {
            command.add("--set");
            command.add(
                    "naru.%s.listeners=http://127.0.0.1:%d"
                            .formatted(listeners.get(at), ports.get(at + 1)));
        }
        command.addAll(List.of(options));
        if (!List.of(options).contains("--once")) {
            command.addAll(List.of("--set", "naru.console.listeners=" + page("")));
        }
        return command;
    }
}
