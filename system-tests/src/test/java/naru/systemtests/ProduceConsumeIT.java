package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Records go in and come out as they were, with the Java client. */
class ProduceConsumeIT {
    private final JavaClients clients = SharedBroker.clients();
    private final String topic = SharedBroker.unique("records");
    private final TopicPartition first = new TopicPartition(topic, 0);

    @Test
    void headersAndNullKeysAndNullValuesComeBack() {
        clients.createTopic(topic, 1);
        ProducerRecord<String, String> record =
                new ProducerRecord<>(topic, 0, 1234L, (String) null, (String) null);
        record.headers()
                .add("trace", new byte[] {1, 2})
                .add("trace", new byte[0])
                .add("none", null);
        clients.send(record);
        clients.send(new ProducerRecord<>(topic, "", ""));

        List<ConsumerRecord<String, String>> read = clients.read(first, 2);

        assertThat(read.getFirst().key()).isNull();
        assertThat(read.getFirst().value()).isNull();
        assertThat(read.getFirst().timestamp()).isEqualTo(1234);
        assertThat(read.getFirst().headers())
                .containsExactly(
                        new RecordHeader("trace", new byte[] {1, 2}),
                        new RecordHeader("trace", new byte[0]),
                        new RecordHeader("none", (byte[]) null));
        assertThat(read.get(1).key()).isEmpty();
        assertThat(read.get(1).value()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void everyCodecIsReadBackInOrder(String codec) {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 500, "compression.type", codec, "linger.ms", "20");
        assertThat(clients.readAll(topic)).isEqualTo(numbers(0, 500));
    }

    @ParameterizedTest
    @CsvSource({"gzip,none", "none,zstd", "lz4,snappy", "uncompressed,gzip"})
    void topicRecompressesWhatComesInAnotherCodec(String ofTopic, String ofProducer) {
        String topicCodec = ofTopic.equals("none") ? "producer" : ofTopic;
        clients.createTopic(topic, 1, "compression.type", topicCodec);
        clients.sendNumbers(topic, 300, "compression.type", ofProducer, "linger.ms", "20");
        assertThat(clients.readAll(topic)).isEqualTo(numbers(0, 300));
    }

    @Test
    void recordOfTheGreatestSizePassesAndOneBeyondIsRefused() {
        clients.createTopic(topic, 1);
        int overhead = 100;
        try (Producer<String, String> producer = clients.producer("max.request.size", "4000000")) {
            String fits = "x".repeat(1_048_588 - overhead);
            await(producer.send(new ProducerRecord<>(topic, fits)));
            assertThatThrownBy(() ->
                            await(
                                    producer.send(
                                            new ProducerRecord<>(
                                                    topic, fits + "x".repeat(overhead)))))
                    .isInstanceOf(RecordTooLargeException.class);
            await(producer.send(new ProducerRecord<>(topic, "after")));
        }
        assertThat(clients.read(first, 2).get(1).value()).isEqualTo("after");
    }

    @Test
    void topicMayAllowLargerRecordsThanTheConsumersFetch() {
        clients.createTopic(topic, 1, "max.message.bytes", "8000000");
        String large = "y".repeat(6_000_000);
        try (Producer<String, String> producer =
                clients.producer("max.request.size", "8000000", "buffer.memory", "64000000")) {
            await(producer.send(new ProducerRecord<>(topic, large)));
        }
        assertThat(clients.read(first, 1).getFirst().value()).isEqualTo(large);
    }

    @Test
    void offsetsForTimesFindsTheFirstRecordAtOrAfter() {
        clients.createTopic(topic, 1);
        for (long timestamp : new long[] {1000, 2000, 3000}) {
            clients.send(new ProducerRecord<>(topic, 0, timestamp, null, "" + timestamp));
        }
        try (Consumer<String, String> consumer = clients.consumer()) {
            assertThat(consumer.offsetsForTimes(Map.of(first, 1500L)).get(first))
                    .extracting("offset", "timestamp")
                    .containsExactly(1L, 2000L);
            assertThat(consumer.offsetsForTimes(Map.of(first, 3001L)).get(first)).isNull();
        }
    }

    @Test
    void everyOffsetSpecIsAnswered() {
        clients.createTopic(topic, 1);
        for (long timestamp : new long[] {1000, 9000, 3000}) {
            clients.send(new ProducerRecord<>(topic, 0, timestamp, null, "" + timestamp));
        }
        assertThat(offset(OffsetSpec.earliest())).isZero();
        assertThat(offset(OffsetSpec.latest())).isEqualTo(3);
        assertThat(offset(OffsetSpec.maxTimestamp())).isEqualTo(1);
        assertThat(offset(OffsetSpec.forTimestamp(2000))).isEqualTo(1);
        assertThat(offset(OffsetSpec.earliestLocal())).isZero();
        assertThat(offset(OffsetSpec.latestTiered())).isEqualTo(-1);
    }

    @Test
    void logAppendTimeReplacesTheProducersTimestamp() {
        clients.createTopic(topic, 1, "message.timestamp.type", "LogAppendTime");
        assertThat(clients.send(new ProducerRecord<>(topic, 0, 5L, "k", "v")).timestamp())
                .isGreaterThan(5);
        ConsumerRecord<String, String> record = clients.read(first, 1).getFirst();
        assertThat(record.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(record.timestamp()).isGreaterThan(5);
    }

    @Test
    void seekAndPauseChooseWhatIsPolled() {
        clients.createTopic(topic, 2);
        TopicPartition second = new TopicPartition(topic, 1);
        for (int i = 0; i < 10; i++) {
            clients.send(new ProducerRecord<>(topic, i % 2, null, "" + i));
        }
        try (Consumer<String, String> consumer = clients.consumer()) {
            consumer.assign(List.of(first, second));
            consumer.seek(first, 3);
            consumer.pause(List.of(second));
            assertThat(poll(consumer, 2))
                    .extracting(ConsumerRecord::value)
                    .containsExactly("6", "8");
            consumer.resume(List.of(second));
            assertThat(poll(consumer, 5))
                    .extracting(ConsumerRecord::value)
                    .containsExactly("1", "3", "5", "7", "9");
            consumer.seekToEnd(List.of(first));
            assertThat(consumer.position(first)).isEqualTo(5);
        }
    }

    @Test
    void deletedRecordsAreOutOfRange() {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 10);
        try (Admin admin = clients.admin()) {
            var deleted = admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(4)));
            assertThat(await(deleted.lowWatermarks().get(first)).lowWatermark()).isEqualTo(4);
        }
        assertThat(clients.readAll(topic)).isEqualTo(numbers(4, 10));
        try (Consumer<String, String> consumer = clients.consumer("auto.offset.reset", "none")) {
            consumer.assign(List.of(first));
            consumer.seek(first, 1);
            assertThatThrownBy(() -> poll(consumer, 1))
                    .isInstanceOf(OffsetOutOfRangeException.class);
        }
    }

    @Test
    void consumerWithoutResetAndWithoutOffsetIsTold() {
        clients.createTopic(topic, 1);
        try (Consumer<String, String> consumer =
                clients.consumer("auto.offset.reset", "none", "group.id", topic)) {
            consumer.assign(List.of(first));
            assertThatThrownBy(() -> consumer.poll(Duration.ofSeconds(30)))
                    .isInstanceOf(NoOffsetForPartitionException.class);
        }
    }

    @Test
    void fetchSessionOverManyPartitionsFollowsAllOfThem() {
        clients.createTopic(topic, 60);
        List<TopicPartition> all =
                IntStream.range(0, 60).mapToObj(p -> new TopicPartition(topic, p)).toList();
        try (Consumer<String, String> consumer = clients.consumer();
                Producer<String, String> producer = clients.producer()) {
            consumer.assign(all);
            for (int round = 0; round < 3; round++) {
                for (TopicPartition partition : all) {
                    producer.send(new ProducerRecord<>(topic, partition.partition(), "k", "v"));
                }
                producer.flush();
                assertThat(poll(consumer, 60)).hasSize(60);
                consumer.pause(all.subList(0, 10 * round));
                consumer.resume(all.subList(0, 10 * round));
            }
            assertThat(all).allMatch(partition -> consumer.position(partition) == 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void everyAckLevelDelivers(String acks) {
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer =
                clients.producer("acks", acks, "enable.idempotence", "" + acks.equals("all"))) {
            for (int i = 0; i < 50; i++) {
                producer.send(new ProducerRecord<>(topic, "" + i));
            }
        }
        assertThat(clients.read(first, 50))
                .extracting(ConsumerRecord::value)
                .isEqualTo(numbers(0, 50));
    }

    private long offset(OffsetSpec spec) {
        try (Admin admin = clients.admin()) {
            return await(admin.listOffsets(Map.of(first, spec)).partitionResult(first)).offset();
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
