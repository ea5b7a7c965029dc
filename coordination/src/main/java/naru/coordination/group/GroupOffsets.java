package naru.coordination.group;

import naru.coordination.group.GroupRecord.OffsetKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The committed offsets of a shard's groups, and those of open transactions (KIP-447). Owned by the
 * shard; changes only when records are applied.
 */
final class GroupOffsets {
    private final Map<String, Map<String, Map<Integer, CommittedOffset>>> byGroup = new HashMap<>();

    /**
     * What each open transaction would commit. Empty where the group has since committed without a
     * transaction: the later record wins, but the partition stays unstable.
     */
    private final Map<Long, Map<OffsetKey, Optional<CommittedOffset>>> byProducer = new HashMap<>();

    void put(OffsetKey key, CommittedOffset offset) {
        byGroup.computeIfAbsent(key.groupId(), group -> new TreeMap<>())
                .computeIfAbsent(key.topic(), topic -> new TreeMap<>())
                .put(key.partition(), offset);
        for (Map<OffsetKey, Optional<CommittedOffset>> pending : byProducer.values()) {
            pending.computeIfPresent(key, (same, superseded) -> Optional.empty());
        }
    }

    void remove(OffsetKey key) {
        Map<String, Map<Integer, CommittedOffset>> topics = byGroup.get(key.groupId());
        if (topics == null) {
            return;
        }
        Map<Integer, CommittedOffset> partitions = topics.get(key.topic());
        if (partitions == null) {
            return;
        }
        partitions.remove(key.partition());
        if (partitions.isEmpty()) {
            topics.remove(key.topic());
        }
        if (topics.isEmpty()) {
            byGroup.remove(key.groupId());
        }
    }

    void putPending(long producerId, OffsetKey key, CommittedOffset offset) {
        byProducer
                .computeIfAbsent(producerId, producer -> new HashMap<>())
                .put(key, Optional.of(offset));
    }

    void endTransaction(long producerId, boolean committed) {
        Map<OffsetKey, Optional<CommittedOffset>> pending = byProducer.remove(producerId);
        if (pending != null && committed) {
            pending.forEach((key, offset) -> offset.ifPresent(value -> put(key, value)));
        }
    }

    @Nullable CommittedOffset get(String groupId, String topic, int partition) {
        return ofTopic(groupId, topic).get(partition);
    }

    Map<String, Map<Integer, CommittedOffset>> ofGroup(String groupId) {
        return byGroup.getOrDefault(groupId, Map.of());
    }

    private Map<Integer, CommittedOffset> ofTopic(String groupId, String topic) {
        return ofGroup(groupId).getOrDefault(topic, Map.of());
    }

    boolean isPending(String groupId, String topic, int partition) {
        if (byProducer.isEmpty()) {
            return false;
        }
        OffsetKey key = new OffsetKey(groupId, topic, partition);
        return byProducer.values().stream().anyMatch(pending -> pending.containsKey(key));
    }

    boolean hasPending(String groupId) {
        return byProducer.values().stream()
                .flatMap(pending -> pending.keySet().stream())
                .anyMatch(key -> key.groupId().equals(groupId));
    }

    List<OffsetKey> keysOf(String groupId) {
        List<OffsetKey> keys = new ArrayList<>();
        ofGroup(groupId)
                .forEach((topic, partitions) ->
                        partitions
                                .keySet()
                                .forEach(p -> keys.add(new OffsetKey(groupId, topic, p))));
        return keys;
    }

    List<OffsetKey> keysOfTopics(Set<String> topics) {
        List<OffsetKey> keys = new ArrayList<>();
        for (String groupId : new HashSet<>(byGroup.keySet())) {
            keysOf(groupId).stream().filter(k -> topics.contains(k.topic())).forEach(keys::add);
        }
        return keys;
    }
}
