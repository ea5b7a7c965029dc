package naru.connectors.http;

import naru.connectors.ConnectorVersion;
import naru.connectors.StopSignal;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends records to an API. A put returns when all its records were taken; partitions are sent
 * beside each other, the records of each one after the other. What was taken is remembered, so that
 * a put which Connect repeats sends only the rest.
 *
 * <p>Threads: Connect's thread of the task, and a virtual one for each partition while it puts.
 */
public final class HttpSinkTask extends SinkTask {
    private final StopSignal stop = new StopSignal();
    private final Map<TopicPartition, Long> taken = new ConcurrentHashMap<>();
    private HttpSinkConfig config = unset();
    private Exchange exchange = unset();
    private Delivery delivery = unset();

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
        config = new HttpSinkConfig(properties);
        exchange = new Exchange(config.settings());
        delivery = new Delivery(config, exchange, stop);
    }

    /** The offsets may have been set back: what was taken before no longer counts. */
    @Override
    public void open(Collection<TopicPartition> partitions) {
        partitions.forEach(taken::remove);
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        Map<TopicPartition, List<SinkRecord>> parts = new LinkedHashMap<>();
        for (SinkRecord record : records) {
            // A transform may give records of several topics one name; offsets are those of each.
            TopicPartition partition =
                    new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
            if (record.originalKafkaOffset() > taken.getOrDefault(partition, -1L)) {
                parts.computeIfAbsent(partition, one -> new ArrayList<>()).add(record);
            }
        }
        AtomicReference<@Nullable RuntimeException> fault = new AtomicReference<>();
        Semaphore permits = new Semaphore(config.inFlight());
        List<Thread> senders = new ArrayList<>();
        parts.forEach((partition, part) ->
                senders.add(
                        Thread.ofVirtual()
                                .name("naru-http-sink-" + partition)
                                .start(() -> send(partition, part, permits, fault))));
        join(senders);
        RuntimeException found = fault.get();
        if (found != null) {
            throw found;
        }
    }

    private void join(List<Thread> senders) {
        try {
            for (Thread sender : senders) {
                sender.join();
            }
        } catch (InterruptedException e) {
            senders.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new RetriableException("interrupted while sending", e);
        }
    }

    private void send(
            TopicPartition partition,
            List<SinkRecord> part,
            Semaphore permits,
            AtomicReference<@Nullable RuntimeException> fault) {
        try {
            int from = 0;
            while (from < part.size() && fault.get() == null) {
                List<SinkRecord> batch = batch(part, from);
                permits.acquire();
                try {
                    deliver(batch);
                } finally {
                    permits.release();
                }
                taken.put(partition, batch.getLast().originalKafkaOffset());
                from += batch.size();
            }
        } catch (RuntimeException e) {
            fault.compareAndSet(null, e);
        } catch (InterruptedException e) {
            fault.compareAndSet(null, new RetriableException("interrupted while sending", e));
        }
    }

    /** Records with values up to the size of a batch; one without a value goes by itself. */
    private List<SinkRecord> batch(List<SinkRecord> part, int from) {
        int to = from + 1;
        SinkRecord first = part.get(from);
        if (first.value() != null) {
            while (to < part.size()
                    && to - from < config.batch()
                    && part.get(to).value() != null
                    && part.get(to).topic().equals(first.topic())) {
                to++;
            }
        }
        return part.subList(from, to);
    }

    private void deliver(List<SinkRecord> batch) throws InterruptedException {
        SinkRecord first = batch.getFirst();
        try {
            if (first.value() == null) {
                switch (config.nullValues()) {
                    case "ignore" -> {
                        return;
                    }
                    case "fail" -> throw new DataException("the record has no value");
                    default -> delivery.send(batch);
                }
                return;
            }
            delivery.send(batch);
        } catch (DataException e) {
            report(batch, e);
        }
    }

    private void report(List<SinkRecord> batch, DataException fault) {
        ErrantRecordReporter reporter = context.errantRecordReporter();
        SinkRecord first = batch.getFirst();
        if (reporter == null) {
            throw new ConnectException(
                    "%d record(s) of %s-%d from offset %d were refused: %s"
                            .formatted(
                                    batch.size(),
                                    first.topic(),
                                    first.kafkaPartition(),
                                    first.kafkaOffset(),
                                    fault.getMessage()),
                    fault);
        }
        batch.forEach(record -> reporter.report(record, fault));
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
