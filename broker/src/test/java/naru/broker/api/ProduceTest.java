package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.broker.config.TopicConfigs;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.Partitions;
import naru.log.AppendOutcome;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.Origin;
import naru.log.disk.LocalDisk;
import naru.log.producer.AppendTerms;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** What a batch may not be because of the request that it came in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProduceTest {
    private static final String TOPIC = "produced";

    private OneNode node;
    private LogDirectory logs;
    private Partitions partitions;
    private Produce produce;
    private Errors enrolment = Errors.NONE;
    private Consumer<Runnable> answering = Runnable::run;

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
        produce =
                new Produce(
                        new PartitionLookup(partitions, node.quorum),
                        (producer, asked, add, then) -> {
                            Map<TopicPartition, Errors> errors = new HashMap<>();
                            asked.forEach(partition ->
                                    errors.put(
                                            partition,
                                            add && enrolment == Errors.TRANSACTION_ABORTABLE
                                                    ? Errors.NONE
                                                    : enrolment));
                            answering.accept(() -> then.enrolled(errors));
                        },
                        OneNode.EVERYBODY);
        node.create(TOPIC, 1);
    }

    @AfterAll
    void stop() {
        node.close();
        logs.close();
    }

    @ParameterizedTest
    @CsvSource({
        "3,  TRANSACTION_ABORTABLE,        INVALID_TXN_STATE",
        "10, TRANSACTION_ABORTABLE,        INVALID_TXN_STATE",
        "11, TRANSACTION_ABORTABLE,        TRANSACTION_ABORTABLE",
        "3,  INVALID_PRODUCER_EPOCH,       INVALID_PRODUCER_EPOCH",
        "12, INVALID_PRODUCER_ID_MAPPING,  INVALID_PRODUCER_ID_MAPPING",
        "11, CONCURRENT_TRANSACTIONS,      NOT_ENOUGH_REPLICAS",
        "12, CONCURRENT_TRANSACTIONS,      CONCURRENT_TRANSACTIONS",
        "12, COORDINATOR_LOAD_IN_PROGRESS, NOT_ENOUGH_REPLICAS",
        "12, NOT_COORDINATOR,              NOT_ENOUGH_REPLICAS",
    })
    void transactionalBatchThatTheCoordinatorDoesNotKnowIsRefused(
            int version, Errors coordinator, Errors told) {
        enrolment = coordinator;
        for (boolean atOnce : new boolean[] {true, false}) {
            answering = atOnce ? Runnable::run : Thread::startVirtualThread;
            long end = end();

            PartitionProduceResponse answer = send(version, "transfer", transactional(77, 0));

            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(told);
            assertThat(answer.baseOffset()).isEqualTo(-1);
            assertThat(end()).isEqualTo(end);
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 100", "11, 101", "12, 102"})
    void transactionIsOpenedOnceTheCoordinatorAgreesAndGoesOnWithoutAsking(
            int version, long producerId) {
        enrolment = Errors.NONE;
        for (int sequence = 0; sequence < 3; sequence++) {
            answering = sequence == 0 ? Thread::startVirtualThread : task -> refuseToAnswer();
            long end = end();

            PartitionProduceResponse answer =
                    send(version, "transfer", transactional(producerId, sequence));

            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
            assertThat(answer.baseOffset()).isEqualTo(end);
        }
    }

    /** The coordinator's answer is about the next transaction already, the log's was not yet. */
    @ParameterizedTest
    @CsvSource({"11, 201, NOT_ENOUGH_REPLICAS", "12, 202, CONCURRENT_TRANSACTIONS"})
    void transactionThatEndsWhileTheNextIsAskedAboutLetsTheClientTryAgain(
            int version, long producerId, Errors told) {
        enrolment = Errors.NONE;
        answering = Runnable::run;
        send(version, "transfer", transactional(producerId, 0));
        answering =
                task -> {
                    writeMarker(producerId);
                    task.run();
                };

        PartitionProduceResponse answer = send(version, "transfer", ofNextTransaction(producerId));

        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(told);
        answering = Runnable::run;
        answer = send(version, "transfer", ofNextTransaction(producerId));
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
    }

    private static MemoryRecords ofNextTransaction(long producerId) {
        return MemoryRecords.withTransactionalRecords(
                Compression.NONE, producerId, (short) 1, 0, record());
    }

    private void writeMarker(long producerId) {
        MemoryRecords marker =
                MemoryRecords.withEndTransactionMarker(
                        producerId,
                        (short) 1,
                        new EndTransactionMarker(ControlRecordType.COMMIT, 0));
        assertThat(
                        Objects.requireNonNull(partitions.get(TOPIC, 0))
                                .append(
                                        marker.buffer(),
                                        Origin.COORDINATOR,
                                        true,
                                        AppendTerms.marker(2)))
                .isInstanceOf(AppendOutcome.Appended.class);
    }

    private static void refuseToAnswer() {
        throw new AssertionError("asked within a transaction");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8, 11, 12})
    void transactionalBatchWithoutATransactionalIdIsRefused(int version) {
        long end = end();

        PartitionProduceResponse answer = send(version, null, transactional(77, 0));

        assertThat(Errors.forCode(answer.errorCode()))
                .isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        assertThat(end()).isEqualTo(end);
    }

    @Test
    void plainBatchBesideATransactionalIdIsAppended() {
        long end = end();

        PartitionProduceResponse answer =
                send(9, "transfer", MemoryRecords.withRecords(Compression.NONE, record()));

        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        assertThat(end()).isEqualTo(end + 1);
    }

    @ParameterizedTest
    @CsvSource({
        "3,UNSUPPORTED_COMPRESSION_TYPE",
        "6,UNSUPPORTED_COMPRESSION_TYPE",
        "7,NONE",
        "12,NONE"
    })
    void zstdIsTakenFromClientsThatCanReadIt(int version, Errors error) {
        PartitionProduceResponse answer =
                send(
                        version,
                        null,
                        MemoryRecords.withRecords(Compression.zstd().build(), record()));

        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(error);
    }

    private long end() {
        return Objects.requireNonNull(Objects.requireNonNull(partitions.get(TOPIC, 0)).ledLog())
                .logEndOffset();
    }

    private static SimpleRecord record() {
        return new SimpleRecord("value".getBytes(UTF_8));
    }

    private static MemoryRecords transactional(long producerId, int sequence) {
        return MemoryRecords.withTransactionalRecords(
                Compression.NONE, producerId, (short) 0, sequence, record());
    }

    private PartitionProduceResponse send(
            int version, @Nullable String transactionalId, MemoryRecords records) {
        TopicProduceData topic = new TopicProduceData().setName(TOPIC);
        topic.partitionData().add(new PartitionProduceData().setIndex(0).setRecords(records));
        ProduceRequestData body =
                new ProduceRequestData()
                        .setAcks((short) 1)
                        .setTimeoutMs(1_000)
                        .setTransactionalId(transactionalId);
        body.topicData().add(topic);
        return FakeRequest.ask(produce, body, version, ProduceResponseData.class)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .getFirst();
    }
}
