package naru.systemtests;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Java clients of one broker, with the settings that the tests share. */
record JavaClients(String bootstrap) {
    /** Far beyond what a working broker needs on a busy machine. */
    static final Duration BOUND = Duration.ofMinutes(1);

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    Producer<String, String> producer(String... settings) {
        return new KafkaProducer<>(
                settings(Map.of("acks", "all"), settings),
                new StringSerializer(),
                new StringSerializer());
    }

    Consumer<String, String> consumer(String... settings) {
        return new KafkaConsumer<>(
                settings(
                        Map.of("auto.offset.reset", "earliest", "enable.auto.commit", "false"),
                        settings),
                new StringDeserializer(),
                new StringDeserializer());
    }

    void createTopic(String topic, int partitions, String... configs) {
        try (Admin admin = admin()) {
            NewTopic wanted = new NewTopic(topic, partitions, (short) 1).configs(pairs(configs));
            await(admin.createTopics(List.of(wanted)).all());
        }
    }

    RecordMetadata send(ProducerRecord<String, String> record) {
        try (Producer<String, String> producer = producer()) {
            return await(producer.send(record));
        }
    }

    /** Values 0 to count-1 with keys of the same name, and waits for all acknowledgements. */
    void sendNumbers(String topic, int count, String... settings) {
        try (Producer<String, String> producer = producer(settings)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, "k" + i, "" + i)));
            }
            sent.forEach(JavaClients::await);
        }
    }

    /** The first records of a partition, from the beginning. */
    List<ConsumerRecord<String, String>> read(TopicPartition partition, int count) {
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return poll(consumer, count);
        }
    }

    /** All values of a topic from the beginning to the present end, in the order of partitions. */
    List<String> readAll(String topic) {
        try (Consumer<String, String> consumer = consumer()) {
            until("partitions of " + topic, () -> !consumer.partitionsFor(topic).isEmpty());
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(topic, p.partition()))
                            .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<String> values = new ArrayList<>();
            BooleanSupplier atEnd =
                    () ->
                            partitions.stream()
                                    .allMatch(
                                            p -> consumer.position(p) >= ends.getOrDefault(p, 0L));
            until(
                    "the end of " + topic,
                    () -> {
                        ConsumerRecords<String, String> polled;
                        do {
                            polled = consumer.poll(Duration.ofMillis(100));
                            polled.forEach(record -> values.add(record.value()));
                        } while (!polled.isEmpty() && !atEnd.getAsBoolean());
                        return atEnd.getAsBoolean();
                    });
            return values;
        }
    }

    /** Polls until this many records have come; more may come with the last poll. */
    static List<ConsumerRecord<String, String>> poll(Consumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        until(
                count + " records",
                () -> {
                    consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                    return records.size() >= count;
                });
        return records;
    }

    static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("no " + what + " within " + BOUND.toSeconds() + " s");
            }
            pause();
        }
    }

    static <T> T await(KafkaFuture<T> future) {
        return await((Future<T>) future.toCompletionStage().toCompletableFuture());
    }

    /** The future's value; its failure is thrown as it is, when it is one of Kafka's. */
    static <T> T await(Future<T> future) {
        try {
            return future.get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + BOUND.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private Map<String, Object> settings(Map<String, String> defaults, String... settings) {
        Map<String, Object> all = new HashMap<>(defaults);
        all.put("bootstrap.servers", bootstrap);
        all.putAll(pairs(settings));
        return all;
    }

    static Map<String, String> pairs(String... keysAndValues) {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            pairs.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return pairs;
    }
}
