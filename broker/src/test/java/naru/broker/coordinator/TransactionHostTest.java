package naru.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.partition.CommitListener;
import naru.broker.partition.TransactionMarker;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.GroupShard;
import naru.coordination.group.ShardSettings;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionEffect;
import naru.coordination.transaction.TransactionSettings;
import naru.coordination.transaction.TransactionShard;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** Shards that decide effects, hold replies back, and record within transactions. */
class TransactionHostTest {
    private final MemoryShardLog log = new MemoryShardLog(10_000);
    private final Queue<TransactionEffect.WriteMarkers> asked = new ConcurrentLinkedQueue<>();
    private final Queue<Effects.Decider<TransactionCommand>> deciders =
            new ConcurrentLinkedQueue<>();

    private <C> ShardHost<C> host(naru.coordination.Shard<C> shard, Effects<C> effects) {
        ShardHost<C> host =
                new ShardHost<>(
                        log,
                        shard,
                        new ShardHost.Options(Compression.NONE, 5_000, 4_096),
                        effects,
                        () -> 1_000_000,
                        (delay, task) -> {},
                        broken -> {});
        host.load();
        return host;
    }

    private ShardHost<TransactionCommand> transactions() {
        return host(
                new TransactionShard(TransactionSettings.defaults(), 3),
                (effect, decider) -> {
                    switch ((TransactionEffect) effect) {
                        case TransactionEffect.NeedProducerId need ->
                                decider.tell(
                                        new TransactionCommand.ProducerIdGiven(need.request(), 42));
                        case TransactionEffect.WriteMarkers write -> {
                            asked.add(write);
                            deciders.add(decider);
                        }
                        case TransactionEffect.TimedOut over -> {}
                    }
                });
    }

    private static final class Outcome implements Answer {
        private final CompletableFuture<Object> came = new CompletableFuture<>();

        @Override
        public void reply(ApiMessage response) {
            assertThat(came.complete(response)).as("answered once").isTrue();
        }

        @Override
        public void refuse(Errors error, String message) {
            assertThat(came.complete(error)).as("answered once").isTrue();
        }

        Object get() {
            try {
                return came.get(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError("no answer", e);
            }
        }
    }

    private static <C> Outcome ask(ShardHost<C> host, LongFunction<C> command) {
        while (true) {
            Outcome outcome = new Outcome();
            host.ask(command, outcome);
            boolean loading = outcome.came.getNow(null) == Errors.COORDINATOR_LOAD_IN_PROGRESS;
            if (!loading) {
                return outcome;
            }
            Thread.onSpinWait();
        }
    }

    private static void begin(ShardHost<TransactionCommand> host) {
        InitProducerIdRequestData init =
                new InitProducerIdRequestData()
                        .setTransactionalId("id")
                        .setTransactionTimeoutMs(1_000);
        Object given = ask(host, t -> new TransactionCommand.InitProducerId(t, init)).get();
        assertThat(((InitProducerIdResponseData) given).producerId()).isEqualTo(42);
        ask(
                        host,
                        t ->
                                new TransactionCommand.AddPartitions(
                                        t,
                                        "id",
                                        42,
                                        (short) 0,
                                        Set.of(new TopicPartition("t", 0)),
                                        false,
                                        (short) 2))
                .get();
    }

    private static Outcome end(ShardHost<TransactionCommand> host) {
        EndTxnRequestData end =
                new EndTxnRequestData()
                        .setTransactionalId("id")
                        .setProducerId(42)
                        .setProducerEpoch((short) 0)
                        .setCommitted(true);
        return ask(host, t -> new TransactionCommand.EndTxn(t, (short) 5, end));
    }

    private TransactionEffect.WriteMarkers awaitMarkers() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (asked.isEmpty()) {
            assertThat(System.nanoTime()).as("markers in time").isLessThan(until);
            Thread.onSpinWait();
        }
        return asked.element();
    }

