package naru.coordination.group.streams;

import naru.coordination.group.modern.Bounds;
import naru.coordination.group.modern.Refusal;

import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.CopartitionGroup;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a topology must be like before Kafka's functions may look at it. */
final class TopologyRules {
    static final int SUBTOPOLOGIES = 1_000;
    static final int TOPICS = 10_000;

    /** Of all names and settings together. */
    static final int CHARACTERS = 500_000;

    /** Of a topic that an application asks for. */
    static final int PARTITIONS = 10_000;

    private TopologyRules() {}

    /** What is wrong, or null. */
    static @Nullable Refusal check(Topology topology) {
        for (Subtopology each : topology.subtopologies()) {
            if (!each.sourceTopicRegex().isEmpty()) {
                return new Refusal(
                        Errors.INVALID_REQUEST,
                        "Regular expressions for source topics are not supported.");
            }
        }
        String wrong =
                topology.epoch() < 0
                        ? "The topology's epoch must not be negative."
                        : wrongSize(topology);
        Set<String> ids = new HashSet<>();
        for (Subtopology each : topology.subtopologies()) {
            if (wrong == null && !ids.add(each.subtopologyId())) {
                wrong = "Subtopology " + each.subtopologyId() + " comes twice.";
            }
            if (wrong == null) {
                wrong = wrong(each);
            }
        }
        return wrong == null ? null : new Refusal(Errors.STREAMS_INVALID_TOPOLOGY, wrong);
    }

    private static @Nullable String wrongSize(Topology topology) {
        if (topology.subtopologies().size() > SUBTOPOLOGIES) {
            return "The topology has more than " + SUBTOPOLOGIES + " subtopologies.";
        }
        int topics = 0;
        long characters = 0;
        for (Subtopology each : topology.subtopologies()) {
            topics +=
                    each.sourceTopics().size()
                            + each.repartitionSinkTopics().size()
                            + each.repartitionSourceTopics().size()
                            + each.stateChangelogTopics().size();
            characters += characters(each);
        }
        if (topics > TOPICS) {
            return "The topology names more than " + TOPICS + " topics.";
        }
        return characters > CHARACTERS
                ? "The topology has more than " + CHARACTERS + " characters."
                : null;
    }

    private static long characters(Subtopology subtopology) {
        Stream<String> names =
                Stream.of(
                                Stream.of(subtopology.subtopologyId()),
                                subtopology.sourceTopics().stream(),
                                subtopology.repartitionSinkTopics().stream(),
                                words(subtopology.repartitionSourceTopics()),
                                words(subtopology.stateChangelogTopics()))
                        .flatMap(each -> each);
        long indexes =
                subtopology.copartitionGroups().stream()
                        .mapToLong(each ->
                                each.sourceTopics().size() + each.repartitionSourceTopics().size())
                        .sum();
        return names.mapToLong(String::length).sum() + indexes;
    }

    private static Stream<String> words(List<TopicInfo> topics) {
        return topics.stream()
                .flatMap(topic ->
                        Stream.concat(
                                Stream.of(topic.name()),
                                topic.topicConfigs().stream()
                                        .flatMap(each -> Stream.of(each.key(), each.value()))));
    }

    private static @Nullable String wrong(Subtopology subtopology) {
        if (Bounds.isTooLong(subtopology.subtopologyId())) {
            return "A subtopology's id is longer than " + Bounds.ID_LENGTH + " characters.";
        }
        for (TopicInfo changelog : subtopology.stateChangelogTopics()) {
            if (changelog.partitions() != 0) {
                return "Changelog topic "
                        + changelog.name()
                        + " must have an undefined partition count, but it is set to "
                        + changelog.partitions()
                        + ".";
            }
        }
        String wrong = wrong(subtopology.stateChangelogTopics());
        if (wrong == null) {
            wrong = wrong(subtopology.repartitionSourceTopics());
        }
        for (CopartitionGroup group : subtopology.copartitionGroups()) {
            if (wrong == null
                    && (!areIndexes(group.sourceTopics(), subtopology.sourceTopics().size())
                            || !areIndexes(
                                    group.repartitionSourceTopics(),
                                    subtopology.repartitionSourceTopics().size())
                            || !group.sourceTopicRegex().isEmpty())) {
                wrong =
                        "A copartition group of subtopology "
                                + subtopology.subtopologyId()
                                + " names a source topic that is not there.";
            }
        }
        return wrong;
    }

    private static @Nullable String wrong(List<TopicInfo> topics) {
        Set<String> names = new HashSet<>();
        for (TopicInfo topic : topics) {
            if (!names.add(topic.name())) {
                return "Topic " + topic.name() + " comes twice in a subtopology.";
            }
            if (topic.partitions() < 0 || topic.partitions() > PARTITIONS) {
                return "Topic "
                        + topic.name()
                        + " must have between 0 and "
                        + PARTITIONS
                        + " partitions, not "
                        + topic.partitions()
                        + ".";
            }
        }
        return null;
    }

    private static boolean areIndexes(List<Short> indexes, int size) {
        return indexes.stream().allMatch(index -> index >= 0 && index < size);
    }
}
