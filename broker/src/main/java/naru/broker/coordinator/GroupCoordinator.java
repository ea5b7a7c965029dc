package naru.broker.coordinator;

import naru.broker.partition.LeadershipListener;
import naru.broker.partition.Partition;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.GroupShard;
import naru.log.PartitionLog;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The group coordinator of this broker: a shard for each partition of {@code __consumer_offsets}
 * that is led here.
 *
 * <p>Threads: asked by any; leadership and topic changes come from the metadata thread.
 */
public final class GroupCoordinator implements LeadershipListener, Quorum.Listener, AutoCloseable {
    private final CoordinatorOptions options;
    private final OffsetsTopic topic;
    private final LongSupplier clock;
    private final RandomGenerator random;
    private final AlarmClock alarms = new AlarmClock();
    private final Map<Integer, ShardHost> shards = new ConcurrentHashMap<>();

    /**
     * @param clock milliseconds since 1970
     * @param random for member ids; safe for use by any thread
     */
    public GroupCoordinator(
            CoordinatorOptions options, Quorum quorum, LongSupplier clock, RandomGenerator random) {
        this.options = options;
        this.topic = new OffsetsTopic(quorum, options);
        this.clock = clock;
        this.random = random;
        alarms.every(options.retentionCheckMillis(), this::expireOffsets);
    }

    // ---- asking ----

    /** Asks the shard of this group. */
    public void ask(String groupId, LongFunction<GroupCommand> command, Answer answer) {
        ShardHost shard = shards.get(topic.partitionOf(groupId));
        if (shard == null) {
            answer.refuse(
                    Errors.NOT_COORDINATOR, "this broker does not coordinate group " + groupId);
        } else {
            shard.ask(command, answer);
        }
    }

    /** Asks every shard; the answers come in any order, as many as this returns. */
    public List<Asking> all() {
        return shards.values().stream().<Asking>map(shard -> shard::ask).toList();
    }

    /** A way to one shard. */
    @FunctionalInterface
    public interface Asking {
        void ask(LongFunction<GroupCommand> command, Answer answer);
    }

    /**
     * The broker that leads the group's partition, or null when there is none at present. If the
     * topic does not exist it is being created after this.
     */
    public @Nullable Integer coordinatorOf(String groupId) {
        ClusterImage.Topic present = topic.inImage();
        if (present == null) {
            topic.create();
            return null;
        }
        ClusterImage.PartitionState state = present.partition(topic.partitionOf(groupId));
        return state == null || state.leader() < 0 ? null : state.leader();
    }

    // ---- changes ----

    @Override
    public void onLeading(Partition partition, int leaderEpoch) {
        PartitionLog log = partition.ledLog();
        if (!isOffsets(partition) || log == null) {
            return;
        }
        ShardHost shard =
                new ShardHost(
                        new PartitionShardLog(partition, log),
                        new GroupShard(options.groups(), random),
                        new ShardHost.Options(
                                options.compression(),
                                options.commitTimeoutMillis(),
                                options.loadBytes()),
                        clock,
                        alarms);
        ShardHost before = shards.put(partition.topicPartition().partition(), shard);
        if (before != null) {
            before.close();
        }
        shard.load();
    }

    @Override
    public void onNotLeading(Partition partition) {
        if (isOffsets(partition)) {
            ShardHost shard = shards.remove(partition.topicPartition().partition());
            if (shard != null) {
                shard.close();
            }
        }
    }

    private static boolean isOffsets(Partition partition) {
        return partition.topicPartition().topic().equals(OffsetsTopic.NAME);
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        Set<String> deleted =
                change.deletedTopics().stream()
                        .map(ClusterChange.DeletedTopic::name)
                        .collect(Collectors.toSet());
        if (!deleted.isEmpty()) {
            GroupCommand event = new GroupCommand.TopicsDeleted(deleted);
            shards.values().forEach(shard -> shard.happen(event));
        }
    }

    private void expireOffsets() {
        GroupCommand event = new GroupCommand.ExpireOffsets();
        shards.values().forEach(shard -> shard.happen(event));
    }

    /** Whoever waits is sent to look for the coordinator again. */
    @Override
    public void close() {
        alarms.close();
        shards.values().forEach(ShardHost::close);
    }
}
