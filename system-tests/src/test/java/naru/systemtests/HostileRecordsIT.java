package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.systemtests.RawProduce.Outcome;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Record batches that no client library sends, each answered with the error that Apache Kafka 4.3.1
 * answers, none of them to be read afterwards.
 */
class HostileRecordsIT {
    private static final int[] VERSIONS = {3, 9, 12, 13};
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final long MAX_GROWTH_BYTES = 500L << 20;
    private static final OwnBroker BROKER = OwnBroker.start("auto.create.topics.enable", "false");
    private static final JavaClients CLIENTS = BROKER.clients();

    private static final Admin ADMIN = CLIENTS.admin();
    private static final Producer<String, String> CANARY = CLIENTS.producer();
    private static int songs;

    @BeforeAll
    static void canaryHasATopic() {
        CLIENTS.createTopic("canary", 1);
    }

    @AfterEach
    void othersAreServed() {
        assertThat(BROKER.process().isAlive()).isTrue();
        assertThat(JavaClients.await(CANARY.send(new ProducerRecord<>("canary", "sings"))).offset())
                .isEqualTo(songs++);
    }

    @AfterAll
    static void everySongIsHeard() {
        try (BROKER;
                ADMIN;
                CANARY) {
            assertThat(CLIENTS.readAll("canary")).hasSize(songs).containsOnly("sings");
        }
    }

    static Stream<Arguments> bentBatches() {
        return Stream.concat(bentFrames(), bentContents());
    }

    private static Stream<Arguments> bentFrames() {
        return Stream.of(
                bent("bad CRC", BentBatch.sound().fromEnd(2, 7).bytes(), Errors.CORRUPT_MESSAGE),
                bent("magic 0", BentBatch.sound().magic(0).bytes(), Errors.INVALID_RECORD),
                bent("magic 1", BentBatch.sound().magic(1).bytes(), Errors.INVALID_RECORD),
                bent("magic 3", BentBatch.sound().magic(3).bytes(), Errors.CORRUPT_MESSAGE),
                bent("magic 127", BentBatch.sound().magic(127).bytes(), Errors.CORRUPT_MESSAGE),
                bent("magic -1", BentBatch.sound().magic(-1).bytes(), Errors.CORRUPT_MESSAGE),
                bent("length 0", BentBatch.sound().length(0).bytes(), Errors.CORRUPT_MESSAGE),
                bent("length 20", BentBatch.sound().length(20).bytes(), Errors.CORRUPT_MESSAGE),
                bent("length -1", BentBatch.sound().length(-1).bytes(), Errors.CORRUPT_MESSAGE),
                bent(
                        "length of the least integer",
                        BentBatch.sound().length(Integer.MIN_VALUE).bytes(),
                        Errors.CORRUPT_MESSAGE),
                bent(
                        "length past the end",
                        BentBatch.sound().length(5_000).bytes(),
                        Errors.INVALID_RECORD),
                bent(
                        "length of the greatest integer",
                        BentBatch.sound().length(Integer.MAX_VALUE).bytes(),
                        differing(Errors.INVALID_RECORD, Errors.UNKNOWN_SERVER_ERROR)),
                bent("cut short", BentBatch.sound().without(3), Errors.INVALID_RECORD),
                bent("cut in its header", BentBatch.sound().without(60), Errors.INVALID_RECORD),
                bent("no bytes", ByteBuffer.allocate(0), Errors.INVALID_RECORD),
                bent("one byte", ByteBuffer.allocate(1), Errors.INVALID_RECORD),
                bent("zeros", ByteBuffer.allocate(500), Errors.CORRUPT_MESSAGE),
                bent("two batches", BentBatch.sound().twice(), Errors.INVALID_RECORD));
    }

