package naru.broker.replication;

import naru.broker.coordinator.Alarm;
import naru.broker.partition.Followers;
import naru.broker.partition.Followers.AfterRefusal;
import naru.broker.partition.Followers.Change;
import naru.broker.partition.Partition;
import naru.broker.partition.Standing;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Asks the controller for changes of in-sync replicas (KIP-497): one request is under way at most,
 * and what comes meanwhile goes together into the next. A change is asked for until it is made,
 * refused for good, or no longer what its partition awaits.
 *
 * <p>Threads: any; answers come on the controller's.
 */
public final class InSyncChanges {
    private static final Logger LOG = LoggerFactory.getLogger("naru.replication");
    private static final long RETRY_MILLIS = 50;

    private final int brokerId;
    private final LongSupplier brokerEpoch;
    private final Function<AlterPartitionRequestData, CompletableFuture<AlterPartitionResponseData>>
            controller;
    private final Alarm alarm;
    private final AtomicLong shrinks = new AtomicLong();
    private final AtomicLong expands = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private Map<Key, Wanted> waiting = new LinkedHashMap<>();
    private boolean underWay;

    private record Key(Uuid topicId, int index) {}

    private record Wanted(Partition partition, Followers followers, Change change) {}

    public InSyncChanges(
            int brokerId,
            LongSupplier brokerEpoch,
            Function<AlterPartitionRequestData, CompletableFuture<AlterPartitionResponseData>>
                    controller,
            Alarm alarm) {
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
        this.controller = controller;
        this.alarm = alarm;
    }

    /** Changes that took replicas out, since the start. */
    public long shrinks() {
        return shrinks.get();
    }

    /** Changes that took replicas in. */
    public long expands() {
        return expands.get();
    }

    /** Changes that the controller did not make. */
    public long refusals() {
        return refusals.get();
    }

    public void ask(Partition partition, Change change) {
        if (partition.standing() instanceof Standing.Leading(_, _, _, Followers followers)) {
            Wanted wanted = new Wanted(partition, followers, change);
            synchronized (this) {
                waiting.put(
                        new Key(partition.topicId(), partition.topicPartition().partition()),
                        wanted);
            }
            send();
        }
    }

    /** Sends what waits, unless an answer is awaited. */
    private void send() {
        Map<Key, Wanted> batch;
        synchronized (this) {
            waiting.values().removeIf(wanted -> !wanted.followers.awaits(wanted.change));
            if (underWay || waiting.isEmpty()) {
                return;
            }
            underWay = true;
            batch = waiting;
            waiting = new LinkedHashMap<>();
        }
        // Never on the caller's thread: it may hold what the answer needs.
        alarm.soon(() -> {
            var _ =
                    controller
                            .apply(request(batch.values()))
                            .whenComplete((answer, failure) -> onAnswer(batch, answer, failure));
        });
    }

    private AlterPartitionRequestData request(Iterable<Wanted> batch) {
        Map<Uuid, AlterPartitionRequestData.TopicData> topics = new LinkedHashMap<>();
        for (Wanted wanted : batch) {
            Change change = wanted.change;
            List<BrokerState> inSync = new ArrayList<>();
            for (Followers.Member member : change.inSync()) {
                long epoch =
                        member.broker() == brokerId
                                ? brokerEpoch.getAsLong()
                                : member.brokerEpoch();
                inSync.add(new BrokerState().setBrokerId(member.broker()).setBrokerEpoch(epoch));
            }
            topics.computeIfAbsent(
                            wanted.partition.topicId(),
                            id -> new AlterPartitionRequestData.TopicData().setTopicId(id))
                    .partitions()
                    .add(
                            new AlterPartitionRequestData.PartitionData()
                                    .setPartitionIndex(
                                            wanted.partition.topicPartition().partition())
                                    .setLeaderEpoch(change.leaderEpoch())
                                    .setPartitionEpoch(change.partitionEpoch())
                                    .setNewIsrWithEpochs(inSync));
        }
        return new AlterPartitionRequestData()
                .setBrokerId(brokerId)
                .setBrokerEpoch(brokerEpoch.getAsLong())
                .setTopics(List.copyOf(topics.values()));
    }

    private void onAnswer(
            Map<Key, Wanted> batch,
            @Nullable AlterPartitionResponseData answer,
            @Nullable Throwable failure) {
        Map<Key, Wanted> again = new HashMap<>(batch);
        if (answer == null || answer.errorCode() != Errors.NONE.code()) {
            LOG.warn(
                    "in-sync replicas of {} partitions are not changed yet: {}",
                    batch.size(),
                    answer == null ? failure : Errors.forCode(answer.errorCode()));
        } else {
            for (AlterPartitionResponseData.TopicData topic : answer.topics()) {
                for (AlterPartitionResponseData.PartitionData partition : topic.partitions()) {
                    Key key = new Key(topic.topicId(), partition.partitionIndex());
                    Wanted wanted = batch.get(key);
                    if (wanted != null && !isAskedAgain(wanted, partition)) {
                        again.remove(key);
                    }
                }
            }
        }
        synchronized (this) {
            underWay = false;
            again.forEach(waiting::putIfAbsent);
        }
        if (again.isEmpty()) {
            send();
        } else {
            alarm.after(RETRY_MILLIS, this::send);
        }
    }

    private boolean isAskedAgain(Wanted wanted, AlterPartitionResponseData.PartitionData answer) {
        Errors error = Errors.forCode(answer.errorCode());
        if (error == Errors.NONE) {
            accepted(wanted, answer);
            return false;
        }
        refusals.incrementAndGet();
        LOG.info(
                "the controller does not change the in-sync replicas of {} to {}: {}",
                wanted.partition.topicPartition(),
                wanted.change.inSync().stream().map(Followers.Member::broker).toList(),
                error);
        return wanted.followers.refused(wanted.change, error) == AfterRefusal.AGAIN;
    }

    private void accepted(Wanted wanted, AlterPartitionResponseData.PartitionData answer) {
        Change change = wanted.change;
        boolean news =
                wanted.followers.accepted(
                        change, answer.leaderEpoch(), answer.isr(), answer.partitionEpoch());
        if (change.grows()) {
            expands.incrementAndGet();
        }
        if (change.shrinks()) {
            shrinks.incrementAndGet();
        }
        if (news) {
            LOG.info("{}: in sync are now {}", wanted.partition.topicPartition(), answer.isr());
            wanted.partition.onInSyncChanged();
        }
    }
}
