package naru.broker.partition;

import naru.broker.config.TopicConfig;
import naru.broker.config.TopicConfigs;
import naru.log.LogDirectories;
import naru.log.LogDirectories.Placement;
import naru.log.LogDirectory;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterChange.TopicChange;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.PartitionState;
import naru.quorum.Quorum;

import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * All partitions of which this broker holds a replica, following the metadata, and the data folders
 * in which their logs are.
 *
 * <p>Threads: changed under the monitor, by the metadata thread, by that of a data folder that
 * fails, and by the one that moves logs; look-ups by any.
 */
public final class Partitions implements Quorum.Listener {
    private static final Logger LOG = LoggerFactory.getLogger("naru.partition");

    private final int nodeId;
    private final LogDirectories logs;
    private final TopicConfigs configs;
    private final Replication replication;
    private final PlacementListener placements;
    private final Map<TopicPartition, Partition> byName = new ConcurrentHashMap<>();
    private final Map<Uuid, Map<Integer, Partition>> byId = new ConcurrentHashMap<>();
    private final List<LeadershipListener> listeners = new CopyOnWriteArrayList<>();

    /** Of a node that has no other beside it. */
    public Partitions(
            int nodeId, LogDirectories logs, TopicConfigs configs, PlacementListener placements) {
        this(nodeId, logs, configs, placements, Replication.ALONE);
    }

    /**
     * @param placements told where each replica is that the metadata have elsewhere or nowhere
     */
    public Partitions(
            int nodeId,
            LogDirectories logs,
            TopicConfigs configs,
            PlacementListener placements,
            Replication replication) {
        this.nodeId = nodeId;
        this.logs = logs;
        this.configs = configs;
        this.placements = placements;
        this.replication = replication;
        logs.whenFailed(this::onFailed);
        logs.whenGivenUp(this::onGivenUp);
    }

    /** Listeners are added before the first image comes. */
    public void addListener(LeadershipListener listener) {
        listeners.add(listener);
    }

    public @Nullable Partition get(TopicPartition topicPartition) {
        return byName.get(topicPartition);
    }

    public @Nullable Partition get(String topic, int index) {
        return byName.get(new TopicPartition(topic, index));
    }

    public @Nullable Partition get(Uuid topicId, int index) {
        Map<Integer, Partition> ofTopic = byId.get(topicId);
        return ofTopic == null ? null : ofTopic.get(index);
    }

    public Collection<Partition> all() {
        return byName.values();
    }

    public LogDirectories logs() {
        return logs;
    }

    /** Whether the metadata say that this broker holds the replica whose log this is. */
    public boolean isPlacedHere(ClusterImage image, PartitionLog log) {
        ClusterImage.Topic topic = image.topic(log.topicPartition().topic());
        if (topic == null || !(topic.id().equals(log.topicId()) || isUnnamed(log))) {
            return false;
        }
        PartitionState state = topic.partition(log.topicPartition().partition());
        return state != null && state.replicas().contains(nodeId);
    }

    /** A power cut may take the file with the topic's id. */
    private static boolean isUnnamed(PartitionLog log) {
        return log.topicId().equals(Uuid.ZERO_UUID);
    }

    @Override
    public synchronized void onImage(ClusterChange change, ClusterImage image) {
        for (ClusterChange.DeletedTopic topic : change.deletedTopics()) {
            delete(topic);
        }
        for (ClusterChange.TopicChange topic : change.changedTopics()) {
            TopicConfig config = configs.effective(image, topic.name());
            topic.changedPartitions().forEach((index, state) -> place(topic, index, state, config));
        }
        if (!change.changedConfigs().isEmpty()) {
            reconfigure(change.changedConfigs(), image);
        }
    }

    private void delete(ClusterChange.DeletedTopic topic) {
        Map<Integer, Partition> ofTopic = byId.remove(topic.id());
        if (ofTopic == null) {
            return;
        }
        LOG.info("topic {} is deleted", topic.name());
        for (Partition partition : ofTopic.values()) {
            byName.remove(partition.topicPartition(), partition);
            leave(partition);
            deleteLog(partition.topicPartition());
        }
    }

    private void deleteLog(TopicPartition name) {
        try {
            logs.delete(name);
        } catch (LogStorageException e) {
            LOG.error("the log of {} stays on disk: {}", name, e.getMessage());
        }
    }

    private void leave(Partition partition) {
        stand(partition, new Standing.Gone());
    }

    private void place(TopicChange topic, int index, PartitionState state, TopicConfig config) {
        TopicPartition name = new TopicPartition(topic.name(), index);
        Partition partition = byName.get(name);
        if (partition != null && !partition.topicId().equals(topic.id())) {
            byId.remove(partition.topicId());
            leave(partition);
            partition = null;
        }
        if (!state.replicas().contains(nodeId)) {
            if (partition != null) {
                remove(partition);
            }
            return;
        }
        Standing before = partition == null ? new Standing.Gone() : partition.standing();
        // Nothing that the former leader sent is appended once the next epoch begins.
        if (partition != null
                && before instanceof Standing.Following following
                && !following.isOf(state.leader(), state.leaderEpoch())) {
            replication.unfollow(partition);
            partition.stand(new Standing.Gone());
        }
        Standing next = standing(name, topic.id(), before, state, config);
        if (partition == null) {
            partition =
                    new Partition(
                            name,
                            topic.id(),
                            config.minInSyncReplicas(),
                            config.records(),
                            replication,
                            next);
        }
        partition.throttle(throttles(config, index));
        change(partition, before, next);
        byName.put(name, partition);
        byId.computeIfAbsent(topic.id(), id -> new ConcurrentHashMap<>()).put(index, partition);
        announce(partition, before, next);
    }

