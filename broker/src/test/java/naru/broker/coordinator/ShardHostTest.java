package naru.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.Shard;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.GroupShard;
import naru.coordination.group.ShardSettings;
import naru.coordination.group.modern.Surroundings;
import naru.coordination.group.modern.TopicCatalog;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

class ShardHostTest {
    static final Surroundings NO_TOPICS =
            new Surroundings() {
                @Override
                public TopicCatalog topics() {
                    throw new AssertionError("no group here asks for topics");
                }

                @Override
                public Map<String, String> configOf(String groupId) {
                    return Map.of();
                }
            };

    private final MemoryShardLog log = new MemoryShardLog(10_000);
    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final Queue<Runnable> alarms = new ConcurrentLinkedQueue<>();
    private final Queue<ShardHost<GroupCommand>> broken = new ConcurrentLinkedQueue<>();
    private final ShardHost<GroupCommand> host = newHost();

    private ShardHost<GroupCommand> newHost() {
        return newHost(newShard());
    }

    private static GroupShard newShard() {
        return new GroupShard(ShardSettings.defaults(), NO_TOPICS, new Random(1));
    }

    private ShardHost<GroupCommand> newHost(Shard<GroupCommand> shard) {
        return new ShardHost<>(
                log,
                shard,
                new ShardHost.Options(Compression.NONE, 5_000, 4_096),
                Effects.none(),
                clock::get,
                (delay, task) -> alarms.add(task),
                broken::add);
    }

    /** What came of a command: a response or an error, once. */
    private static final class Outcome implements Answer {
        final CompletableFuture<Object> came = new CompletableFuture<>();

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

    /** Loading has gone through the mailbox when a question is answered with a response. */
    private static ShardHost<GroupCommand> loaded(ShardHost<GroupCommand> host) {
        host.load();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (fetch(host, 0).get() instanceof Errors) {
            assertThat(System.nanoTime()).as("loaded in time").isLessThan(until);
            Thread.onSpinWait();
        }
        return host;
    }