    /** A command may be decided by the thread that still works at the one before. */
    private void awaitRecordsAfter(long offset) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (log.endOffset() <= offset) {
            assertThat(System.nanoTime()).as("records in time").isLessThan(until);
            Thread.onSpinWait();
        }
    }

    @Test
    void endIsAnsweredWhenTheEffectIsBroughtAbout() {
        ShardHost<TransactionCommand> host = transactions();
        begin(host);
        Outcome outcome = end(host);
        TransactionEffect.WriteMarkers write = awaitMarkers();
        assertThat(write.coordinatorEpoch()).isEqualTo(3);
        assertThat(outcome.came).isNotDone();
        deciders.element().tell(new TransactionCommand.MarkersWritten("id", write.round()));

        assertThat(((EndTxnResponseData) outcome.get()).producerEpoch()).isEqualTo((short) 1);
    }

    @Test
    void effectIsBroughtAboutOnlyWhenItsRecordIsCommitted() {
        ShardHost<TransactionCommand> host = transactions();
        begin(host);
        log.commitsAtOnce(false);
        long before = log.endOffset();
        var _ = end(host);
        awaitRecordsAfter(before);
        assertThat(asked).isEmpty();
        log.commitAll();
        awaitMarkers();
    }

    @Test
    void heldReplyIsAnErrorWhenTheRecordIsRefusedOrTheShardGoes() {
        ShardHost<TransactionCommand> host = transactions();
        begin(host);
        log.refuse(Errors.NOT_ENOUGH_REPLICAS);
        assertThat(end(host).get()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(asked).isEmpty();
        log.refuse(Errors.NONE);
        Outcome outcome = end(host);
        awaitMarkers();
        host.close();
        assertThat(outcome.get()).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(deciders.element().isHosted()).isFalse();
    }

    @Test
    void preparedTransactionIsTakenUpByTheNextHost() {
        ShardHost<TransactionCommand> host = transactions();
        begin(host);
        var _ = end(host);
        awaitMarkers();
        host.close();
        asked.clear();
        deciders.clear();
        ShardHost<TransactionCommand> next = transactions();
        TransactionEffect.WriteMarkers write = awaitMarkers();
        assertThat(write.partitions()).containsExactly(new TopicPartition("t", 0));
        deciders.element().tell(new TransactionCommand.MarkersWritten("id", write.round()));
        assertThat(((EndTxnResponseData) end(next).get()).producerEpoch()).isEqualTo((short) 1);
    }

    // ---- offsets in a transaction ----

    private static OffsetFetchResponsePartitions fetch(ShardHost<GroupCommand> groups) {
        OffsetFetchRequestGroup group =
                new OffsetFetchRequestGroup()
                        .setGroupId("g")
                        .setTopics(
                                List.of(
                                        new OffsetFetchRequestTopics()
                                                .setName("t")
                                                .setPartitionIndexes(List.of(0))));
        return ((OffsetFetchResponseData)
                        ask(groups, t -> new GroupCommand.OffsetFetch(t, true, group)).get())
                .groups()
                .getFirst()
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    private static void commit(ShardHost<GroupCommand> groups) {
        TxnOffsetCommitRequestData request =
                new TxnOffsetCommitRequestData()
                        .setGroupId("g")
                        .setTransactionalId("id")
                        .setProducerId(42)
                        .setProducerEpoch((short) 0)
                        .setTopics(
                                List.of(
                                        new TxnOffsetCommitRequestTopic()
                                                .setName("t")
                                                .setPartitions(
                                                        List.of(
                                                                new TxnOffsetCommitRequestPartition()
                                                                        .setPartitionIndex(0)
                                                                        .setCommittedOffset(7)))));
        ask(groups, t -> new GroupCommand.TxnOffsetCommit(t, request, -1)).get();
    }

    private static Errors tell(ShardHost<GroupCommand> groups, boolean committed) {
        CompletableFuture<Errors> told = new CompletableFuture<>();
        groups.endTransaction(
                new TransactionMarker(42, (short) 0, committed, 0, (short) 0),
                new CommitListener() {
                    @Override
                    public void onCommitted() {
                        told.complete(Errors.NONE);
                    }

                    @Override
                    public void onLost(Errors error, String message) {
                        told.complete(error);
                    }
                });
        return told.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private ShardHost<GroupCommand> groups() {
        return host(
                new GroupShard(ShardSettings.defaults(), ShardHostTest.NO_TOPICS, new Random(1)),
                Effects.none());
    }

    @Test
    void offsetsOfATransactionCountFromItsMarkerOn() {
        ShardHost<GroupCommand> groups = groups();
        commit(groups);
        assertThat(Errors.forCode(fetch(groups).errorCode()))
                .isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT);
        assertThat(tell(groups, true)).isEqualTo(Errors.NONE);
        assertThat(fetch(groups).committedOffset()).isEqualTo(7);
        groups.close();

        assertThat(fetch(groups()).committedOffset()).as("loaded anew").isEqualTo(7);
    }

    @Test
    void offsetsOfAnAbortedTransactionNeverCount() {
        ShardHost<GroupCommand> groups = groups();
        commit(groups);
        assertThat(tell(groups, false)).isEqualTo(Errors.NONE);
        assertThat(fetch(groups).committedOffset()).isEqualTo(-1);
        groups.close();

        assertThat(fetch(groups()).committedOffset()).as("loaded anew").isEqualTo(-1);
    }

    @Test
    void markerThatCannotBeAppliedIsToBeWrittenAgain() {
        ShardHost<GroupCommand> groups =
                host(
                        new FaultyShard(
                                new GroupShard(
                                        ShardSettings.defaults(),
                                        ShardHostTest.NO_TOPICS,
                                        new Random(1))),
                        Effects.none());
        commit(groups);

        assertThat(tell(groups, true)).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(fetch(groups()).committedOffset()).as("what the log says").isEqualTo(7);
    }

    @Test
    void markerIsRefusedWhileTheShardIsNotThere() {
        ShardHost<GroupCommand> groups = groups();
        commit(groups);
        groups.close();
        assertThat(tell(groups, true)).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    }
}
