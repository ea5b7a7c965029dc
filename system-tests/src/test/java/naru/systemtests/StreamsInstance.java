package naru.systemtests;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Properties;
import java.util.stream.Stream;

/** One instance of a Kafka Streams application that speaks the streams group protocol. */
final class StreamsInstance implements AutoCloseable {
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(20);

    private final Path state;
    private final KafkaStreams streams;

    private StreamsInstance(Path state, KafkaStreams streams) {
        this.state = state;
        this.streams = streams;
    }

    static StreamsInstance start(
            String bootstrap, String id, Topology topology, String... settings) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.put("application.id", id);
        all.put("group.protocol", "streams");
        all.put("commit.interval.ms", "100");
        all.put("statestore.cache.max.bytes", "0");
        all.put("auto.offset.reset", "earliest");
        all.put("default.key.serde", Serdes.StringSerde.class.getName());
        all.put("default.value.serde", Serdes.StringSerde.class.getName());
        JavaClients.pairs(settings).forEach(all::put);
        try {
            Path state = Files.createTempDirectory("naru-streams");
            all.put("state.dir", state.toString());
            KafkaStreams streams = new KafkaStreams(topology, all);
            streams.start();
            return new StreamsInstance(state, streams);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    KafkaStreams.State state() {
        return streams.state();
    }

    KafkaStreams streams() {
        return streams;
    }

    void awaitRunning() {
        JavaClients.until(
                "running application, it is " + streams.state(),
                () -> streams.state() == KafkaStreams.State.RUNNING);
    }

    /** Leaves the group. */
    @Override
    public void close() {
        if (!streams.close(CLOSE_BOUND)) {
            throw new AssertionError("the application did not close: " + streams.state());
        }
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
