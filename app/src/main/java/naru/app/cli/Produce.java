package naru.app.cli;

import naru.app.terminal.Amounts;
import naru.app.terminal.PlainText;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/** {@code naru produce}: makes each input line a record. */
@Command(
        name = "produce",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Sends the lines of files or of standard input as records.",
        footer = {
            "",
            "Bytes go as they are. The exit code is 1 when any record was not acknowledged.",
            "",
            "Examples:",
            "  echo hello | naru produce greetings",
            "  naru produce orders orders.txt --key-separator ,      key1,value1",
            "  naru produce orders -K '\\t' -H source=import --compression zstd < orders.tsv",
            "  echo '{\"key\":\"k\",\"value\":{\"n\":1},\"headers\":{\"h\":\"x\"}}' |",
            "      naru produce orders --format json",
            "  echo 'k:NULL' | naru produce orders -K : --null NULL     a tombstone"
        })
public final class Produce extends ClusterCommand implements Callable<Integer> {
    private static final int LINE_BYTES_MOST = 128 << 20;
    private static final int FAILURES_TOLD_MOST = 10;
    private static final int FAILURES_MOST = 100;
    private static final long PROGRESS_NANOS = 250_000_000;

    /** The forms of an input line. */
    enum LineFormat {
        string,
        json
    }

