package naru.broker.share;

import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.broker.coordinator.Alarm;
import naru.broker.coordinator.Patient;
import naru.broker.delivery.BatchDelivery;
import naru.broker.partition.LeadershipListener;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.Partitions;
import naru.broker.replication.Peers;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareKey;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The share partitions that are at work on this broker. One comes to be when it is first asked for.
 * Threads: any.
 */
public final class ShareQueues implements LeadershipListener {
    private final PartitionLookup lookup;
    private final ShareQueue.Tools tools;
    private final Map<ShareKey, ShareQueue> queues = new ConcurrentHashMap<>();

    ShareQueues(PartitionLookup lookup, ShareQueue.Tools tools) {
        this.lookup = lookup;
        this.tools = tools;
    }

    /** Share partitions whose state is kept by share coordinators. */
    public static ShareQueues over(
            Patient<ShareCommand.Asked> coordinator,
            PartitionLookup lookup,
            ShareSettings settings,
            Supplier<NodeConfig> node,
            Supplier<ClusterImage> image,
            TopicConfigs topics,
            Partitions partitions,
            Peers peers,
            LongSupplier clock,
            Alarm alarm) {
        ShareStore store = new CoordinatorShareStore(coordinator);
        DeadLetterTopic deadLetters =
                new DeadLetterTopic(
                        settings,
                        node,
                        image,
                        topics,
                        new BatchDelivery(
                                partitions, peers, alarm, node.get().integer("request.timeout.ms")),
                        clock);
        return new ShareQueues(
                lookup, new ShareQueue.Tools(store, settings, deadLetters, alarm, clock));
    }

    ShareSettings settings() {
        return tools.settings();
    }

    PartitionLookup lookup() {
        return lookup;
    }

    /** How many there are. */
    public int size() {
        return queues.size();
    }

    /** A share partition, or why there is none. */
    sealed interface Found {
        record Here(ShareQueue queue) implements Found {}

        record Not(Errors error, String message) implements Found {}
    }

    Found find(String groupId, Uuid topicId, int index) {
        return switch (lookup.led(topicId, index, PartitionLookup.NO_EPOCH)) {
            case PartitionLookup.Found.Not not -> new Found.Not(not.error(), not.message());
            case PartitionLookup.Found.Led led ->
                    new Found.Here(queue(new ShareKey(groupId, topicId, index), led));
        };
    }

    private ShareQueue queue(ShareKey key, PartitionLookup.Found.Led led) {
        ShareQueue present = queues.get(key);
        if (present != null && present.leaderEpoch() == led.standing().leaderEpoch()) {
            present.wanted();
            return present;
        }
        if (present != null) {
            forget(present, "the partition's leader epoch is another");
        }
        ShareQueue[] made = new ShareQueue[1];
        ShareQueue queue =
                queues.computeIfAbsent(
                        key,
                        absent -> {
                            made[0] =
                                    new ShareQueue(
                                            key,
                                            led.partition(),
                                            led.standing().log(),
                                            led.standing().leaderEpoch(),
                                            tools,
                                            () -> queues.remove(key, made[0]));
                            return made[0];
                        });
        if (queue == made[0]) {
            queue.load();
        }
        return queue;
    }

    /** The share partition if it is at work. */
    @Nullable ShareQueue present(ShareKey key) {
        return queues.get(key);
    }

    /** A member's session is over. */
    void release(String groupId, String memberId) {
        for (ShareQueue queue : queues.values()) {
            if (queue.key().groupId().equals(groupId)) {
                queue.release(memberId);
            }
        }
    }

    /**
     * Nobody of the group reads here any more. What is known of its state may be outdated when
     * somebody comes: the group's offsets can be altered meanwhile, through any broker.
     */
    void rest(String groupId) {
        for (ShareQueue queue : List.copyOf(queues.values())) {
            if (queue.key().groupId().equals(groupId)) {
                queue.rest();
            }
        }
    }

    /** Its state was begun anew or deleted. */
    public void forget(ShareKey key) {
        ShareQueue queue = queues.get(key);
        if (queue != null) {
            forget(queue, "the share state was begun anew");
        }
    }

    @Override
    public void onLeading(Partition partition, int leaderEpoch) {
        forget(partition, queue -> queue.leaderEpoch() != leaderEpoch);
    }

    @Override
    public void onNotLeading(Partition partition) {
        forget(partition, queue -> true);
    }

    private void forget(Partition partition, Predicate<ShareQueue> which) {
        for (ShareQueue queue : List.copyOf(queues.values())) {
            if (queue.partition() == partition && which.test(queue)) {
                forget(queue, "this broker does not lead the partition in that epoch");
            }
        }
    }

    private static void forget(ShareQueue queue, String why) {
        queue.close(Errors.NOT_LEADER_OR_FOLLOWER, why);
    }
}
