package naru.benchmarks.load;

import org.apache.kafka.common.message.CreateTopicsRequestData;
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

    public Topics(WireClient client) {
        this.client = client;
    }

    /** Creates the topic and returns at once, whether or not its partitions have leaders yet. */
    public Topic create(String name, int partitions, Map<String, String> configs)
            throws IOException {
        CreatableTopic topic =
                new CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) 1);
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

    /** Creates the topic and waits until all its partitions have a leader that answers. */
    public Topic createUsable(String name, int partitions, Map<String, String> configs)
            throws IOException {
        Topic topic = create(name, partitions, configs);
        long deadline = System.nanoTime() + USABLE_BOUND.toNanos();
        while (!answered(topic)) {
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
