package naru.rest.v2;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Refusal;
import naru.rest.cluster.Answers;
import naru.rest.cluster.UserClients;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Topics, partitions and brokers, to be looked at. */
final class MetadataApi {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final UserClients users;

    MetadataApi(UserClients users) {
        this.users = users;
    }

    private static Answer ok(Call call, Object tree) {
        return Answer.json(200, MediaTypes.answer(call::header), tree);
    }

    Answer root(Call call) {
        return ok(call, Map.of());
    }

    Answer topics(Call call) throws InterruptedException {
        try (UserClients.Lease lease = users.lease(call)) {
            return ok(call, new TreeSet<>(Answers.of(lease.admin().listTopics().names())));
        }
    }

    Answer topic(Call call) throws InterruptedException {
        try (UserClients.Lease lease = users.lease(call)) {
            TopicDescription topic = describe(lease.admin(), call.variable("topic"));
            ObjectNode answer = JSON.objectNode();
            answer.put("name", topic.name());
            answer.set("configs", JSON.objectNode());
            configs(lease.admin(), topic.name()).forEach(answer.withObject("/configs")::put);
            answer.set("partitions", partitions(topic));
            return ok(call, answer);
        }
    }

    private static Map<String, String> configs(Admin admin, String topic)
            throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Collection<ConfigEntry> entries =
                Answers.of(admin.describeConfigs(List.of(resource)).values().get(resource))
                        .entries();
        Map<String, String> configs = new TreeMap<>();
        for (ConfigEntry each : entries) {
            if (each.value() != null) {
                configs.put(each.name(), each.value());
            }
        }
        return configs;
    }

    Answer partitions(Call call) throws InterruptedException {
        try (UserClients.Lease lease = users.lease(call)) {
            return ok(call, partitions(describe(lease.admin(), call.variable("topic"))));
        }
    }

    Answer partition(Call call) throws InterruptedException {
        try (UserClients.Lease lease = users.lease(call)) {
            return ok(call, partition(existing(lease.admin(), call)));
        }
    }

    Answer offsets(Call call) throws InterruptedException {
        try (UserClients.Lease lease = users.lease(call)) {
            TopicPartitionInfo info = existing(lease.admin(), call);
            TopicPartition partition = new TopicPartition(call.variable("topic"), info.partition());
            long begin = offset(lease.admin(), partition, OffsetSpec.earliest());
            long end = offset(lease.admin(), partition, OffsetSpec.latest());
            ObjectNode answer = JSON.objectNode();
            answer.put("beginning_offset", begin);
            answer.put("end_offset", end);
            return ok(call, answer);
        }
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec)
            throws InterruptedException {
        return Answers.of(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition))
                .offset();
    }

    Answer brokers(Call call) throws InterruptedException {
        try (UserClients.Lease lease = users.lease(call)) {
            List<Integer> ids =
                    Answers.of(lease.admin().describeCluster().nodes()).stream()
                            .map(Node::id)
                            .sorted()
                            .toList();
            return ok(call, Map.of("brokers", ids));
        }
    }

    static TopicDescription describe(Admin admin, String topic) throws InterruptedException {
        try {
            return Answers.of(admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
        } catch (UnknownTopicOrPartitionException | InvalidTopicException missing) {
            throw noTopic();
        }
    }

    private static TopicPartitionInfo existing(Admin admin, Call call) throws InterruptedException {
        int wanted = partitionNumber(call);
        for (TopicPartitionInfo each : describe(admin, call.variable("topic")).partitions()) {
            if (each.partition() == wanted) {
                return each;
            }
        }
        throw noPartition();
    }

    /** The partition of the path. */
    static int partitionNumber(Call call) {
        try {
            return Integer.parseInt(call.variable("partition"));
        } catch (NumberFormatException notNumber) {
            throw new Refusal(404, "HTTP 404 Not Found");
        }
    }

    static Refusal noTopic() {
        return new Refusal(404, 40401, "Topic not found.");
    }

    static Refusal noPartition() {
        return new Refusal(404, 40402, "Partition not found.");
    }

    private static ArrayNode partitions(TopicDescription topic) {
        ArrayNode all = JSON.arrayNode();
        topic.partitions().forEach(each -> all.add(partition(each)));
        return all;
    }

    private static ObjectNode partition(TopicPartitionInfo info) {
        ObjectNode partition = JSON.objectNode();
        partition.put("partition", info.partition());
        int leader = info.leader() == null ? -1 : info.leader().id();
        partition.put("leader", leader);
        ArrayNode replicas = partition.putArray("replicas");
        for (Node each : info.replicas()) {
            replicas.addObject()
                    .put("broker", each.id())
                    .put("leader", each.id() == leader)
                    .put("in_sync", info.isr().stream().anyMatch(node -> node.id() == each.id()));
        }
        return partition;
    }
}
