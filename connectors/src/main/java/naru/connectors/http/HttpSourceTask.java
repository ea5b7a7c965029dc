package naru.connectors.http;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;

import naru.connectors.Backoff;
import naru.connectors.ConnectorVersion;
import naru.connectors.StopSignal;
import naru.connectors.data.JsonValues;
import naru.connectors.http.Exchange.Answer;

import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Asks an API page by page. A page is handed on whole; the offset of each record says how many of
 * its page were before it, so that a restart asks for the page again and goes on in the middle.
 *
 * <p>Threads: Connect's thread of the task.
 */
public final class HttpSourceTask extends SourceTask {
    private static final Logger LOG = LoggerFactory.getLogger(HttpSourceTask.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final int NOT_MODIFIED = 304;

    private final StopSignal stop = new StopSignal();
    private HttpSourceConfig config = unset();
    private Pages pages = unset();
    private Exchange exchange = unset();
    private Backoff backoff = unset();
    private Map<String, Object> partition = Map.of();
    private Progress progress = Progress.START;
    private long dueNanos = System.nanoTime();

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // Connect starts a task first.
    private static <T> T unset() {
        return null;
    }

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public void start(Map<String, String> properties) {
        config = new HttpSourceConfig(properties);
        pages = new Pages(config);
        exchange = new Exchange(config.settings());
        backoff = new Backoff(config.settings().backoff(), config.settings().backoffMost());
        partition = Map.of("url", config.text(HttpSettings.URL));
        progress = Progress.of(context.offsetStorageReader().offset(partition));
    }

    @Override
    public @Nullable List<SourceRecord> poll() throws InterruptedException {
        long wait = dueNanos - System.nanoTime();
        if (wait > 0) {
            stop.await(Duration.ofNanos(Math.min(wait, LONGEST_WAIT.toNanos())).plusMillis(1));
            return null;
        }
        if (stop.isStopped()) {
            return null;
        }
        URI uri = pages.uri(progress);
        try {
            Answer answer =
                    exchange.send(
                            config.text(HttpSourceConfig.METHOD).toUpperCase(Locale.ROOT),
                            uri,
                            body(),
                            conditions());
            return received(uri, answer);
        } catch (IOException e) {
            if (!stop.isStopped()) {
                again(uri, String.valueOf(e), null);
            }
            return null;
        }
    }

    private @Nullable String body() {
        String body = config.text(HttpSourceConfig.BODY);
        return body.isEmpty() ? null : body;
    }

    /** Only the first page says by itself whether anything has changed. */
    private List<Map.Entry<String, String>> conditions() {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        if (progress.next() == null && progress.done() == 0) {
            if (progress.etag() != null) {
                headers.add(Map.entry("If-None-Match", progress.etag()));
            }
            if (progress.modified() != null) {
                headers.add(Map.entry("If-Modified-Since", progress.modified()));
            }
        }
        return headers;
    }

    private @Nullable List<SourceRecord> received(URI uri, Answer answer) {
        if (answer.isPassing()) {
            again(uri, answer.shown(), answer.retryAfter());
            return null;
        }
        if (answer.status() == NOT_MODIFIED) {
            backoff.succeeded();
            dueNanos = System.nanoTime() + config.pollInterval().toNanos();
            return null;
        }
        if (!answer.isGood()) {
            throw new ConnectException("%s answers %s".formatted(uri, answer.shown()));
        }
        backoff.succeeded();
        List<SourceRecord> records = records(uri, answer);
        Duration pause = progress.next() == null ? config.pollInterval() : config.requestInterval();
        dueNanos = System.nanoTime() + pause.toNanos();
        return records.isEmpty() ? null : records;
    }

    private void again(URI uri, String why, @Nullable Duration asked) {
        Duration wait = backoff.afterFailure();
        if (asked != null && asked.compareTo(wait) > 0) {
            wait = asked;
        }
        LOG.warn("{}: {}; trying again in {} ms", uri, why, wait.toMillis());
        dueNanos = System.nanoTime() + wait.toNanos();
    }

    private List<SourceRecord> records(URI uri, Answer answer) {
        JsonNode body =
                answer.body().length == 0
                        ? JsonValues.MAPPER.nullNode()
                        : JsonValues.parse(answer.body());
        List<JsonNode> found = found(body);
        String next = pages.next(progress, uri, answer, body, found.size());
        Progress page = progress;
        List<SourceRecord> records = new ArrayList<>();
        String seen = page.seen();
        for (int index = 0; index < found.size(); index++) {
            seen = offset(found.get(index), seen);
            if (index >= page.done()) {
                boolean last = index == found.size() - 1;
                Progress after =
                        last
                                ? after(page, answer, next, seen)
                                : new Progress(
                                        page.next(),
                                        index + 1L,
                                        page.offset(),
                                        page.seen(),
                                        page.etag(),
                                        page.modified());
                records.add(record(found.get(index), after));
            }
        }
        progress = after(page, answer, next, seen);
        return records;
    }

    /** The page is done: the next one, or the first with what the server said of this one. */
    private static Progress after(
            Progress page, Answer answer, @Nullable String next, @Nullable String seen) {
        boolean first = page.next() == null;
        return new Progress(
                next,
                0,
                next == null ? seen : page.offset(),
                seen,
                first ? answer.headers().firstValue("ETag").orElse(null) : page.etag(),
                first
                        ? answer.headers().firstValue("Last-Modified").orElse(null)
                        : page.modified());
    }

    private List<JsonNode> found(JsonNode body) {
        JsonNode found = body.at(config.pointer(HttpSourceConfig.RECORDS));
        if (found.isMissingNode() || found.isNull()) {
            return List.of();
        }
        if (!found.isArray()) {
            return List.of(found);
        }
        List<JsonNode> elements = new ArrayList<>();
        found.forEach(elements::add);
        return elements;
    }

    private @Nullable String offset(JsonNode record, @Nullable String before) {
        if (config.text(HttpSourceConfig.OFFSET).isEmpty()) {
            return before;
        }
        JsonNode found = record.at(config.pointer(HttpSourceConfig.OFFSET));
        return found.isValueNode() && !found.isNull() ? found.asText() : before;
    }

    private SourceRecord record(JsonNode found, Progress after) {
        JsonPointer key = config.pointer(HttpSourceConfig.KEY);
        Object keyValue =
                config.text(HttpSourceConfig.KEY).isEmpty()
                        ? null
                        : JsonValues.value(found.at(key));
        return new SourceRecord(
                partition,
                after.kept(),
                config.text(HttpSourceConfig.TOPIC),
                null,
                null,
                keyValue,
                null,
                JsonValues.value(found));
    }

    @Override
    public void stop() {
        stop.stop();
        Exchange used = exchange;
        if (used != null) {
            used.close();
        }
    }
}
