package naru.coordination.group;

import naru.coordination.group.modern.Surroundings;
import naru.coordination.group.modern.TopicCatalog;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Topics and group settings that a test decides. */
final class FakeSurroundings implements Surroundings {
    private final Map<String, Map<String, String>> configs = new HashMap<>();
    private Map<String, TopicCatalog.Topic> topics = new TreeMap<>();
    private long version;

    private record FakeTopic(Uuid id, String name, int partitionCount)
            implements TopicCatalog.Topic {
        @Override
        public Set<String> racks(int partition) {
            return Set.of();
        }
    }

    private record Catalog(long version, Map<String, TopicCatalog.Topic> byName)
            implements TopicCatalog {
        @Override
        public TopicCatalog.@Nullable Topic topic(String name) {
            return byName.get(name);
        }

        @Override
        public TopicCatalog.@Nullable Topic topic(Uuid id) {
            return byName.values().stream().filter(t -> t.id().equals(id)).findFirst().orElse(null);
        }

        @Override
        public Iterable<String> names() {
            return byName.keySet();
        }
    }

    /** The same name has always the same id. */
    static Uuid idOf(String name) {
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    void topic(String name, int partitions) {
        topics = new TreeMap<>(topics);
        topics.put(name, new FakeTopic(idOf(name), name, partitions));
        version++;
    }

    void deleteTopic(String name) {
        topics = new TreeMap<>(topics);
        topics.remove(name);
        version++;
    }

    void config(String groupId, String name, String value) {
        configs.computeIfAbsent(groupId, id -> new HashMap<>()).put(name, value);
    }

    @Override
    public TopicCatalog topics() {
        return new Catalog(version, topics);
    }

    @Override
    public Map<String, String> configOf(String groupId) {
        return configs.getOrDefault(groupId, Map.of());
    }
}
