package naru.broker.balance;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A cluster in memory, in which moves take as many looks as the test says. */
final class FakeCluster implements BalancedCluster {
    final Map<ConfigResource, Map<String, String>> settings = new HashMap<>();
    final Map<TopicPartition, List<Integer>> replicas = new HashMap<>();
    final Map<TopicPartition, Integer> looksLeft = new HashMap<>();
    final List<String> log = new ArrayList<>();
    int looksToMove = 1;

    @Override
    public ClusterLoad look() {
        return Loads.cluster().load();
    }

    @Override
    public Map<TopicPartition, List<Integer>> replicas(Set<TopicPartition> partitions) {
        Map<TopicPartition, List<Integer>> found = new HashMap<>(replicas);
        found.keySet().retainAll(partitions);
        return found;
    }

    @Override
    public Set<TopicPartition> moving() {
        Set<TopicPartition> moving = new HashSet<>(looksLeft.keySet());
        looksLeft.replaceAll((id, left) -> left - 1);
        looksLeft.values().removeIf(left -> left <= 0);
        return moving;
    }

    @Override
    public void reassign(Map<TopicPartition, List<Integer>> wanted) {
        wanted.forEach((id, nodes) -> {
            List<Integer> before = replicas.put(id, nodes);
            if (before == null || !new HashSet<>(before).equals(new HashSet<>(nodes))) {
                looksLeft.put(id, looksToMove);
            }
        });
        log.add("reassign " + wanted.size());
    }

    @Override
    public void elect(Set<TopicPartition> partitions) {
        log.add("elect " + partitions.size());
    }

    @Override
    public Map<String, String> settings(ConfigResource resource) {
        return settings.getOrDefault(resource, Map.of());
    }

    @Override
    public void alter(ConfigResource resource, Map<String, @Nullable String> changes) {
        Map<String, String> now = settings.computeIfAbsent(resource, one -> new HashMap<>());
        changes.forEach((key, value) -> {
            if (value == null) {
                now.remove(key);
            } else {
                now.put(key, value);
            }
        });
        settings.values().removeIf(Map::isEmpty);
    }
}
