package naru.broker.coordinator;

import naru.broker.partition.CommitListener;
import naru.broker.partition.LeadershipListener;
import naru.broker.partition.Partition;
import naru.broker.partition.TransactionMarker;
import naru.log.PartitionLog;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * A coordinator of this broker: a shard for each partition of its internal topic that is led here.
 *
 * <p>Threads: asked by any; leadership changes come from the metadata thread.
 *
 * @param <C> the commands of its shards
 */
public final class Coordinator<C> implements Coordination<C>, LeadershipListener, AutoCloseable {
    private final CoordinatorOptions options;
    private final NewShard<C> newShard;
    private final Effects<C> effects;
    private final CoordinatorTopic topic;
    private final LongSupplier clock;
    private final Alarm alarm;
    private final Map<Integer, ShardHost<C>> shards = new ConcurrentHashMap<>();

    /**
     * @param clock milliseconds since 1970
     */
    public Coordinator(
            CoordinatorOptions options,
            NewShard<C> newShard,
            Effects<C> effects,
            Quorum quorum,
            LongSupplier clock,
            Alarm alarm) {
        this.options = options;
        this.newShard = newShard;
        this.effects = effects;
        this.topic = new CoordinatorTopic(quorum, options);
        this.clock = clock;
        this.alarm = alarm;
    }

    // ---- asking ----

    /** Asks the shard of this key, if it is here. */
    @Override
    public void ask(String key, LongFunction<? extends C> command, Answer answer) {
        ShardHost<C> shard = shards.get(topic.partitionOf(key));
        if (shard == null) {
            answer.refuse(Errors.NOT_COORDINATOR, "this broker does not coordinate " + key);
        } else {
            shard.ask(command, answer);
        }
    }

    /** Asks every shard; the answers come in any order, as many as this returns. */
    public List<Asking<C>> all() {
        return shards.values().stream().<Asking<C>>map(shard -> shard::ask).toList();
    }

    /** A way to one shard. */
    @FunctionalInterface
    public interface Asking<C> {
        void ask(LongFunction<? extends C> command, Answer answer);
    }

    /** Lets every shard delete what it does not need of its log. */
    public void prune() {
        shards.values().forEach(ShardHost::prune);
    }

    /** Tells every shard of an event, which is carried out until it has nothing more to record. */
    public void tellAll(C event) {
        shards.values().forEach(shard -> shard.happen(event));
    }

    /** The partition that holds what is recorded of the key. */
    public TopicPartition partitionOf(String key) {
        return new TopicPartition(options.topic(), topic.partitionOf(key));
    }

    /**
     * Ends a transaction in a partition of the coordinator's topic, in the order of its shard.
     *
     * @param written told when the marker is committed; an error that it is told may be temporary
     */
    public void endTransaction(int partition, TransactionMarker marker, CommitListener written) {
        ShardHost<C> shard = shards.get(partition);
        if (shard == null) {
            written.onLost(Errors.NOT_LEADER_OR_FOLLOWER, "the partition is not led here");
        } else {
            shard.endTransaction(marker, written);
        }
    }

    public String topicName() {
        return options.topic();
    }

    @Override
    public @Nullable Integer coordinatorOf(String key) {
        if (topic.inImage() == null) {
            topic.create();
            return null;
        }
        return leaderOf(key);
    }

    /** The broker that leads the key's partition, or null when there is none at present. */
    public @Nullable Integer leaderOf(String key) {
        ClusterImage.Topic present = topic.inImage();
        ClusterImage.PartitionState state =
                present == null ? null : present.partition(topic.partitionOf(key));
        return state == null || state.leader() < 0 ? null : state.leader();
    }

    // ---- changes ----

    @Override
    public void onLeading(Partition partition, int leaderEpoch) {
        PartitionLog log = partition.ledLog();
        if (!isMine(partition) || log == null) {
            return;
        }
        ShardHost<C> shard = host(partition, log, leaderEpoch);
        ShardHost<C> before = shards.put(partition.topicPartition().partition(), shard);
        if (before != null) {
            before.close();
        }
        shard.load();
    }

    private ShardHost<C> host(Partition partition, PartitionLog log, int leaderEpoch) {
        int index = partition.topicPartition().partition();
        return new ShardHost<>(
                new PartitionShardLog(partition, log, leaderEpoch),
                newShard.of(index, leaderEpoch),
                new ShardHost.Options(
                        options.compression(), options.commitTimeoutMillis(), options.loadBytes()),
                effects,
                clock,
                alarm,
                broken -> {
                    ShardHost<C> next = host(partition, log, leaderEpoch);
                    if (shards.replace(index, broken, next)) {
                        next.load();
                    }
                });
    }

    @Override
    public void onNotLeading(Partition partition) {
        if (isMine(partition)) {
            ShardHost<C> shard = shards.remove(partition.topicPartition().partition());
            if (shard != null) {
                shard.close();
            }
        }
    }

    private boolean isMine(Partition partition) {
        return partition.topicPartition().topic().equals(options.topic());
    }

    /** Whoever waits is sent to look for the coordinator again. */
    @Override
    public void close() {
        shards.values().forEach(ShardHost::close);
    }
}
