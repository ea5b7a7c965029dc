package naru.broker.partition;

import naru.log.PartitionLog;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the partition that a request names, or the error that Kafka answers when it is not led
 * here.
 */
public final class PartitionLookup {
    /** What stands for "any epoch" where a client names the leader epoch it knows. */
    public static final int NO_EPOCH = -1;

    private final Partitions partitions;
    private final Quorum quorum;

    public PartitionLookup(Partitions partitions, Quorum quorum) {
        this.partitions = partitions;
        this.quorum = quorum;
    }

    /** Outcome of a look-up. */
    public sealed interface Found {
        record Led(Partition partition, Standing.Leading standing) implements Found {}

        record Not(Errors error, String message) implements Found {}
    }

    /** Name of the topic with this id, or null when there is none. */
    public @Nullable String topicName(Uuid topicId) {
        ClusterImage.Topic topic = quorum.image().topic(topicId);
        return topic == null ? null : topic.name();
    }

    /**
     * The partition if this broker leads it in the epoch that the client knows.
     *
     * @param epoch the leader epoch that the client knows, or {@link #NO_EPOCH}
     */
    public Found led(String topic, int index, int epoch) {
        return check(partitions.get(topic, index), topic, index, epoch);
    }

    public Found led(Uuid topicId, int index, int epoch) {
        Partition partition = partitions.get(topicId, index);
        if (partition == null) {
            String name = topicName(topicId);
            if (name == null) {
                return new Found.Not(Errors.UNKNOWN_TOPIC_ID, "no topic has the id " + topicId);
            }
            return check(null, name, index, epoch);
        }
        return check(partition, partition.topicPartition().topic(), index, epoch);
    }

    private Found check(@Nullable Partition partition, String topic, int index, int epoch) {
        if (partition == null) {
            ClusterImage.Topic known = quorum.image().topic(topic);
            if (known == null || known.partition(index) == null) {
                return new Found.Not(
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        "there is no partition " + topic + "-" + index);
            }
            return new Found.Not(
                    Errors.NOT_LEADER_OR_FOLLOWER,
                    "this broker does not lead " + topic + "-" + index);
        }
        return switch (partition.standing()) {
            case Standing.Leading leading -> checkEpoch(partition, leading, epoch);
            case Standing.Following following -> notLed(topic, index, following, epoch);
            case Standing.Offline offline ->
                    new Found.Not(Errors.KAFKA_STORAGE_ERROR, offline.reason());
            case Standing.Gone gone ->
                    new Found.Not(
                            Errors.NOT_LEADER_OR_FOLLOWER,
                            "this broker does not lead " + topic + "-" + index);
        };
    }

    private static Found checkEpoch(Partition partition, Standing.Leading leading, int epoch) {
        Found.Not stale = otherEpoch(epoch, leading.leaderEpoch());
        return stale == null ? new Found.Led(partition, leading) : stale;
    }

    private static Found notLed(String topic, int index, Standing.Following following, int epoch) {
        Found.Not stale = otherEpoch(epoch, following.leaderEpoch());
        return stale == null
                ? new Found.Not(
                        Errors.NOT_LEADER_OR_FOLLOWER,
                        "this broker follows in " + topic + "-" + index + " and does not lead")
                : stale;
    }

    private static Found.@Nullable Not otherEpoch(int known, int present) {
        if (known == NO_EPOCH || known == present) {
            return null;
        }
        return known < present
                ? new Found.Not(
                        Errors.FENCED_LEADER_EPOCH,
                        "epoch " + known + " has ended; the leader's is " + present)
                : new Found.Not(
                        Errors.UNKNOWN_LEADER_EPOCH,
                        "epoch " + known + " is not known here yet; the leader's is " + present);
    }

    /** A replica that may be read here, by its leader or a follower. */
    public sealed interface Held {
        /**
         * @param leading null when this broker follows
         */
        record Here(Partition partition, PartitionLog log, Standing.@Nullable Leading leading)
                implements Held {}

        record Not(Errors error, String message) implements Held {}
    }

    /** The partition if this broker holds a replica of it in the epoch that the client knows. */
    public Held held(@Nullable String topic, Uuid topicId, int index, int epoch) {
        Partition partition =
                topic == null ? partitions.get(topicId, index) : partitions.get(topic, index);
        if (partition != null
                && partition.standing() instanceof Standing.Following following
                && (epoch == NO_EPOCH || epoch == following.leaderEpoch())) {
            return new Held.Here(partition, following.log(), null);
        }
        return switch (topic == null ? led(topicId, index, epoch) : led(topic, index, epoch)) {
            case Found.Led(Partition led, Standing.Leading leading) ->
                    new Held.Here(led, leading.log(), leading);
            case Found.Not(Errors error, String message) -> new Held.Not(error, message);
        };
    }

    /** The state of a partition in the metadata, to tell a client who leads. */
    public ClusterImage.@Nullable PartitionState state(String topic, int index) {
        ClusterImage.Topic known = quorum.image().topic(topic);
        return known == null ? null : known.partition(index);
    }
}
