package naru.coordination.group.share;

import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataValue.TopicInfo;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataValue.TopicPartitionsInfo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Of which partitions a share group has state with the share coordinator. Immutable.
 *
 * @param initializing asked for and not yet confirmed
 * @param initialized may be assigned
 * @param deleting topics whose state is being deleted
 */
record StateTopics(
        TopicPartitions initializing,
        TopicPartitions initialized,
        Set<Uuid> deleting,
        Map<Uuid, String> names) {
    static final StateTopics NONE =
            new StateTopics(TopicPartitions.NONE, TopicPartitions.NONE, Set.of(), Map.of());

    StateTopics {
        deleting = Set.copyOf(deleting);
        names = Map.copyOf(names);
    }

    static StateTopics of(ShareGroupStatePartitionMetadataValue value) {
        Map<Uuid, String> names = new HashMap<>();
        value.deletingTopics().forEach(topic -> names.put(topic.topicId(), topic.topicName()));
        return new StateTopics(
                partitions(value.initializingTopics(), names),
                partitions(value.initializedTopics(), names),
                Set.copyOf(value.deletingTopics().stream().map(TopicInfo::topicId).toList()),
                names);
    }

    private static TopicPartitions partitions(
            List<TopicPartitionsInfo> topics, Map<Uuid, String> names) {
        Map<Uuid, Set<Integer>> partitions = new HashMap<>();
        for (TopicPartitionsInfo topic : topics) {
            partitions.put(topic.topicId(), new TreeSet<>(topic.partitions()));
            names.put(topic.topicId(), topic.topicName());
        }
        return new TopicPartitions(partitions);
    }

    ShareGroupStatePartitionMetadataValue toValue() {
        return new ShareGroupStatePartitionMetadataValue()
                .setInitializingTopics(infos(initializing))
                .setInitializedTopics(infos(initialized))
                .setDeletingTopics(
                        deleting.stream()
                                .map(id -> new TopicInfo().setTopicId(id).setTopicName(name(id)))
                                .toList());
    }

    private List<TopicPartitionsInfo> infos(TopicPartitions partitions) {
        List<TopicPartitionsInfo> infos = new ArrayList<>();
        partitions
                .partitions()
                .forEach((id, indexes) ->
                        infos.add(
                                new TopicPartitionsInfo()
                                        .setTopicId(id)
                                        .setTopicName(name(id))
                                        .setPartitions(List.copyOf(indexes))));
        return infos;
    }

    String name(Uuid topic) {
        return names.getOrDefault(topic, "");
    }

    boolean isEmpty() {
        return initializing.isEmpty() && initialized.isEmpty() && deleting.isEmpty();
    }

    StateTopics initializing(TopicPartitions more, Map<Uuid, String> moreNames) {
        Map<Uuid, String> all = new HashMap<>(names);
        all.putAll(moreNames);
        return new StateTopics(plus(initializing, more), initialized, deleting, all);
    }

    /** These are initialized now, whether or not that was asked for. */
    StateTopics initialized(TopicPartitions done, Map<Uuid, String> moreNames) {
        Map<Uuid, String> all = new HashMap<>(names);
        all.putAll(moreNames);
        return new StateTopics(minus(initializing, done), plus(initialized, done), deleting, all);
    }

    StateTopics without(TopicPartitions gone) {
        return new StateTopics(
                minus(initializing, gone), minus(initialized, gone), deleting, names);
    }

    /** Only these topics are left. */
    StateTopics only(Predicate<Uuid> topics) {
        return new StateTopics(
                filtered(initializing, topics),
                filtered(initialized, topics),
                Set.copyOf(deleting.stream().filter(topics).toList()),
                names);
    }

    private static TopicPartitions filtered(TopicPartitions all, Predicate<Uuid> topics) {
        Map<Uuid, Set<Integer>> kept = new HashMap<>(all.partitions());
        kept.keySet().removeIf(topics.negate());
        return new TopicPartitions(kept);
    }

    private static TopicPartitions plus(TopicPartitions all, TopicPartitions more) {
        Map<Uuid, Set<Integer>> sum = new HashMap<>();
        all.partitions().forEach((topic, indexes) -> sum.put(topic, new TreeSet<>(indexes)));
        more.forEach(
                (topic, index) -> sum.computeIfAbsent(topic, id -> new TreeSet<>()).add(index));
        return new TopicPartitions(sum);
    }

    private static TopicPartitions minus(TopicPartitions all, TopicPartitions fewer) {
        Map<Uuid, Set<Integer>> rest = new HashMap<>();
        all.forEach((topic, index) -> {
            if (!fewer.contains(topic, index)) {
                rest.computeIfAbsent(topic, id -> new TreeSet<>()).add(index);
            }
        });
        return new TopicPartitions(rest);
    }
}
