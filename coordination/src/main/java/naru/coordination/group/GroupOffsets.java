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
import java.util.stream.Collectors;

/**
 * The committed offsets of a shard's groups, and those of open transactions (KIP-447). Owned by the
 * shard; changes only when records are applied.
 */
final class GroupOffsets {
    private final Map<String, Map<String, Map<Integer, CommittedOffset>>> byGroup = new HashMap<>();

    /**
     * What each open transaction would commit. Empty where a later record of the partition has been
     * committed since: that one wins, but the partition stays unstable.
     */
    private final Map<Long, Map<OffsetKey, Pending>> byProducer = new HashMap<>();

    private long lastPending;

    /**
     * @param order of its record among all that were ever pending
     */
    private record Pending(Optional<CommittedOffset> offset, long order) {}

    void put(OffsetKey key, CommittedOffset offset) {
        put(key, offset, lastPending);
    }

    /** What is pending since is later and stays. */
    private void put(OffsetKey key, CommittedOffset offset, long order) {
        byGroup.computeIfAbsent(key.groupId(), group -> new TreeMap<>())
                .computeIfAbsent(key.topic(), topic -> new TreeMap<>())
                .put(key.partition(), offset);
        supersede(key, order);
    }

    private void supersede(OffsetKey key, long order) {
        for (Map<OffsetKey, Pending> pending : byProducer.values()) {
            pending.computeIfPresent(
                    key,
                    (same, known) ->
                            known.order() > order
                                    ? known
                                    : new Pending(Optional.empty(), known.order()));
        }
    }

    /** What is pending goes too. */
    void remove(OffsetKey key) {
        supersede(key, lastPending);
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
                .put(key, new Pending(Optional.of(offset), ++lastPending));
    }

    void endTransaction(long producerId, boolean committed) {
        Map<OffsetKey, Pending> pending = byProducer.remove(producerId);
        if (pending != null && committed) {
            pending.forEach(
                    (key, each) -> each.offset().ifPresent(value -> put(key, value, each.order())));
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
        return !pendingOf(groupId).isEmpty();
    }

    /** Keys with records of open transactions. */
    Set<OffsetKey> pendingOf(String groupId) {
        return byProducer.values().stream()
                .flatMap(pending -> pending.keySet().stream())
                .filter(key -> key.groupId().equals(groupId))
                .collect(Collectors.toSet());
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
