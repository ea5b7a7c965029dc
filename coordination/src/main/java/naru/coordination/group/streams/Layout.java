package naru.coordination.group.streams;

import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.TopicCatalog;
import naru.coordination.group.modern.TopicsHash;

import org.apache.kafka.common.errors.StreamsInvalidTopologyException;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Status;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.streams.StreamsTopology;
import org.apache.kafka.coordinator.group.streams.topics.ConfiguredSubtopology;
import org.apache.kafka.coordinator.group.streams.topics.ConfiguredTopology;
import org.apache.kafka.coordinator.group.streams.topics.InternalTopicManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.NOPLogger;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A topology laid out on the topics of the cluster at one time: how many tasks each subtopology
 * has, which internal topics are missing, what is wrong. Immutable.
 *
 * @param topology that was laid out; compared by identity
 * @param topicsHash of all topics that it needs
 * @param topics with which it was laid out
 * @param configured null when the topology can never work
 * @param refusal why it cannot
 */
record Layout(
        StreamsTopology topology,
        long topicsHash,
        TopicCatalog topics,
        @Nullable ConfiguredTopology configured,
        @Nullable Refusal refusal) {

    /** Of a group. An assignor goes through them all. */
    static final int TASKS = 100_000;

    private static final int NOT_VALIDATED = -1;

    static Layout of(String groupId, StreamsTopology topology, TopicCatalog topics) {
        long hash = TopicsHash.of(topology.requiredTopics(), topics);
        try {
            ConfiguredTopology configured =
                    InternalTopicManager.configureTopics(
                            NOPLogger.NOP_LOGGER,
                            groupId,
                            "",
                            hash,
                            topology,
                            TopicsHash.image(topics),
                            new NoTime());
            if (taskCount(configured) > TASKS) {
                return refused(
                        topology, hash, topics, "The topology has more than " + TASKS + " tasks.");
            }
            return new Layout(topology, hash, topics, configured, null);
        } catch (StreamsInvalidTopologyException e) {
            return refused(topology, hash, topics, String.valueOf(e.getMessage()));
        }
    }

    private static Layout refused(
            StreamsTopology topology, long hash, TopicCatalog topics, String message) {
        return new Layout(
                topology,
                hash,
                topics,
                null,
                new Refusal(Errors.STREAMS_INVALID_TOPOLOGY, message));
    }

    private static long taskCount(ConfiguredTopology configured) {
        return configured.subtopologies().stream()
                .flatMap(all -> all.values().stream())
                .mapToLong(ConfiguredSubtopology::numberOfTasks)
                .sum();
    }

    /** All topics are there, with the right partitions. */
    boolean isReady() {
        return configured != null && configured.isReady();
    }

    /** The topology's epoch when it is ready, as records have it. */
    int validatedEpoch() {
        return isReady() ? topology.topologyEpoch() : NOT_VALIDATED;
    }

    /** Empty when nothing is known of partitions. */
    SortedMap<String, ConfiguredSubtopology> subtopologies() {
        return configured == null
                ? new TreeMap<>()
                : configured.subtopologies().orElseGet(TreeMap::new);
    }

    boolean hasTask(String subtopology, int partition) {
        ConfiguredSubtopology configuredSubtopology = subtopologies().get(subtopology);
        return configuredSubtopology != null
                && partition >= 0
                && partition < configuredSubtopology.numberOfTasks();
    }

    /** 0 for a topic that is not there. */
    int partitionCount(String name) {
        TopicCatalog.Topic topic = topics.topic(name);
        return topic == null ? 0 : topic.partitionCount();
    }

    /** What members must be told of the topics, or null. */
    @Nullable Status status() {
        if (configured == null) {
            return null;
        }
        return configured
                .topicConfigurationException()
                .map(wrong ->
                        new Status()
                                .setStatusCode(wrong.status().code())
                                .setStatusDetail(wrong.getMessage()))
                .orElse(null);
    }

    Collection<CreatableTopic> missingInternalTopics() {
        return configured == null ? List.of() : configured.internalTopicsToBeCreated().values();
    }

    /** Kafka's function measures how long it takes, for its own log. */
    private static final class NoTime implements Time {
        @Override
        public long milliseconds() {
            return 0;
        }

        @Override
        public long nanoseconds() {
            return 0;
        }

        @Override
        public void sleep(long millis) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void waitObject(Object monitor, Supplier<Boolean> condition, long deadlineMillis) {
            throw new UnsupportedOperationException();
        }
    }
}