    private void change(Partition partition, Standing before, Standing next) {
        partition.stand(next);
        if (!(next instanceof Standing.Following following)) {
            replication.unfollow(partition);
        } else if (following.leader() != Standing.Following.NO_LEADER
                && !following.isSameReign(before)) {
            replication.follow(partition, following);
        }
    }

    private void stand(Partition partition, Standing next) {
        Standing before = partition.standing();
        replication.unfollow(partition);
        partition.stand(next);
        announce(partition, before, next);
    }

    private void tellPlace(@Nullable PartitionLog log, Uuid topicId, PartitionState state) {
        if (log == null || !(log.topicId().equals(topicId) || isUnnamed(log))) {
            return;
        }
        Uuid named = state.directoryOf(nodeId);
        if (log.isGivenUp()) {
            if (isElsewhere(state.inSyncReplicas()) && !DirectoryId.LOST.equals(named)) {
                giveUp(log.topicPartition(), topicId, String.valueOf(log.writeFault()));
            }
            return;
        }
        PartitionLog copy = logs.copy(log.topicPartition());
        boolean isOnItsWay = copy != null && copy.directoryId().equals(named);
        if (!log.directoryId().equals(named) && !isOnItsWay) {
            placements.onPlaced(topicId, log.topicPartition().partition(), log.directoryId());
        }
    }

    /** The replica is another broker's now, and all others have what this one had. */
    private void remove(Partition partition) {
        LOG.info("the replica of {} is no longer placed here", partition.topicPartition());
        byName.remove(partition.topicPartition(), partition);
        Map<Integer, Partition> ofTopic = byId.get(partition.topicId());
        if (ofTopic != null) {
            ofTopic.remove(partition.topicPartition().partition(), partition);
        }
        leave(partition);
        deleteLog(partition.topicPartition());
    }

    /** Tells who has to know that the partition is led here no more, or from now on. */
    private void announce(Partition partition, Standing before, Standing next) {
        boolean led = before instanceof Standing.Leading;
        if (next instanceof Standing.Leading leading) {
            if (!(before instanceof Standing.Leading old
                    && old.leaderEpoch() == leading.leaderEpoch())) {
                listeners.forEach(listener -> listener.onLeading(partition, leading.leaderEpoch()));
            }
            return;
        }
        if (led) {
            listeners.forEach(listener -> listener.onNotLeading(partition));
        }
        if (next instanceof Standing.Following following && !following.isSameReign(before)) {
            listeners.forEach(listener -> listener.onFollowing(partition));
        }
    }

    private boolean isElsewhere(Collection<Integer> inSyncReplicas) {
        return inSyncReplicas.stream().anyMatch(broker -> broker != nodeId);
    }

    /**
     * The controller takes a replica in a lost folder for offline: it is in sync no more, and if it
     * led, another does. When the log has been opened anew, the metadata are told where it is.
     */
    private void giveUp(TopicPartition name, Uuid topicId, String reason) {
        LOG.error(
                "The replica of {} on this node is given up, and another leads or goes on leading"
                        + " ({}). When the disk is mended, restart the node: the replica catches"
                        + " up then.",
                name,
                reason);
        placements.onPlaced(topicId, name.partition(), DirectoryId.LOST);
    }

    /** The log takes no more writes; if others have what it has, one of them is to lead. */
    private synchronized void onGivenUp(PartitionLog log) {
        Partition partition = byName.get(log.topicPartition());
        if (partition == null || partition.log() != log) {
            return;
        }
        boolean othersHaveIt =
                switch (partition.standing()) {
                    case Standing.Leading leading -> isElsewhere(leading.inSync());
                    case Standing.Following following ->
                            following.leader() != Standing.Following.NO_LEADER;
                    case Standing.Offline offline -> false;
                    case Standing.Gone gone -> false;
                };
        if (othersHaveIt) {
            giveUp(
                    partition.topicPartition(),
                    partition.topicId(),
                    String.valueOf(log.writeFault()));
        }
    }

