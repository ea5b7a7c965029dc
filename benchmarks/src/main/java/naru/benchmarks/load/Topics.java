package naru.benchmarks.load;

import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Makes and removes topics over one {@link WireClient}. */
public final class Topics {
    private static final Duration USABLE_BOUND = Duration.ofSeconds(30);
    private static final int REQUEST_TIMEOUT_MILLIS = 30_000;
    private static final long LATEST_TIMESTAMP = -1;

    private final WireClient client;
    private final int replicas;
    private final Leaders leaders;

    /** Which broker of a cluster leads which partition. */
    public enum Leaders {
        /** Number 1 leads all. */
        FIRST,
        IN_TURN
    }

    /** Topics without replicas. */
    public Topics(WireClient client) {
        this(client, 1, Leaders.FIRST);
    }

    /**
     * Topics with a replica on each broker.
     *
     * @param replicas brokers there are, from 1 on
     */
    public Topics(WireClient client, int replicas, Leaders leaders) {
        this.client = client;
        this.replicas = replicas;
        this.leaders = leaders;
    }

    /** Creates the topic and returns at once, whether or not its partitions have leaders yet. */
    public Topic create(String name, int partitions, Map<String, String> configs)
            throws IOException {
        CreatableTopic topic = new CreatableTopic().setName(name);
        if (replicas == 1) {
            topic.setNumPartitions(partitions).setReplicationFactor((short) 1);
        } else {
            topic.setNumPartitions(-1).setReplicationFactor((short) -1);
            for (int index = 0; index < partitions; index++) {
                topic.assignments()
                        .add(
                                new CreatableReplicaAssignment()
                                        .setPartitionIndex(index)
                                        .setBrokerIds(brokers(index)));
            }
        }
        configs.forEach((key, value) ->
                topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value)));
        CreateTopicsRequestData request =
                new CreateTopicsRequestData().setTimeoutMs(REQUEST_TIMEOUT_MILLIS);
        request.topics().add(topic);
        CreateTopicsResponseData response =
                (CreateTopicsResponseData) client.send(ApiKeys.CREATE_TOPICS, request);
        CreatableTopicResult result = response.topics().iterator().next();
        if (result.errorCode() != Errors.NONE.code()) {
            throw new TopicRefusedException(
                    "topic "
                            + name
                            + " was refused: "
                            + Errors.forCode(result.errorCode())
                            + " "
                            + result.errorMessage());
        }
        return new Topic(name, result.topicId(), partitions);
    }

    /** The leader first. */
    private List<Integer> brokers(int partition) {
        int first = leaders == Leaders.FIRST ? 0 : partition % replicas;
        return IntStream.range(0, replicas)
                .mapToObj(place -> 1 + (first + place) % replicas)
                .toList();
    }

    /** Creates the topic and waits until all its partitions have a leader that answers. */
    public Topic createUsable(String name, int partitions, Map<String, String> configs)
            throws IOException {
        Topic topic = create(name, partitions, configs);
        long deadline = System.nanoTime() + USABLE_BOUND.toNanos();
        while (!isUsable(topic)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("topic " + name + " got no leaders in " + USABLE_BOUND);
            }
            Pauses.brief();
        }
        return topic;
    }

    public void delete(Topic topic) throws IOException {
        DeleteTopicsRequestData request =
                new DeleteTopicsRequestData()
                        .setTimeoutMs(REQUEST_TIMEOUT_MILLIS)
                        .setTopics(
                                List.of(
                                        new DeleteTopicState()
                                                .setName(null)
                                                .setTopicId(topic.id())));
        DeleteTopicsResponseData response =
                (DeleteTopicsResponseData) client.send(ApiKeys.DELETE_TOPICS, request);
        Errors error = Errors.forCode(response.responses().iterator().next().errorCode());
        if (error != Errors.NONE) {
            throw new IOException("topic " + topic.name() + " was not deleted: " + error);
        }
    }

    /** The controller may know a leader that does not know it yet. */
    private boolean isUsable(Topic topic) throws IOException {
        return (replicas == 1 || replicated(topic))
                && (leaders == Leaders.IN_TURN || answered(topic));
    }

    private boolean replicated(Topic topic) throws IOException {
        MetadataRequestData request =
                new MetadataRequestData()
                        .setTopics(
                                List.of(
                                        new MetadataRequestTopic()
                                                .setName(topic.name())
                                                .setTopicId(topic.id())))
                        .setAllowAutoTopicCreation(false);
        MetadataResponseData response =
                (MetadataResponseData) client.send(ApiKeys.METADATA, request);
        return response.topics().stream()
                .allMatch(answer ->
                        answer.partitions().size() == topic.partitions()
                                && answer.partitions().stream()
                                        .allMatch(partition ->
                                                partition.leaderId() >= 0
                                                        && partition.isrNodes().size()
                                                                == replicas));
    }

    private boolean answered(Topic topic) throws IOException {
        List<ListOffsetsPartition> partitions =
                IntStream.range(0, topic.partitions())
                        .mapToObj(index ->
                                new ListOffsetsPartition()
                                        .setPartitionIndex(index)
                                        .setTimestamp(LATEST_TIMESTAMP))
                        .toList();
        ListOffsetsRequestData request =
                new ListOffsetsRequestData()
                        .setReplicaId(-1)
                        .setTimeoutMs(REQUEST_TIMEOUT_MILLIS)
                        .setTopics(
                                List.of(
                                        new ListOffsetsTopic()
                                                .setName(topic.name())
                                                .setPartitions(partitions)));
        ListOffsetsResponseData response =
                (ListOffsetsResponseData) client.send(ApiKeys.LIST_OFFSETS, request);
        return response.topics().stream()
                .flatMap(answer -> answer.partitions().stream())
                .allMatch(partition -> partition.errorCode() == Errors.NONE.code());
    }

    /** The broker said no to a topic; with a new broker it may say yes a moment later. */
    public static final class TopicRefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        TopicRefusedException(String message) {
            super(message);
        }
    }
}