    @Parameters(index = "0", paramLabel = "TOPIC")
    String topic = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "FILE", description = "- means stdin.")
    List<String> files = List.of("-");

    @Option(
            names = {"-K", "--key-separator"},
            paramLabel = "SEP",
            description = "What stands between key and value in a line; \\t is a tab.")
    @Nullable String keySeparator;

    @Option(
            names = {"-H", "--header", "--headers"},
            paramLabel = "KEY=VALUE",
            description = "A header for every record; may be repeated.")
    Map<String, String> headers = Map.of();

    @Option(
            names = "--format",
            paramLabel = "string|json",
            description = "json: each line an object with value, key, headers, ...")
    LineFormat format = LineFormat.string;

    @Option(
            names = "--null",
            paramLabel = "MARKER",
            description = "A key or value that reads so is sent as null.")
    @Nullable String nullMarker;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Default: by the hash of the key.")
    @Nullable Integer partition;

    @Option(
            names = "--acks",
            paramLabel = "all|1|0",
            description = "Who must have a record before it counts as sent. Default: all.")
    String acks = "all";

    @Option(
            names = {"-z", "--compression"},
            paramLabel = "CODEC",
            description = "none, gzip, snappy, lz4 or zstd.")
    String compression = "none";

    @Option(
            names = "--property",
            paramLabel = "KEY=VALUE",
            description = "A configuration of the Kafka producer; may be repeated.")
    Map<String, String> properties = Map.of();

    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private long sentBytes;
    private long began;
    private long nextProgress;

    public Produce(Terminal terminal) {
        super(terminal);
    }

    /** The JSON of {@code produce}. */
    record Summary(String topic, long records, long failed, long bytes, double seconds) {}

    @Override
    public Integer call() {
        Connection connection = connect();
        RecordLines lines =
                new RecordLines(
                        topic,
                        format == LineFormat.json,
                        keySeparator == null ? null : Escapes.resolve(keySeparator),
                        nullMarker,
                        headers,
                        partition);
        began = System.nanoTime();
        Producer<byte[], byte[]> producer = producer(connection);
        // Ctrl-C at a terminal ends the input, not what was already typed.
        Thread atInterrupt = new Thread(() -> producer.close(Duration.ofSeconds(5)), "flush");
        Runtime.getRuntime().addShutdownHook(atInterrupt);
        int exit = OK;
        try {
            requireTopic(producer);
            for (String file : files) {
                exit = Math.max(exit, sendAll(producer, lines, file));
            }
            producer.flush();
        } finally {
            producer.close();
            Runtime.getRuntime().removeShutdownHook(atInterrupt);
        }
        summarize();
        return failed.get() > 0 ? FAILED : exit;
    }

    private Producer<byte[], byte[]> producer(Connection connection) {
        Map<String, Object> config = connection.clientProperties();
        config.remove("default.api.timeout.ms");
        config.put("acks", acks);
        config.put("compression.type", compression);
        config.put("max.block.ms", "15000");
        config.put("delivery.timeout.ms", "30000");
        config.put("batch.size", "65536");
        // A person sees each line sent; a file makes full batches, and its end sends the last one.
        config.put("linger.ms", files.contains("-") && terminal.inIsTerminal() ? "0" : "100");
        config.put("max.request.size", String.valueOf(LINE_BYTES_MOST));
        config.put("buffer.memory", String.valueOf(2L * LINE_BYTES_MOST));
        config.putAll(properties);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void requireTopic(Producer<byte[], byte[]> producer) {
        int count;
        try {
            count = producer.partitionsFor(topic).size();
        } catch (TimeoutException unknown) {
            throw new CommandFailure(
                    "there is no topic "
                            + topic
                            + ", and the cluster does not create it by itself. Make it with: naru"
                            + " topics create "
                            + topic,
                    unknown);
        }
        if (partition != null && partition >= count) {
            throw new CommandFailure(
                    "topic "
                            + topic
                            + " has no partition "
                            + partition
                            + ", only 0 to "
                            + (count - 1));
        }
    }

    private int sendAll(Producer<byte[], byte[]> producer, RecordLines lines, String file) {
        boolean fromStdin = file.equals("-");
        if (fromStdin && terminal.inIsTerminal()) {
            terminal.err().println("Each line becomes a record. Ctrl-D ends.");
        }
        try (InputStream in = fromStdin ? terminal.in() : Files.newInputStream(Path.of(file))) {
            LineReader reader = new LineReader(in, LINE_BYTES_MOST);
            long number = 0;
            for (byte[] line = reader.next(); line != null; line = reader.next()) {
                number++;
                send(producer, lines, line, (fromStdin ? "line " : file + ":") + number);
                if (failed.get() >= FAILURES_MOST) {
                    return fail("gave up after " + FAILURES_MOST + " records that failed");
                }
            }
            return OK;
        } catch (NoSuchFileException missing) {
            return fail("there is no file " + file);
        } catch (IOException unreadable) {
            return fail("cannot read " + file + ": " + unreadable.getMessage());
        }
    }

    private void send(
            Producer<byte[], byte[]> producer, RecordLines lines, byte[] line, String where) {
        ProducerRecord<byte[], byte[]> record;
        try {
            record = lines.parse(line);
            // What becomes of it the callback learns.
            var _ = producer.send(record, (metadata, failure) -> onSent(where, failure));
        } catch (CommandFailure meaningless) {
            recordFailed(where, meaningless);
            return;
        }
        sentBytes += line.length;
        progress();
    }

    private void onSent(String where, @Nullable Exception failure) {
        if (failure == null) {
            acknowledged.incrementAndGet();
        } else {
            recordFailed(where, failure);
        }
    }

    private void recordFailed(String where, Exception failure) {
        if (failed.incrementAndGet() <= FAILURES_TOLD_MOST) {
            terminal.err()
                    .println("naru: " + PlainText.of(where + ": " + KafkaFailure.explain(failure)));
        }
    }

    private double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    private void progress() {
        if (!terminal.errIsTerminal() || terminal.inIsTerminal()) {
            return;
        }
        long now = System.nanoTime();
        if (now - began > 2 * PROGRESS_NANOS && now - nextProgress >= 0) {
            nextProgress = now + PROGRESS_NANOS;
            long count = acknowledged.get();
            terminal.err()
                    .printf(
                            Locale.ROOT,
                            "\r%s records, %s, %,.0f/s \u001b[K",
                            Amounts.count(count),
                            Amounts.bytes(sentBytes),
                            count / seconds());
        }
    }

    private void summarize() {
        if (nextProgress != 0) {
            terminal.err().print("\r\u001b[K");
        }
        double seconds = seconds();
        if (json()) {
            showJson(
                    new Summary(
                            topic,
                            acknowledged.get(),
                            failed.get(),
                            sentBytes,
                            Math.round(seconds * 1000) / 1000.0));
            return;
        }
        tell(
                String.format(
                        Locale.ROOT,
                        "sent %s to %s (%s in %.1f s)%s",
                        Amounts.plural(acknowledged.get(), "record"),
                        topic,
                        Amounts.bytes(sentBytes),
                        seconds,
                        failed.get() == 0 ? "" : ", " + failed.get() + " failed"));
    }
}
