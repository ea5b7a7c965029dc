package naru.app.cli;

import naru.app.terminal.Terminal;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * {@code naru consume}: prints records.
 *
 * <p>Without a group nothing is remembered. With a group, offsets are committed only for records
 * that have been written out and flushed.
 */
@Command(
        name = "consume",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Prints the records of a topic, new ones as they come. Ctrl-C ends.",
        footer = {
            "",
            "Examples:",
            "  naru consume greetings --from-beginning --until-end",
            "  naru consume orders -n 10 --offset -10 --partition 0   its last ten",
            "  naru consume orders --from-time 15m --format key-value",
            "  naru consume orders --format json | jq .value",
            "  naru consume orders --format '{partition}/{offset} {time} {key}: {value}'",
            "  naru consume orders --group billing                remembers its place"
        })
public final class Consume extends ClusterCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration ASK = Duration.ofSeconds(15);
    private static final long COMMIT_NANOS = 5_000_000_000L;

    @Parameters(paramLabel = "TOPIC")
    String topic = "";

    @Option(names = "--from-beginning", description = "From the oldest record that is kept.")
    boolean fromBeginning;

    @Option(
            names = "--offset",
            paramLabel = "N",
            description = "From offset N; -N is N before the end.")
    @Nullable Long offset;

    @Option(
            names = "--from-time",
            paramLabel = "TIME",
            description = {"From the first record at or after:", Moment.FORMS + "."})
    @Nullable String fromTime;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Only this partition; may be repeated. Default: all.")
    List<Integer> partitions = List.of();

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description = "As a member of this group, whose place is remembered.")
    @Nullable String group;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            description = {
                "value (default), key-value, json, or a template",
                "with {topic}, {partition}, {offset}, {timestamp},",
                "{time}, {key}, {value}, {headers}."
            })
    @Nullable String format;

    @Option(
            names = {"-K", "--key-separator"},
            paramLabel = "SEP",
            description = "Between key and value in key-value. Default: a tab.")
    String keySeparator = "\t";

    @Option(
            names = {"-n", "--count"},
            paramLabel = "COUNT",
            description = "Ends after so many records.")
    long count = Long.MAX_VALUE;

    @Option(
            names = {"-e", "--until-end"},
            description = "Ends where the topic ended when we began.")
    boolean untilEnd;

    @Option(
            names = "--isolation",
            paramLabel = "LEVEL",
            description = "read_committed or read_uncommitted (default).")
    String isolation = "read_uncommitted";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Ends when no record has come for so long.")
    @Nullable Double timeoutSeconds;

    @Option(
            names = "--property",
            paramLabel = "KEY=VALUE",
            description = "A configuration of the Kafka consumer; may be repeated.")
    Map<String, String> properties = Map.of();

    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> written = new HashMap<>();
    private volatile boolean interrupted;
    private long printed;

    public Consume(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        requireOneStart();
        RecordPrinter printer = printer();
        Connection connection = connect();
        CountDownLatch done = new CountDownLatch(1);
        try (Consumer<byte[], byte[]> consumer = consumer(connection)) {
            Thread atInterrupt = new Thread(() -> interrupt(consumer, done), "interrupt");
            Runtime.getRuntime().addShutdownHook(atInterrupt);
            position(consumer);
            try (OutputStream out = new BufferedOutputStream(terminal.rawOut(), 1 << 16)) {
                pump(consumer, printer, out);
            } catch (IOException nobodyReads) {
                // As with head: whoever reads has had enough.
                return OK;
            } catch (WakeupException ended) {
                interrupted = true;
            }
            if (group != null) {
                commitAtEnd(consumer);
            }
            return OK;
        } finally {
            done.countDown();
        }
    }

    private void requireOneStart() {
        int starts =
                (fromBeginning ? 1 : 0) + (offset != null ? 1 : 0) + (fromTime != null ? 1 : 0);
        if (starts > 1) {
            throw new CommandFailure("give only one of --from-beginning, --offset, --from-time");
        }
        if (group != null && (offset != null || fromTime != null || !partitions.isEmpty())) {
            throw new CommandFailure(
                    "a group has its own place and partitions; move it with: naru groups"
                            + " reset-offsets "
                            + group);
        }
    }

    private RecordPrinter printer() {
        boolean harmless = terminal.outIsTerminal();
        String shape = format != null ? format : json() ? "json" : "value";
        return switch (shape.toLowerCase(Locale.ROOT)) {
            case "value" -> RecordPrinter.values(harmless);
            case "key-value" ->
                    RecordPrinter.keysAndValues(Escapes.resolve(keySeparator), harmless);
            case "json" -> RecordPrinter.json();
            default -> {
                if (!shape.contains("{")) {
                    throw new CommandFailure(
                            "there is no format '"
                                    + shape
                                    + "'; use value, key-value, json or a template such as"
                                    + " '{key}: {value}'");
                }
                yield RecordPrinter.template(shape, harmless);
            }
        };
    }

    private Consumer<byte[], byte[]> consumer(Connection connection) {
        Map<String, Object> config = connection.clientProperties();
        config.put("enable.auto.commit", "false");
        config.put("allow.auto.create.topics", "false");
        config.put("isolation.level", isolation.toLowerCase(Locale.ROOT).replace('-', '_'));
        config.put("auto.offset.reset", fromBeginning ? "earliest" : "latest");
        config.put("max.poll.records", "2000");
        if (group != null) {
            config.put("group.id", group);
        }
        config.putAll(properties);
        return new KafkaConsumer<>(
                config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Runs when the process is told to stop: lets the loop end and the last commit be made. */
    private void interrupt(Consumer<byte[], byte[]> consumer, CountDownLatch done) {
        interrupted = true;
        if (done.getCount() == 0) {
            return;
        }
        consumer.wakeup();
        try {
            boolean ended = done.await(10, TimeUnit.SECONDS);
            Runtime.getRuntime().halt(ended ? OK : FAILED);
        } catch (InterruptedException twice) {
            Runtime.getRuntime().halt(FAILED);
        }
    }

    private void position(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> all = existingPartitions(consumer);
        if (group != null) {
            consumer.subscribe(List.of(topic), new Placing(consumer));
            return;
        }
        List<TopicPartition> chosen = chosenOf(all);
        consumer.assign(chosen);
        rememberEnds(consumer, chosen);
        if (fromTime != null) {
            seekToTime(
                    consumer,
                    chosen,
                    Moment.parseMillis(fromTime, Clock.system(ZoneId.systemDefault())));
        } else if (offset != null) {
            seekToOffset(consumer, chosen, offset);
        } else if (fromBeginning) {
            consumer.seekToBeginning(chosen);
        } else {
            consumer.seekToEnd(chosen);
        }
    }

    private List<TopicPartition> existingPartitions(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> all = new ArrayList<>();
        try {
            for (PartitionInfo info : consumer.partitionsFor(topic, ASK)) {
                all.add(new TopicPartition(topic, info.partition()));
            }
        } catch (UnknownTopicOrPartitionException unknown) {
            all.clear();
        } catch (TimeoutException silent) {
            throw new CommandFailure(KafkaFailure.explain(silent), silent);
        }
        if (all.isEmpty()) {
            throw new CommandFailure("there is no topic " + topic + ". See: naru topics list");
        }
        return all;
    }

    private List<TopicPartition> chosenOf(List<TopicPartition> all) {
        if (partitions.isEmpty()) {
            return all;
        }
        List<TopicPartition> chosen = new ArrayList<>();
        for (Integer partition : partitions) {
            TopicPartition wanted = new TopicPartition(topic, partition);
            if (!all.contains(wanted)) {
                throw new CommandFailure(
                        "topic "
                                + topic
                                + " has no partition "
                                + partition
                                + ", only 0 to "
                                + (all.size() - 1));
            }
            chosen.add(wanted);
        }
        return chosen;
    }

    private static void seekToTime(
            Consumer<byte[], byte[]> consumer, List<TopicPartition> chosen, long millis) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        chosen.forEach(partition -> wanted.put(partition, millis));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(wanted, ASK);
        for (TopicPartition partition : chosen) {
            @Nullable OffsetAndTimestamp at = found.get(partition);
            if (at == null) {
                consumer.seekToEnd(List.of(partition));
            } else {
                consumer.seek(partition, at.offset());
            }
        }
    }

    private static void seekToOffset(
            Consumer<byte[], byte[]> consumer, List<TopicPartition> chosen, long offset) {
        Map<TopicPartition, Long> starts = consumer.beginningOffsets(chosen, ASK);
        Map<TopicPartition, Long> last = consumer.endOffsets(chosen, ASK);
        for (TopicPartition partition : chosen) {
            long start = starts.getOrDefault(partition, 0L);
            long end = last.getOrDefault(partition, start);
            long wanted = offset < 0 ? end + offset : offset;
            consumer.seek(partition, Math.clamp(wanted, start, Math.max(start, end)));
        }
    }

    private void rememberEnds(
            Consumer<byte[], byte[]> consumer, Collection<TopicPartition> assigned) {
        if (untilEnd) {
            ends.putAll(consumer.endOffsets(assigned, ASK));
        }
    }

    /** Polls and prints until an end condition holds. */
    private void pump(Consumer<byte[], byte[]> consumer, RecordPrinter printer, OutputStream out)
            throws IOException {
        long quietNanos = timeoutSeconds == null ? Long.MAX_VALUE : (long) (timeoutSeconds * 1e9);
        long lastRecord = System.nanoTime();
        long lastCommit = lastRecord;
        while (!interrupted && printed < count && !caughtUp(consumer)) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                TopicPartition from = new TopicPartition(record.topic(), record.partition());
                @Nullable Long end = ends.get(from);
                if (printed >= count || (end != null && record.offset() >= end)) {
                    continue;
                }
                printer.print(record, out);
                printed++;
                written.put(from, new OffsetAndMetadata(record.offset() + 1));
            }
            out.flush();
            long now = System.nanoTime();
            if (!records.isEmpty()) {
                lastRecord = now;
            } else if (now - lastRecord > quietNanos) {
                return;
            }
            if (group != null && now - lastCommit > COMMIT_NANOS) {
                commit(consumer);
                lastCommit = now;
            }
        }
    }

    private boolean caughtUp(Consumer<byte[], byte[]> consumer) {
        if (!untilEnd || consumer.assignment().isEmpty()) {
            return false;
        }
        for (TopicPartition partition : consumer.assignment()) {
            @Nullable Long end = ends.get(partition);
            if (end == null || consumer.position(partition, ASK) < end) {
                return false;
            }
        }
        return true;
    }

    private void commit(Consumer<byte[], byte[]> consumer) {
        if (!written.isEmpty()) {
            consumer.commitSync(Map.copyOf(written), ASK);
            written.clear();
        }
    }

    private void commitAtEnd(Consumer<byte[], byte[]> consumer) {
        try {
            commit(consumer);
        } catch (WakeupException interruptedMeanwhile) {
            commit(consumer);
        }
    }

    /** Commits what was written before partitions go to another member. */
    private final class Placing implements ConsumerRebalanceListener {
        private final Consumer<byte[], byte[]> consumer;

        private Placing(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            rememberEnds(consumer, assigned);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            commit(consumer);
            ends.keySet().removeAll(revoked);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            written.keySet().removeAll(lost);
            ends.keySet().removeAll(lost);
        }
    }
}
