package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.broker.config.RecordPolicy.Reaction;
import naru.broker.config.TopicConfigs;
import naru.broker.coordinator.Alarm;
import naru.broker.delivery.BatchDelivery;
import naru.broker.enforce.Enforcement;
import naru.broker.enforce.Quarantine;
import naru.broker.enforce.RecordCheck;
import naru.broker.enforce.RecordGate;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.Partitions;
import naru.broker.replication.Peers;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.LogSlice;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;
import naru.log.disk.LocalDisk;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What topics do that demand something of their records. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnforcedProduceTest {
    private final Set<String> learned = ConcurrentHashMap.newKeySet();
    private volatile boolean goodIsBad;

    private OneNode node;
    private LogDirectory logs;
    private Partitions partitions;
    private Enforcement enforcement;
    private Produce produce;

    /** Judges a payload by its first word. */
    private RecordCheck.Finding judge(RecordCheck.Part part, boolean mayBeCostly) {
        String text = UTF_8.decode(part.payload().duplicate()).toString();
        return switch (text.split(" ", 2)[0]) {
            case "good" ->
                    goodIsBad
                            ? new RecordCheck.Finding.Bad("not any more")
                            : RecordCheck.Finding.SOUND;
            case "costly" -> mayBeCostly ? RecordCheck.Finding.SOUND : RecordCheck.Finding.COSTLY;
            case "new" ->
                    learned.contains(text)
                            ? RecordCheck.Finding.SOUND
                            : new RecordCheck.Finding.Unknown(
                                    () -> CompletableFuture.runAsync(() -> learned.add(text)));
            case "away" ->
                    new RecordCheck.Finding.Unknown(() ->
                            CompletableFuture.failedFuture(
                                    new IllegalStateException("nobody is there")));
            case "late" ->
                    learned.contains(text)
                            ? RecordCheck.Finding.SOUND
                            : new RecordCheck.Finding.Unknown(() ->
                                    learned.add("once " + text) || learned.add("twice " + text)
                                            ? CompletableFuture.failedFuture(
                                                    new IllegalStateException("not yet there"))
                                            : CompletableFuture.runAsync(() -> learned.add(text)));
            case "endless" ->
                    new RecordCheck.Finding.Unknown(() -> CompletableFuture.completedFuture(null));
            case "bug" -> throw new IllegalStateException("a planted bug");
            default -> new RecordCheck.Finding.Bad("a." + text);
        };
    }

    @BeforeAll
    void start(@TempDir Path quorumFolder, @TempDir Path dataFolder) throws Exception {
        node = new OneNode(quorumFolder, Map.of());
        TopicConfigs configs = new TopicConfigs(node.config::current, node.quorum::image);
        logs =
                LogDirectory.open(
                        LogDirectoryOptions.of(
                                        dataFolder,
                                        node.directoryId(),
                                        partition -> configs.effective(partition.topic()).log())
                                .withBackground(false),
                        new LocalDisk(),
                        Clock.systemUTC());
        partitions =
                new Partitions(
                        node.config.current().nodeId(),
                        LogDirectories.of(logs),
                        configs,
                        (topic, index, directory) -> {});
        node.quorum.subscribe(partitions);
        enforcement = new Enforcement(this::judge);
        Alarm alarm = (delay, task) -> Thread.startVirtualThread(task);
        produce =
                new Produce(
                        new PartitionLookup(partitions, node.quorum),
                        (producer, asked, add, then) -> {
                            Map<org.apache.kafka.common.TopicPartition, Errors> errors =
                                    new HashMap<>();
                            asked.forEach(partition -> errors.put(partition, Errors.NONE));
                            Thread.startVirtualThread(() -> then.enrolled(errors));
                        },
                        OneNode.EVERYBODY,
                        new RecordGate(
                                enforcement,
                                new Quarantine(
                                        node.quorum,
                                        configs,
                                        new BatchDelivery(partitions, Peers.NONE, alarm, 1_000),
                                        topic ->
                                                CompletableFuture.runAsync(() ->
                                                        await(() ->
                                                                partitions.get(topic, 0) != null
                                                                        && node.quorum
                                                                                        .image()
                                                                                        .topic(
                                                                                                topic)
                                                                                != null)),
                                        Clock.systemUTC())));
        for (Reaction reaction : Reaction.values()) {
            String name = name(reaction);
            create(name, Map.of("naru.schema.validation", name));
        }
    }

    private static String name(Reaction reaction) {
        return reaction.name().toLowerCase(java.util.Locale.ROOT);
    }

    private void create(String name, Map<String, String> settings) {
        CreatableTopic topic = OneNode.topic(name, 1, 1);
        settings.forEach((key, value) ->
                topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value)));
        assertThat(node.create(topic).errorMessage()).isNull();
        await(() -> partitions.get(name, 0) != null);
    }

    @AfterAll
    void stop() {
        enforcement.close();
        node.close();
        logs.close();
    }

    @ParameterizedTest
    @EnumSource(Reaction.class)
    void soundRecordsAreStoredAtOnceOrAfterAWhile(Reaction reaction) {
        String topic = name(reaction);
        for (String value : List.of("good", "costly", "new " + reaction)) {
            long end = end(topic);

            PartitionProduceResponse answer = send(topic, plain("good", value));

            assertThat(Errors.forCode(answer.errorCode())).as(value).isEqualTo(Errors.NONE);
            assertThat(answer.baseOffset()).isEqualTo(end);
            assertThat(end(topic)).isEqualTo(end + 2);
        }
    }

    @Test
    void whatIsOnlyCountedIsLookedAtWhenTheRegistryIsThereAgain() {
        long before = enforcement.counts().of("warn").uncheckedBatches();

        send("warn", plain("late registry"));

        await(() -> learned.contains("late registry"));
        assertThat(enforcement.counts().of("warn").uncheckedBatches()).isEqualTo(before);
    }

    @Test
    void whereNothingIsDemandedEverythingIsStored() {
        long end = end("off");

        send("off", plain("bad", "away", "bug"));

        assertThat(end("off")).isEqualTo(end + 3);
    }

    @Test
    void recordWithoutAValueIsSound() {
        MemoryRecords tombstone =
                MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(1, "key".getBytes(UTF_8), null));

        assertThat(send("reject", tombstone).errorCode()).isZero();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void eachBadRecordIsNamed(CompressionType codec) {
        long end = end("reject");
        for (String other : List.of("good", "costly")) {
            PartitionProduceResponse answer =
                    send(
                            "reject",
                            records(Compression.of(codec).build(), "bad one", other, "bad two"));

            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_RECORD);
            assertThat(answer.errorMessage())
                    .isEqualTo(
                            "2 of 3 records are not of their schema; record 0: value: a.bad one");
            assertThat(answer.recordErrors())
                    .extracting(each -> each.batchIndex() + " " + each.batchIndexErrorMessage())
                    .containsExactly("0 value: a.bad one", "2 value: a.bad two");
        }
        assertThat(end("reject")).isEqualTo(end);
    }

    @Test
    void badRecordsThatAreWarnedOfAreStoredAndCounted() {
        long end = end("warn");
        long before = enforcement.counts().of("warn").badRecords(Reaction.WARN);

        PartitionProduceResponse answer = send("warn", plain("bad", "good", "bad"));

        assertThat(answer.errorCode()).isZero();
        assertThat(end("warn")).isEqualTo(end + 3);
        await(() -> enforcement.counts().of("warn").badRecords(Reaction.WARN) == before + 2);
    }

    @ParameterizedTest
    @CsvSource({"away, nobody is there", "endless, more than 64", "bug, a planted bug"})
    void whatCannotBeToldNowIsToBeSentAgain(String value, String reason) {
        for (String topic : List.of("reject", "quarantine")) {
            long end = end(topic);

            PartitionProduceResponse answer = send(topic, plain("costly", value));

            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
            assertThat(answer.errorMessage()).contains(reason, "try again");
            assertThat(end(topic)).isEqualTo(end);
        }
        long unchecked = enforcement.counts().of("warn").uncheckedBatches();
        assertThat(send("warn", plain("costly", value)).errorCode()).isZero();
        await(() -> enforcement.counts().of("warn").uncheckedBatches() > unchecked);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void badRecordsArePutAsideAndTheOthersKeepTheirOffsets(CompressionType codec)
            throws IOException {
        String topic = "aside-" + codec.name;
        create(topic, Map.of("naru.schema.validation", "quarantine"));
        Compression packed = Compression.of(codec).build();
        for (String other : List.of("good", "costly")) {
            long producer = 500L + codec.id * 10L + other.length();
            long end = end(topic);
            MemoryRecords batch = idempotent(packed, producer, 0, "bad 1", other, "bad 2", other);

            PartitionProduceResponse answer = send(topic, batch);

            assertThat(answer.errorMessage()).isNull();
            assertThat(answer.baseOffset()).isEqualTo(end);
            assertThat(end(topic)).isEqualTo(end + 4);
            assertThat(read(topic, end).stream().map(Record::offset))
                    .containsExactly(end + 1, end + 3);

            PartitionProduceResponse again =
                    send(topic, idempotent(packed, producer, 0, "bad 1", other, "bad 2", other));
            PartitionProduceResponse next = send(topic, idempotent(packed, producer, 4, other));

            assertThat(again.errorMessage()).isNull();
            assertThat(again.baseOffset()).isEqualTo(end);
            assertThat(next.errorMessage()).isNull();
            assertThat(next.baseOffset()).isEqualTo(end + 4);
        }
        List<Record> aside = read(topic + ".quarantine", 0);
        assertThat(aside)
                .extracting(each -> UTF_8.decode(each.value()).toString())
                .containsExactly("bad 1", "bad 2", "bad 1", "bad 2");
        Map<String, String> headers = headers(aside.get(1));
        assertThat(headers)
                .containsEntry("mine", "kept")
                .containsEntry("naru.quarantine.reason", "value: a.bad 2")
                .containsEntry("naru.quarantine.topic", topic)
                .containsEntry("naru.quarantine.partition", "0")
                .containsEntry("naru.quarantine.record", "2")
                .containsEntry("naru.quarantine.producer", (504 + codec.id * 10) + "/0/0")
                .containsKey("naru.quarantine.time");
    }

    @Test
    void batchOfWhichNothingIsLeftStaysUsedUp() throws IOException {
        create(
                "nothing",
                Map.of("naru.schema.validation", "quarantine", "compression.type", "lz4"));

        PartitionProduceResponse first =
                send("nothing", idempotent(Compression.NONE, 600, 0, "bad", "bad"));
        PartitionProduceResponse second =
                send("nothing", idempotent(Compression.NONE, 600, 2, "good"));
        PartitionProduceResponse repeated =
                send("nothing", idempotent(Compression.NONE, 600, 0, "bad", "bad"));

        assertThat(first.errorMessage()).isNull();
        assertThat(first.baseOffset()).isZero();
        assertThat(second.baseOffset()).isEqualTo(2);
        assertThat(repeated.errorMessage()).isNull();
        assertThat(repeated.baseOffset()).isZero();
        assertThat(read("nothing", 0).stream().map(Record::offset)).containsExactly(2L);
        assertThat(read("nothing.quarantine", 0)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reject", "quarantine"})
    void transactionalBatchWithABadRecordIsRefusedAsAWhole(String topic) {
        long end = end(topic);
        for (String other : List.of("good", "costly")) {
            PartitionProduceResponse answer =
                    send(topic, "transfer", transactional(700, 0, other, "bad"));

            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_RECORD);
            assertThat(answer.recordErrors()).hasSize(1);
        }
        assertThat(end(topic)).isEqualTo(end);
        PartitionProduceResponse sound =
                send(topic, "transfer", transactional(700, 0, "good", "costly"));
        assertThat(sound.errorMessage()).isNull();
        assertThat(end(topic)).isEqualTo(end + 2);
    }

    @Test
    void batchThatIsStoredIsADuplicateWhateverItsSchemaHasBecome() {
        long end = end("reject");
        MemoryRecords batch = idempotent(Compression.NONE, 800, 0, "good");
        assertThat(send("reject", batch).baseOffset()).isEqualTo(end);
        goodIsBad = true;
        try {
            PartitionProduceResponse again =
                    send("reject", idempotent(Compression.NONE, 800, 0, "good"));

            assertThat(again.errorMessage()).isNull();
            assertThat(again.baseOffset()).isEqualTo(end);
        } finally {
            goodIsBad = false;
        }
    }

    @Test
    void batchWhoseTurnIsNotNowPutsNothingAside() throws IOException {
        create("turn", Map.of("naru.schema.validation", "quarantine"));
        send("turn", idempotent(Compression.NONE, 900, 0, "bad"));

        PartitionProduceResponse early = send("turn", idempotent(Compression.NONE, 900, 5, "bad"));

        assertThat(Errors.forCode(early.errorCode()))
                .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(read("turn.quarantine", 0)).hasSize(1);
    }

    @Test
    void quarantineThatDemandsSomethingItselfIsNoneAndTheBatchIsRefused() {
        create("strict", Map.of("naru.schema.validation", "reject"));
        create(
                "badly-configured",
                Map.of(
                        "naru.schema.validation",
                        "quarantine",
                        "naru.schema.quarantine.topic",
                        "strict"));

        PartitionProduceResponse answer = send("badly-configured", plain("bad", "good"));

        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_RECORD);
        assertThat(answer.errorMessage())
                .contains("strict has a naru.schema.validation of its own");
        assertThat(end("badly-configured")).isZero();
        assertThat(end("strict")).isZero();
    }

    @Test
    void severalBatchesOfARequestAreAnsweredEachInItsPlace() {
        create("also", Map.of());
        ProduceRequestData body = request(null);
        List<String> topics = List.of("reject", "quarantine", "also", "warn");
        for (String topic : topics) {
            add(body, topic, plain("costly", "bad"));
        }
        long kept = end("also");

        ProduceResponseData answer = FakeRequest.ask(produce, body, 12, ProduceResponseData.class);

        List<Errors> errors = new ArrayList<>();
        answer.responses()
                .forEach(topic ->
                        topic.partitionResponses()
                                .forEach(each -> errors.add(Errors.forCode(each.errorCode()))));
        assertThat(errors)
                .containsExactly(Errors.INVALID_RECORD, Errors.NONE, Errors.NONE, Errors.NONE);
        assertThat(end("also")).isEqualTo(kept + 2);
    }

    @Test
    void damagedBatchIsRefusedAsWhereNothingIsDemanded() {
        MemoryRecords batch = plain("good", "bad");
        ByteBuffer bytes = batch.buffer();
        bytes.put(bytes.limit() - 1, (byte) (bytes.get(bytes.limit() - 1) ^ 1));

        PartitionProduceResponse answer = send("quarantine", batch);

        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.CORRUPT_MESSAGE);
    }

    @Test
    void keysAreLookedAtWhereTheyAreNamed() {
        create(
                "keyed",
                Map.of("naru.schema.validation", "reject", "naru.schema.validation.parts", "key"));
        create("confluent", Map.of("confluent.value.schema.validation", "true"));
        MemoryRecords records =
                MemoryRecords.withRecords(
                        Compression.NONE,
                        new SimpleRecord(1, "bad".getBytes(UTF_8), "bad".getBytes(UTF_8)));

        assertThat(send("keyed", records).recordErrors().getFirst().batchIndexErrorMessage())
                .isEqualTo("key: a.bad");
        assertThat(send("confluent", records).recordErrors().getFirst().batchIndexErrorMessage())
                .isEqualTo("value: a.bad");
    }

    private long end(String topic) {
        return log(topic).logEndOffset();
    }

    private PartitionLog log(String topic) {
        return Objects.requireNonNull(
                Objects.requireNonNull(partitions.get(topic, 0), topic).ledLog());
    }

    private List<Record> read(String topic, long from) throws IOException {
        PartitionLog log = log(topic);
        List<Record> found = new ArrayList<>();
        if (log.read(from, log.highWatermark(), 1 << 20, true)
                instanceof ReadOutcome.Found(LogSlice slice)) {
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
            while (bytes.hasRemaining()) {
                slice.channel().read(bytes, slice.position() + bytes.position());
            }
            MemoryRecords.readableRecords(bytes.flip()).records().forEach(found::add);
        }
        return found;
    }

    private static Map<String, String> headers(Record record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), new String(header.value(), UTF_8));
        }
        return headers;
    }

    private static MemoryRecords plain(String... values) {
        return records(Compression.NONE, values);
    }

    private static MemoryRecords records(Compression codec, String... values) {
        return MemoryRecords.withRecords(codec, simple(values));
    }

    private static MemoryRecords idempotent(
            Compression codec, long producer, int sequence, String... values) {
        return MemoryRecords.withIdempotentRecords(
                codec, producer, (short) 0, sequence, simple(values));
    }

    private static MemoryRecords transactional(long producer, int sequence, String... values) {
        return MemoryRecords.withTransactionalRecords(
                Compression.NONE, producer, (short) 0, sequence, simple(values));
    }

    private static SimpleRecord[] simple(String... values) {
        Header[] headers = {
            new org.apache.kafka.common.header.internals.RecordHeader(
                    "mine", "kept".getBytes(UTF_8))
        };
        return Arrays.stream(values)
                .map(value -> new SimpleRecord(1, null, value.getBytes(UTF_8), headers))
                .toArray(SimpleRecord[]::new);
    }

    private PartitionProduceResponse send(String topic, MemoryRecords records) {
        return send(topic, null, records);
    }

    private PartitionProduceResponse send(
            String topic, @Nullable String transactionalId, MemoryRecords records) {
        ProduceRequestData body = request(transactionalId);
        add(body, topic, records);
        return FakeRequest.ask(produce, body, 12, ProduceResponseData.class)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .getFirst();
    }

    private static ProduceRequestData request(@Nullable String transactionalId) {
        return new ProduceRequestData()
                .setAcks((short) 1)
                .setTimeoutMs(1_000)
                .setTransactionalId(transactionalId);
    }

    private static void add(ProduceRequestData body, String name, MemoryRecords records) {
        TopicProduceData topic = new TopicProduceData().setName(name);
        topic.partitionData().add(new PartitionProduceData().setIndex(0).setRecords(records));
        body.topicData().add(topic);
    }

    private static void await(BooleanSupplier condition) {
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
