package naru.connectors.http;

import com.fasterxml.jackson.databind.node.ArrayNode;

import naru.connectors.Backoff;
import naru.connectors.StopSignal;
import naru.connectors.data.JsonValues;
import naru.connectors.http.Exchange.Answer;

import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Sends records of one partition and repeats what may succeed later.
 *
 * <p>Threads: any number, for different partitions.
 */
final class Delivery {
    private final HttpSinkConfig config;
    private final Exchange exchange;
    private final StopSignal stop;

    Delivery(HttpSinkConfig config, Exchange exchange, StopSignal stop) {
        this.config = config;
        this.exchange = exchange;
        this.stop = stop;
    }

    /**
     * @param records one, or a batch of records with values
     * @throws DataException when the server refuses what was sent
     * @throws RetriableException when it was tried long enough, or the task is to end
     */
    void send(List<SinkRecord> records) throws InterruptedException {
        SinkRecord first = records.getFirst();
        boolean deletes = first.value() == null;
        String body = deletes ? null : body(records);
        URI uri = uri(first);
        Backoff backoff = new Backoff(config.settings().backoff(), config.settings().backoffMost());
        long deadline = System.nanoTime() + config.retryFor().toNanos();
        while (true) {
            String why;
            Duration asked = null;
            try {
                Answer answer =
                        exchange.send(
                                deletes ? "DELETE" : config.method(),
                                uri,
                                body,
                                List.of(Map.entry("Content-Type", config.contentType())));
                if (answer.isGood() || (deletes && answer.status() == 404)) {
                    return;
                }
                if (!answer.isPassing()) {
                    throw new DataException("%s answers %s".formatted(uri, answer.shown()));
                }
                why = answer.shown();
                asked = answer.retryAfter();
            } catch (IOException e) {
                why = String.valueOf(e);
            }
            pause(uri, why, longer(backoff.afterFailure(), asked), deadline);
        }
    }

    private static Duration longer(Duration wait, @Nullable Duration asked) {
        return asked != null && asked.compareTo(wait) > 0 ? asked : wait;
    }

    private void pause(URI uri, String why, Duration wait, long deadline)
            throws InterruptedException {
        boolean late = System.nanoTime() + wait.toNanos() - deadline > 0;
        if (late || stop.await(wait)) {
            throw new RetriableException("%s does not take records: %s".formatted(uri, why));
        }
    }

    private String body(List<SinkRecord> records) {
        SinkRecord first = records.getFirst();
        if (config.batch() == 1) {
            return JsonValues.text(first.valueSchema(), first.value());
        }
        ArrayNode array = JsonValues.MAPPER.createArrayNode();
        records.forEach(record -> array.add(JsonValues.node(record.valueSchema(), record.value())));
        return array.toString();
    }

    private URI uri(SinkRecord record) {
        String key = record.key() == null ? "" : JsonValues.text(record.keySchema(), record.key());
        if (key.isEmpty() && config.url().contains("${key}")) {
            throw new DataException("the record has no key, and the URL needs one");
        }
        return URI.create(
                config.url()
                        .replace("${topic}", encoded(record.topic()))
                        .replace("${key}", encoded(key))
                        .replace("${partition}", "" + record.kafkaPartition())
                        .replace("${offset}", "" + record.kafkaOffset()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