    private Standing standing(
            TopicPartition name,
            Uuid topicId,
            Standing before,
            PartitionState state,
            TopicConfig config) {
        try {
            Uuid directory = state.directoryOf(nodeId);
            PartitionLog log =
                    logs.replica(
                            name,
                            topicId,
                            config.log(),
                            directory == null
                                    ? new Placement.Anywhere(state.leaderEpoch() == 0)
                                    : new Placement.In(directory, state.replicas().size() > 1));
            configure(log, config);
            tellPlace(log, topicId, state);
            if (state.leader() == nodeId) {
                return lead(log, before, state);
            }
            if (log.isGivenUp() && DirectoryId.LOST.equals(directory)) {
                return new Standing.Offline(String.valueOf(log.writeFault()), state.leaderEpoch());
            }
            log.endEpochsBefore(state.leaderEpoch());
            if (state.leader() != Standing.Following.NO_LEADER) {
                log.cutAtHole();
            }
            return new Standing.Following(
                    log,
                    state.leader(),
                    state.leaderEpoch(),
                    state.inSyncReplicas().contains(nodeId));
        } catch (LogStorageException e) {
            LOG.error("partition {} is offline: {}", name, e.getMessage());
            Uuid directory = state.directoryOf(nodeId);
            if (isElsewhere(state.inSyncReplicas())
                    && (directory == null || logs.isOnline(directory))) {
                giveUp(name, topicId, String.valueOf(e.getMessage()));
            }
            return new Standing.Offline(String.valueOf(e.getMessage()), state.leaderEpoch());
        }
    }

    /** Before its topic's settings are known here, a log may have stood in its folder for long. */
    private static void configure(PartitionLog log, TopicConfig config) {
        if (!log.config().equals(config.log())) {
            log.reconfigure(config.log());
        }
    }

    private Standing lead(PartitionLog log, Standing before, PartitionState state) {
        boolean goesOn =
                before instanceof Standing.Leading old
                        && old.log() == log
                        && old.leaderEpoch() == state.leaderEpoch();
        log.beginEpoch(state.leaderEpoch());
        log.keepHole();
        long reignStart = goesOn ? log.highWatermark() : log.logEndOffset();
        Followers followers = goesOn ? ((Standing.Leading) before).followers() : null;
        if (followers != null) {
            followers.adopt(state);
        } else if (state.replicas().size() > 1) {
            followers =
                    new Followers(nodeId, state, reignStart, replication, replication.nowMillis());
        }
        return new Standing.Leading(log, state.leaderEpoch(), state.inSyncReplicas(), followers);
    }

    private Partition.Throttles throttles(TopicConfig config, int index) {
        return new Partition.Throttles(
                config.throttles("leader", index, nodeId),
                config.throttles("follower", index, nodeId));
    }

    /** The partitions whose logs stand in the folder cannot be served any more; the others are. */
    private synchronized void onFailed(LogDirectory directory) {
        String reason = String.valueOf(directory.failure());
        for (Partition partition : byName.values()) {
            Integer epoch = epochIn(partition.standing(), directory);
            if (epoch != null) {
                stand(partition, new Standing.Offline(reason, epoch));
            }
        }
    }

    /** The leader epoch of a partition whose log stands in the folder, or null. */
    private static @Nullable Integer epochIn(Standing standing, LogDirectory directory) {
        return switch (standing) {
            case Standing.Leading leading when isIn(leading.log(), directory) ->
                    leading.leaderEpoch();
            case Standing.Following following when isIn(following.log(), directory) ->
                    following.leaderEpoch();
            case Standing.Leading leading -> null;
            case Standing.Following following -> null;
            case Standing.Offline offline -> null;
            case Standing.Gone gone -> null;
        };
    }

    private static boolean isIn(PartitionLog log, LogDirectory directory) {
        return log.directoryId().equals(directory.directoryId());
    }

    /**
     * Puts the copy of a partition's log in its place; false when there is none to replace.
     *
     * @throws LogStorageException when it could not be done; the log stays unless the copy has
     *     taken its place on the disk, and then the partition is offline
     */
    synchronized boolean replaceByCopy(Partition partition, PartitionLog copy) {
        try {
            boolean moved = partition.moveTo(log -> logs.replaceByCopy(log, copy));
            if (partition.standing() instanceof Standing.Following following
                    && following.leader() != Standing.Following.NO_LEADER) {
                replication.follow(partition, following);
            }
            return moved;
        } catch (RuntimeException refusal) {
            PartitionLog log = partition.log();
            Integer epoch =
                    log == null || !log.isClosed()
                            ? null
                            : epochIn(partition.standing(), logs.directoryOf(log));
            if (epoch != null) {
                stand(partition, new Standing.Offline(String.valueOf(refusal.getMessage()), epoch));
            }
            throw refusal;
        }
    }

    /** A broker's setting may be any topic's default. */
    private void reconfigure(Collection<ConfigResource> changed, ClusterImage image) {
        boolean everyTopic = changed.stream().anyMatch(r -> r.type() == ConfigResource.Type.BROKER);
        Map<String, TopicConfig> effective = new HashMap<>();
        for (Partition partition : byName.values()) {
            String topic = partition.topicPartition().topic();
            if (everyTopic
                    || changed.contains(new ConfigResource(ConfigResource.Type.TOPIC, topic))) {
                TopicConfig config =
                        effective.computeIfAbsent(topic, name -> configs.effective(image, name));
                partition.throttle(throttles(config, partition.topicPartition().partition()));
                partition.reconfigure(config);
            }
        }
    }
}
