package naru.demo.weather;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * The stream processor: extremes are filtered out of the observations and joined with the posts of
 * their city and day. A join by the time at which things happened, so it gives the same at every
 * speed.
 *
 * <p>Threads: Kafka Streams' own.
 */
public final class WeatherStreams implements AutoCloseable {
    /** Its application id, which is also its consumer group. */
    public static final String APPLICATION = "weather-extremes";

    private static final Logger LOG = LoggerFactory.getLogger("naru.demo");

    /** Around noon; nobody posts nearer to the noon of another day. */
    private static final Duration HALF_A_DAY = Duration.ofHours(12);

    /** Longer than the data set: whichever stream comes first waits for the other. */
    private static final Duration GRACE = Duration.ofDays(5 * 366);

    private static final Duration STOP_BOUND = Duration.ofSeconds(10);

    private final Topology topology;
    private final KafkaStreams streams;

    private WeatherStreams(Topology topology, KafkaStreams streams) {
        this.topology = topology;
        this.streams = streams;
    }

    /**
     * @param clients properties by which Kafka's clients reach the cluster
     * @param folder for what Kafka Streams keeps on disk
     */
    public static WeatherStreams start(
            Map<String, Object> clients, WeatherSchemas schemas, Path folder) {
        Properties properties = new Properties();
        properties.putAll(clients);
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        properties.put(
                StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG,
                BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers.class);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        Topology topology = topology(schemas);
        KafkaStreams streams = new KafkaStreams(topology, properties);
        streams.setUncaughtExceptionHandler(fault -> {
            LOG.error("the stream processor stops", fault);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        return new WeatherStreams(topology, streams);
    }

    static Topology topology(WeatherSchemas schemas) {
        Serde<Observation> observations = schemas.serde(WeatherTopic.DAILY, Observation.class);
        Serde<Post> posts = schemas.serde(WeatherTopic.POSTS, Post.class);
        Serde<Extreme> extremes = schemas.serde(WeatherTopic.EXTREMES, Extreme.class);
        Serde<Report> reports = schemas.serde(WeatherTopic.REPORTS, Report.class);
        Serde<String> city = Serdes.String();
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, Extreme> extreme =
                builder.stream(
                                WeatherTopic.DAILY.topic(),
                                Consumed.with(city, observations).withName("observations"))
                        .flatMapValues(Extreme::in, Named.as("filter-extremes"));
        extreme.to(
                WeatherTopic.EXTREMES.topic(),
                Produced.with(city, extremes).withName("write-extremes"));
        KStream<String, Post> post =
                builder.stream(
                        WeatherTopic.POSTS.topic(), Consumed.with(city, posts).withName("posts"));
        extreme.join(
                        post,
                        Report::of,
                        JoinWindows.ofTimeDifferenceAndGrace(HALF_A_DAY, GRACE),
                        StreamJoined.with(city, extremes, posts)
                                .withName("same-day")
                                .withStoreName("waiting")
                                .withLoggingEnabled(new HashMap<>(WeatherTopics.FOREVER)))
                .to(
                        WeatherTopic.REPORTS.topic(),
                        Produced.with(city, reports).withName("write-reports"));
        return builder.build();
    }

    public TopologyDescription description() {
        return topology.describe();
    }

    public String state() {
        return streams.state().name();
    }

    @Override
    public void close() {
        streams.close(STOP_BOUND);
    }
}
