package naru.systemtests;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;

/**
 * A Kafka Streams application with exactly_once_v2, as a process that can be killed: it copies
 * records, counts them in a window, and joins them with a table. Arguments: bootstrap, state
 * folder, group protocol.
 */
final class StreamsApplication {
    static final String ORDERS = "orders";
    static final String NAMES = "names";
    static final String COPIES = "copies";
    static final String COUNTS = "counts";
    static final String JOINED = "joined";

    private StreamsApplication() {}

    public static void main(String[] arguments) throws InterruptedException {
        Properties settings = new Properties();
        settings.put("application.id", "exactly-once");
        settings.put("bootstrap.servers", arguments[0]);
        settings.put("state.dir", arguments[1]);
        settings.put("processing.guarantee", "exactly_once_v2");
        settings.put("commit.interval.ms", "50");
        settings.put("num.stream.threads", "1");
        if (arguments[2].equals("classic")) {
            settings.put("consumer.group.instance.id", "only");
        }
        settings.put("group.protocol", arguments[2]);
        settings.put("auto.offset.reset", "earliest");
        settings.put("consumer.max.poll.records", "100");
        settings.put("producer.reconnect.backoff.max.ms", "200");
        settings.put("consumer.reconnect.backoff.max.ms", "200");
        try (KafkaStreams streams = new KafkaStreams(topology(), settings)) {
            streams.start();
            new CountDownLatch(1).await();
        }
    }

    static Topology topology() {
        var strings = Serdes.String();
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> orders = builder.stream(ORDERS, Consumed.with(strings, strings));
        orders.to(COPIES, Produced.with(strings, strings));
        orders.groupByKey(Grouped.with(strings, strings))
                .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofDays(1)))
                .count(Materialized.as("counts-store"))
                .toStream((window, count) -> window.key())
                .mapValues(String::valueOf)
                .to(COUNTS, Produced.with(strings, strings));
        orders.join(
                        builder.table(NAMES, Consumed.with(strings, strings)),
                        (order, name) -> order + " for " + name,
                        Joined.with(strings, strings, strings))
                .to(JOINED, Produced.with(strings, strings));
        return builder.build();
    }
}
