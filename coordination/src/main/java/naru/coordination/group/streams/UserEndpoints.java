package naru.coordination.group.streams;

import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Endpoint;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.EndpointToPartitions;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.TopicPartition;
import org.apache.kafka.coordinator.group.streams.assignor.TaskId;
import org.apache.kafka.coordinator.group.streams.topics.ConfiguredSubtopology;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which process has the state of which partitions, for interactive queries. */
final class UserEndpoints {
    private UserEndpoints() {}

    /** One entry for each endpoint, whatever the number of its threads. */
    static List<EndpointToPartitions> of(Iterable<StreamsMember> members, Layout layout) {
        Map<Profile.Endpoint, Held> byEndpoint = new LinkedHashMap<>();
        for (StreamsMember member : members) {
            Profile.Endpoint endpoint = member.profile().endpoint();
            if (endpoint != null) {
                Held held = byEndpoint.computeIfAbsent(endpoint, first -> new Held());
                HeldTasks assigned = member.holding().assigned();
                assigned.active().ids().forEach(held.active::add);
                assigned.standby().ids().forEach(held.standby::add);
            }
        }
        List<EndpointToPartitions> answer = new ArrayList<>();
        byEndpoint.forEach((endpoint, held) ->
                answer.add(
                        new EndpointToPartitions()
                                .setUserEndpoint(
                                        new Endpoint()
                                                .setHost(endpoint.host())
                                                .setPort(endpoint.port()))
                                .setActivePartitions(partitions(held.active, layout))
                                .setStandbyPartitions(partitions(held.standby, layout))));
        return answer;
    }

    private static final class Held {
        private final Set<TaskId> active = new HashSet<>();
        private final Set<TaskId> standby = new HashSet<>();
    }

    /** A topic with fewer partitions than its subtopology has tasks is not in all of them. */
    private static List<TopicPartition> partitions(Set<TaskId> tasks, Layout layout) {
        Map<String, Set<Integer>> byTopic = new TreeMap<>();
        for (TaskId task : tasks) {
            ConfiguredSubtopology subtopology = layout.subtopologies().get(task.subtopologyId());
            if (subtopology == null) {
                continue;
            }
            Stream.concat(
                            subtopology.sourceTopics().stream(),
                            subtopology.repartitionSourceTopics().keySet().stream())
                    .filter(topic -> layout.partitionCount(topic) > task.partition())
                    .forEach(topic ->
                            byTopic.computeIfAbsent(topic, name -> new TreeSet<>())
                                    .add(task.partition()));
        }
        List<TopicPartition> partitions = new ArrayList<>();
        byTopic.forEach((topic, indexes) ->
                partitions.add(
                        new TopicPartition().setTopic(topic).setPartitions(List.copyOf(indexes))));
        return partitions;
    }
}
