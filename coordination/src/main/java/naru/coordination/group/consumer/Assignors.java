package naru.coordination.group.consumer;

import org.apache.kafka.coordinator.group.api.assignor.PartitionAssignor;
import org.apache.kafka.coordinator.group.assignor.RangeAssignor;
import org.apache.kafka.coordinator.group.assignor.UniformAssignor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Kafka's assignors by name, and which of them a group uses. */
final class Assignors {
    private static final Map<String, String> NAME_BY_CLASS =
            Map.of(
                    UniformAssignor.class.getName(),
                    UniformAssignor.NAME,
                    RangeAssignor.class.getName(),
                    RangeAssignor.NAME);

    private final Map<String, PartitionAssignor> byName = new HashMap<>();
    private final List<String> names;

    Assignors(List<String> names) {
        this.names = names;
        List.of(new UniformAssignor(), new RangeAssignor())
                .forEach(assignor -> byName.put(assignor.name(), assignor));
    }

    /** Of what {@code group.consumer.assignors} lists: names, or Kafka's own classes. */
    static List<String> names(List<?> configured) {
        List<String> names = new ArrayList<>();
        for (Object each : configured) {
            String name = NAME_BY_CLASS.getOrDefault(each.toString(), each.toString());
            if (NAME_BY_CLASS.containsValue(name)) {
                names.add(name);
            }
        }
        return names.isEmpty() ? List.of(UniformAssignor.NAME) : names;
    }

    List<String> names() {
        return names;
    }

    /** What most members prefer; of those that do not say, the first of the configured. */
    String preferred(Collection<ConsumerMember> members) {
        Map<String, Integer> votes = new HashMap<>();
        for (ConsumerMember member : members) {
            String assignor = member.subscription().assignor();
            if (assignor != null && names.contains(assignor)) {
                votes.merge(assignor, 1, Integer::sum);
            }
        }
        String best = names.getFirst();
        for (String name : names) {
            if (votes.getOrDefault(name, 0) > votes.getOrDefault(best, 0)) {
                best = name;
            }
        }
        return best;
    }

    PartitionAssignor get(String name) {
        PartitionAssignor assignor = byName.get(name);
        if (assignor == null) {
            throw new IllegalStateException("no assignor " + name);
        }
        return assignor;
    }
}