    /** What is asked may still be in the hands of the thread that loaded. */
    private static void repeatUntil(BooleanSupplier done, Runnable action) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("done in time").isLessThan(until);
            action.run();
            Thread.onSpinWait();
        }
    }

    private void ringUntil(Outcome outcome, long passingMillis) {
        repeatUntil(
                outcome.came::isDone,
                () -> {
                    Runnable alarm = alarms.poll();
                    if (alarm != null) {
                        clock.addAndGet(passingMillis);
                        alarm.run();
                    }
                });
    }

    private static Outcome commit(
            ShardHost<GroupCommand> host, int partition, long offset, String metadata) {
        OffsetCommitRequestData request =
                new OffsetCommitRequestData()
                        .setGroupId("group")
                        .setTopics(
                                List.of(
                                        new OffsetCommitRequestTopic()
                                                .setName("topic")
                                                .setPartitions(
                                                        List.of(
                                                                new OffsetCommitRequestPartition()
                                                                        .setPartitionIndex(
                                                                                partition)
                                                                        .setCommittedOffset(offset)
                                                                        .setCommittedMetadata(
                                                                                metadata)))));
        Outcome outcome = new Outcome();
        host.ask(ticket -> new GroupCommand.OffsetCommit(ticket, (short) 9, request), outcome);
        return outcome;
    }

    private static Outcome fetch(ShardHost<GroupCommand> host, int partition) {
        OffsetFetchRequestGroup group =
                new OffsetFetchRequestGroup()
                        .setGroupId("group")
                        .setTopics(
                                List.of(
                                        new OffsetFetchRequestTopics()
                                                .setName("topic")
                                                .setPartitionIndexes(List.of(partition))));
        Outcome outcome = new Outcome();
        host.ask(ticket -> new GroupCommand.OffsetFetch(ticket, true, group), outcome);
        return outcome;
    }

    private static long fetched(ShardHost<GroupCommand> host, int partition) {
        return ((OffsetFetchResponseData) fetch(host, partition).get())
                .groups()
                .getFirst()
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .committedOffset();
    }

    private static Outcome join(ShardHost<GroupCommand> host) {
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]));
        JoinGroupRequestData request =
                new JoinGroupRequestData()
                        .setGroupId("group")
                        .setSessionTimeoutMs(10_000)
                        .setRebalanceTimeoutMs(60_000)
                        .setProtocolType("consumer")
                        .setProtocols(protocols);
        Outcome outcome = new Outcome();
        host.ask(
                ticket -> new GroupCommand.JoinGroup(ticket, (short) 3, "client", "/host", request),
                outcome);
        return outcome;
    }

    @Test
    void commandBeforeTheLogIsLoadedIsToldSo() {
        assertThat(commit(host, 0, 1, "").get()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    }

    @Test
    void replyWaitsUntilTheRecordsAreCommitted() {
        loaded(host);
        log.commitsAtOnce(false);
        Outcome outcome = commit(host, 0, 42, "");
        Outcome read = fetch(host, 0);
        repeatUntil(() -> log.records() == 1, () -> {});
        assertThat(outcome.came).isNotDone();
        assertThat(read.came).as("a read of what is not committed yet").isNotDone();
        repeatUntil(() -> outcome.came.isDone() && read.came.isDone(), log::commitAll);

        assertThat(outcome.get()).isInstanceOf(ApiMessage.class);
        assertThat(fetched(host, 0)).isEqualTo(42);
    }

    @Test
    void replyThatWaitsTooLongIsAnError() {
        loaded(host);
        log.commitsAtOnce(false);
        Outcome outcome = commit(host, 0, 42, "");
        ringUntil(outcome, 5_000);

        assertThat(outcome.get()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        log.commitAll();
    }

    @Test
    void recordsThatTheLogRefusesRefuseTheCommand() {
        loaded(host);
        commit(host, 0, 1, "").get();
        log.refuse(Errors.NOT_ENOUGH_REPLICAS);
        assertThat(commit(host, 0, 2, "").get()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        log.refuse(Errors.NONE);

        assertThat(fetched(host, 0)).isEqualTo(1);
        assertThat(commit(host, 0, 3, "").get()).isInstanceOf(ApiMessage.class);
    }

    @Test
    void shardThatDoesNotTakeWhatItsLogHasIsGivenUpAndLoadedAnew() {
        FaultyShard shard = new FaultyShard(newShard());
        ShardHost<GroupCommand> faulty = loaded(newHost(shard));
        log.commitsAtOnce(false);
        Outcome waiting = commit(faulty, 0, 1, "");
        repeatUntil(() -> log.records() == 1, () -> {});
        shard.failOn(2);

        assertThat(commit(faulty, 0, 2, "").get()).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(waiting.get()).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(fetch(faulty, 0).get()).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(broken).containsExactly(faulty);
        log.commitAll();
        assertThat(fetched(loaded(newHost()), 0)).as("what the log says").isEqualTo(2);
    }

    @Test
    void shardThatCannotTakeUpItsLogIsNotLoadedAgainAndAgain() {
        FaultyShard shard = new FaultyShard(newShard());
        shard.recordWhenLoaded();
        shard.failOn(1);
        ShardHost<GroupCommand> faulty = newHost(shard);
        faulty.load();
        repeatUntil(() -> log.records() == 1 && !faulty.isHosted(), () -> {});

        assertThat(commit(faulty, 0, 2, "").get()).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(broken).isEmpty();
    }

    @Test
    void coordinatorWorksWhileRequestsHoldAllThatCarriesVirtualThreads() {
        AtomicBoolean slow = new AtomicBoolean(true);
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            Thread.startVirtualThread(() -> {
                while (slow.get()) {
                    Thread.onSpinWait();
                }
            });
        }
        try (AlarmClock alarmClock = new AlarmClock()) {
            ShardHost<GroupCommand> busy =
                    new ShardHost<>(
                            log,
                            newShard(),
                            new ShardHost.Options(Compression.NONE, 5_000, 4_096),
                            Effects.none(),
                            clock::get,
                            alarmClock,
                            broken::add);
            assertThat(commit(loaded(busy), 0, 1, "").get()).isInstanceOf(ApiMessage.class);
        } finally {
            slow.set(false);
        }
    }

    @Test
    void whatWasWrittenIsLoadedAgain() {
        loaded(host);
        for (int i = 0; i < 100; i++) {
            commit(host, i % 7, i, "m".repeat(i)).get();
        }
        host.close();
        ShardHost<GroupCommand> next = loaded(newHost());

        assertThat(fetched(next, 99 % 7)).isEqualTo(99);
        assertThat(fetched(next, 0)).isEqualTo(98);
    }

    @Test
    void readThatGivesUpAmongDamageIsNotTheEndOfTheLog() {
        loaded(host);
        commit(host, 0, 42, "").get();
        host.close();
        log.giveUpReads(3);

        assertThat(fetched(loaded(newHost()), 0)).isEqualTo(42);
    }

    @Test
    void deadlineIsServedWhenItsAlarmRings() {
        loaded(host);
        Outcome outcome = join(host);
        assertThat(outcome.came).isNotDone();
        ringUntil(outcome, 3_000);

        assertThat(((JoinGroupResponseData) outcome.get()).generationId()).isEqualTo(1);
    }

    @Test
    void whoWaitsWhenLeadershipIsLostIsSentAway() {
        loaded(host);
        log.commitsAtOnce(false);
        Outcome committing = commit(host, 0, 1, "");
        Outcome joining = join(host);
        host.close();

        assertThat(((JoinGroupResponseData) joining.get()).errorCode())
                .isEqualTo(Errors.NOT_COORDINATOR.code());
        assertThat(committing.get()).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(commit(host, 0, 2, "").get()).isEqualTo(Errors.NOT_COORDINATOR);
    }

    @Test
    void manyRecordsAreSplitIntoBatchesThatTheLogTakes() {
        loaded(host);
        for (int i = 0; i < 500; i++) {
            commit(host, i, i, "m").get();
        }
        int before = log.batchCount();
        host.happen(new GroupCommand.TopicsDeleted(Set.of("topic")));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (log.records() < 1_000) {
            assertThat(System.nanoTime()).isLessThan(until);
            Thread.onSpinWait();
        }

        assertThat(log.batchCount() - before).isBetween(2, 50);
        assertThat(fetched(host, 499)).isEqualTo(-1);
    }

    @Test
    void manyThreadsAreEachAnsweredOnce() throws InterruptedException {
        loaded(host);
        List<Thread> threads = new ArrayList<>();
        Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
        for (int t = 0; t < 8; t++) {
            int partition = t;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 500; i++) {
                                    outcomes.add(commit(host, partition, i, ""));
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(outcomes).hasSize(4_000);
        assertThat(outcomes)
                .allSatisfy(each -> assertThat(each.get()).isNotInstanceOf(Errors.class));
        assertThat(log.records()).isEqualTo(4_000);
        for (int t = 0; t < 8; t++) {
            assertThat(fetched(host, t)).isEqualTo(499);
        }
    }
}