    private static Stream<Arguments> bentContents() {
        long now = System.currentTimeMillis();
        return Stream.of(
                sealed("no records", BentBatch.sound().records(0), Errors.INVALID_RECORD),
                sealed("-1 records", BentBatch.sound().records(-1), Errors.INVALID_RECORD),
                sealed("-3 records", BentBatch.sound().countOnly(-3), Errors.INVALID_RECORD),
                sealed("a record too many", BentBatch.sound().records(4), Errors.INVALID_RECORD),
                sealed("a record too few", BentBatch.sound().records(2), Errors.INVALID_RECORD),
                sealed(
                        "two billion records",
                        BentBatch.sound().records(Integer.MAX_VALUE),
                        Errors.INVALID_RECORD),
                sealed(
                        "last offset delta too small",
                        BentBatch.sound().lastOffsetDelta(1),
                        Errors.INVALID_RECORD),
                sealed(
                        "last offset delta too large",
                        BentBatch.sound().lastOffsetDelta(1_000_000),
                        Errors.INVALID_RECORD),
                sealed(
                        "last offset delta negative",
                        BentBatch.sound().lastOffsetDelta(-7),
                        Errors.INVALID_RECORD),
                sealed("base offset 7", BentBatch.sound().baseOffset(7), Errors.INVALID_RECORD),
                sealed("base offset -1", BentBatch.sound().baseOffset(-1), Errors.INVALID_RECORD),
                sealed("records of noise", BentBatch.sound().noise(), Errors.INVALID_RECORD),
                sealed("control batch", BentBatch.sound().attributes(0x20), Errors.INVALID_RECORD),
                sealed(
                        "append time set by the client",
                        BentBatch.of(Compression.gzip().build(), "t").attributes(0x09),
                        differing(Errors.INVALID_TIMESTAMP, Errors.NONE)),
                sealed(
                        "transactional without a transactional id",
                        BentBatch.sound().attributes(0x10).producer(77, 0, 0),
                        Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
                sealed(
                        "producer without epoch",
                        BentBatch.sound().producer(77, -1, 0),
                        differing(Errors.INVALID_RECORD, Errors.NONE)),
                sealed(
                        "producer without sequence",
                        BentBatch.sound().producer(77, 0, -1),
                        Errors.INVALID_RECORD),
                sealed(
                        "timestamp two days ahead",
                        BentBatch.sound().timestamps(now + 2 * DAY_MILLIS, now + 2 * DAY_MILLIS),
                        Errors.INVALID_TIMESTAMP),
                sealed(
                        "greatest timestamp",
                        BentBatch.sound().timestamps(Long.MAX_VALUE, Long.MAX_VALUE),
                        Errors.INVALID_TIMESTAMP),
                sealed("codec 5", BentBatch.sound().codec(5), unknownCodec()),
                sealed("codec 6", BentBatch.sound().codec(6), unknownCodec()),
                sealed("codec 7", BentBatch.sound().codec(7), unknownCodec()));
    }

    private static Errors unknownCodec() {
        return differing(Errors.UNSUPPORTED_COMPRESSION_TYPE, Errors.UNKNOWN_SERVER_ERROR);
    }

    /** Where Naru's answer is another one than Kafka's, because it says more. */
    private static Errors differing(Errors naru, Errors kafka) {
        return Target.chosen() == Target.NARU ? naru : kafka;
    }

    private static Arguments bent(String name, ByteBuffer records, Errors error) {
        return Arguments.of(name, records, error);
    }

    private static Arguments sealed(String name, BentBatch batch, Errors error) {
        return Arguments.of(name, batch.sealed().bytes(), error);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bentBatches")
    void bentBatchIsRefusedAsKafkaDoes(String name, ByteBuffer records, Errors expected) {
        RawProduce produce = topic("producer");
        for (int version : VERSIONS) {
            Outcome outcome = produce.sendOne(version, records.duplicate());
            assertThat(outcome.error())
                    .as("%s, version %d: %s", name, version, outcome.message())
                    .isEqualTo(expected);
            assertThat(outcome.baseOffset() < 0).isEqualTo(expected != Errors.NONE);
        }
        if (expected != Errors.NONE) {
            assertEmpty(produce);
        }
    }

    @Test
    void absentRecordsAreAnswered() {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka does not answer this");
        RawProduce produce = topic("producer");
        for (int version : VERSIONS) {
            assertThat(produce.sendOne(version, null).error()).isEqualTo(Errors.INVALID_RECORD);
        }
    }

    @Test
    void zstdNeedsVersion7() {
        RawProduce produce = topic("producer");
        ByteBuffer batch = BentBatch.of(Compression.zstd().build(), "z").bytes();
        assertThat(produce.sendOne(3, batch).error())
                .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(produce.sendOne(6, batch).error())
                .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertEmpty(produce);
        assertThat(produce.sendOne(7, batch).error()).isEqualTo(Errors.NONE);
        assertThat(CLIENTS.readAll(produce.topic())).containsExactly("z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"producer", "gzip", "uncompressed"})
    void batchBeyondTheMessageLimitIsRefused(String compression) {
        RawProduce produce = topic(compression);
        ByteBuffer batch = BentBatch.of(Compression.NONE, noise(1_048_576)).bytes();
        for (int version : VERSIONS) {
            assertThat(produce.sendOne(version, batch.duplicate()).error())
                    .isEqualTo(Errors.MESSAGE_TOO_LARGE);
        }
        assertEmpty(produce);
    }

    /** Steps of epoch and first sequence of three records, and the error of the last one. */
    @ParameterizedTest
    @CsvSource({
        "0 0,NONE",
        "0 5,NONE",
        "0 0 0 0,NONE",
        "0 0 0 3,NONE",
        "0 0 0 1,OUT_OF_ORDER_SEQUENCE_NUMBER",
        "0 0 0 7,OUT_OF_ORDER_SEQUENCE_NUMBER",
        "3 0 2 3,INVALID_PRODUCER_EPOCH",
        "0 0 1 5,OUT_OF_ORDER_SEQUENCE_NUMBER",
        "0 0 1 0,NONE",
        "0 2147483647 0 2,NONE",
        "0 2147483647 0 0,OUT_OF_ORDER_SEQUENCE_NUMBER",
    })
    void sequencesOfAProducerAreHeldToKafkasRules(String steps, Errors expected) {
        RawProduce produce = topic("producer");
        String[] numbers = steps.split(" ", -1);
        Outcome last = new Outcome(Errors.NONE, null, -1);
        for (int i = 0; i < numbers.length; i += 2) {
            int epoch = Integer.parseInt(numbers[i]);
            int sequence = Integer.parseInt(numbers[i + 1]);
            BentBatch batch = BentBatch.sound().producer(4_711, epoch, sequence).sealed();
            assertThat(last.error()).isEqualTo(Errors.NONE);
            last = produce.sendOne(9, batch.bytes());
        }
        assertThat(last.error()).as(last.message()).isEqualTo(expected);
    }

    @Test
    void transactionalBatchWithoutATransactionIsRefused() {
        RawProduce produce = topic("producer");
        ByteBuffer batch = BentBatch.sound().attributes(0x10).producer(77, 0, 0).sealed().bytes();
        for (int version : VERSIONS) {
            List<Outcome> outcomes =
                    produce.send(
                            version,
                            produce.request(-1, 10_000, List.of(RawProduce.to(0, batch)))
                                    .setTransactionalId("none-such"));
            assertThat(outcomes)
                    .extracting(Outcome::error)
                    .containsExactly(Errors.NOT_ENOUGH_REPLICAS);
        }
        assertEmpty(produce);
    }

    @Test
    void partitionsThatDoNotExistAreRefusedEach() {
        RawProduce produce = topic("producer");
        ByteBuffer batch = BentBatch.sound().bytes();
        for (int index : new int[] {-1, Integer.MIN_VALUE, 2, Integer.MAX_VALUE}) {
            List<PartitionProduceData> one = List.of(RawProduce.to(index, batch));
            for (int version : VERSIONS) {
                assertThat(produce.send(version, produce.request(1, 10_000, one)))
                        .extracting(Outcome::error)
                        .containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        List<PartitionProduceData> many = new ArrayList<>();
        for (int index = 0; index < 100_000; index++) {
            many.add(RawProduce.to(index + 2, batch));
        }
        assertThat(produce.send(9, produce.request(1, 10_000, many)))
                .extracting(Outcome::error)
                .hasSize(100_000)
                .containsOnly(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        RawProduce elsewhere = new RawProduce(CLIENTS.bootstrap(), "none-such", Uuid.randomUuid());
        assertThat(elsewhere.sendOne(12, batch).error())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(elsewhere.sendOne(13, batch).error()).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void partitionNamedTwiceHoldsWhatWasAcknowledged() {
        RawProduce produce = topic("producer");
        ByteBuffer batch = BentBatch.of(Compression.NONE, "one").bytes();
        List<PartitionProduceData> twice =
                List.of(RawProduce.to(0, batch), RawProduce.to(0, batch.duplicate()));
        List<Outcome> outcomes = produce.send(9, produce.request(-1, 10_000, twice));
        assertThat(outcomes).isNotNull().extracting(Outcome::error).containsOnly(Errors.NONE);
        assertThat(CLIENTS.readAll(produce.topic())).hasSameSizeAs(outcomes);
    }

    @Test
    void unknownAcksAreRefused() {
        RawProduce produce = topic("producer");
        List<PartitionProduceData> sound = List.of(RawProduce.to(0, BentBatch.sound().bytes()));
        for (int acks : new int[] {2, -2, Short.MAX_VALUE, Short.MIN_VALUE}) {
            for (int version : VERSIONS) {
                assertThat(produce.send(version, produce.request(acks, 10_000, sound)))
                        .extracting(Outcome::error)
                        .containsExactly(Errors.INVALID_REQUIRED_ACKS);
            }
        }
        assertEmpty(produce);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void senselessTimeoutHarmsNothing(int timeoutMillis) {
        RawProduce produce = topic("producer");
        List<PartitionProduceData> sound = List.of(RawProduce.to(0, BentBatch.sound().bytes()));
        assertThat(produce.send(9, produce.request(-1, timeoutMillis, sound)))
                .extracting(Outcome::error)
                .containsExactly(Errors.NONE);
        assertThat(CLIENTS.readAll(produce.topic())).containsExactly("a", "b", "c");
    }

    @Test
    void refusalWithoutAcknowledgementEndsTheConnection() {
        RawProduce produce = topic("producer");
        ByteBuffer bad = BentBatch.sound().fromEnd(2, 7).bytes();
        for (int version : VERSIONS) {
            assertThat(
                            produce.send(
                                    version,
                                    produce.request(0, 10_000, List.of(RawProduce.to(0, bad)))))
                    .isNull();
        }
        assertEmpty(produce);
    }

    /** As the design has it: what is stored as it comes is not unpacked. */
    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void damagedPayloadIsRefusedWhereItIsUnpacked(CompressionType type) {
        ByteBuffer batch =
                BentBatch.of(Compression.of(type).build(), "damaged".repeat(100))
                        .noise()
                        .sealed()
                        .bytes();
        for (String compression :
                List.of("uncompressed", type == CompressionType.GZIP ? "lz4" : "gzip")) {
            RawProduce produce = topic(compression);
            for (int version : new int[] {9, 13}) {
                Outcome outcome = produce.sendOne(version, batch.duplicate());
                assertThat(outcome.error())
                        .as("%s: %s", compression, outcome.message())
                        .isEqualTo(differing(Errors.CORRUPT_MESSAGE, Errors.UNKNOWN_SERVER_ERROR));
            }
            assertEmpty(produce);
        }
    }

    static Stream<Arguments> bombs() {
        return Stream.of(
                Arguments.of("gzip", 1, Bombs.record(CompressionType.GZIP)),
                Arguments.of("snappy claims", 2, Bombs.snappyOfLargeClaims()),
                Arguments.of("snappy chunk", 2, Bombs.snappyOfALargeChunk()),
                Arguments.of("lz4", 3, Bombs.record(CompressionType.LZ4)),
                Arguments.of("zstd", 4, Bombs.record(CompressionType.ZSTD)),
                Arguments.of("zstd repeated", 4, Bombs.zstdOfRepeatedBlocks()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void bombIsRefusedWhereItIsUnpacked(String name, int codec, byte[] payload) {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka unpacks it");
        ByteBuffer batch = BentBatch.around(payload, codec, 1).bytes();
        long before = BROKER.process().rssBytes();
        List<String> others =
                Stream.of("gzip", "zstd", "lz4", "uncompressed")
                        .filter(other -> !name.startsWith(other))
                        .toList();
        for (String compression : others) {
            RawProduce produce = topic(compression);
            for (int i = 0; i < 4; i++) {
                Outcome outcome = produce.sendOne(9, batch.duplicate());
                assertThat(outcome.error())
                        .as(outcome.message())
                        .isIn(Errors.MESSAGE_TOO_LARGE, Errors.CORRUPT_MESSAGE);
            }
            assertEmpty(produce);
        }
        assertThat(BROKER.process().rssBytes()).isLessThan(before + MAX_GROWTH_BYTES);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void bombIsNotUnpackedWhereItIsStoredAsItComes(String name, int codec, byte[] payload) {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka unpacks it");
        RawProduce produce = topic("producer");
        long before = BROKER.process().rssBytes();
        for (int i = 0; i < 10; i++) {
            ByteBuffer batch = BentBatch.around(payload, codec, 1).bytes();
            assertThat(produce.sendOne(9, batch).error()).isEqualTo(Errors.NONE);
        }
        assertThat(BROKER.process().rssBytes()).isLessThan(before + MAX_GROWTH_BYTES);
    }

    private static String noise(int length) {
        return new Random(1)
                .ints(length, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static RawProduce topic(String compression) {
        String name = SharedBroker.unique("records");
        NewTopic wanted =
                new NewTopic(name, 2, (short) 1).configs(Map.of("compression.type", compression));
        Uuid id = JavaClients.await(ADMIN.createTopics(List.of(wanted)).topicId(name));
        RawProduce produce = new RawProduce(CLIENTS.bootstrap(), name, id);
        JavaClients.until("leaders of " + name, () -> isLed(produce));
        return produce;
    }

    private static boolean isLed(RawProduce produce) {
        try {
            return ends(produce).size() == 2;
        } catch (UnknownTopicOrPartitionException e) {
            return false;
        }
    }

    private static void assertEmpty(RawProduce produce) {
        assertThat(ends(produce)).containsExactly(0L, 0L);
    }

    private static List<Long> ends(RawProduce produce) {
        Map<TopicPartition, OffsetSpec> both =
                Map.of(
                        new TopicPartition(produce.topic(), 0), OffsetSpec.latest(),
                        new TopicPartition(produce.topic(), 1), OffsetSpec.latest());
        return JavaClients.await(ADMIN.listOffsets(both).all()).values().stream()
                .map(ListOffsetsResult.ListOffsetsResultInfo::offset)
                .toList();
    }
}
