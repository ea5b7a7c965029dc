package naru.quorum;

import static naru.quorum.QuorumFixture.await;
import static naru.quorum.QuorumFixture.awaitUntil;
import static naru.quorum.QuorumFixture.caller;
import static naru.quorum.QuorumFixture.createTopic;
import static naru.quorum.QuorumFixture.openAndRegister;
import static naru.quorum.QuorumFixture.options;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeQuorumRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

@SuppressWarnings("NullAway.Init")
final class AdministrationTest {
    private static final String REFUSED = "666";
    private static final ConfigResource ORDERS =
            new ConfigResource(ConfigResource.Type.TOPIC, "orders");

    @TempDir Path folder;
    private KraftQuorum quorum;

    @BeforeEach
    void open() {
        quorum =
                openAndRegister(
                        options(
                                folder,
                                null,
                                Map.of("num.partitions", "4"),
                                (resource, proposed, existing) -> {
                                    if (proposed.containsValue(REFUSED)) {
                                        throw new InvalidConfigurationException("not that one");
                                    }
                                }));
    }

    @AfterEach
    void close() {
        quorum.close();
    }

    @Test
    void createdTopicIsAnsweredWithIdConfigsAndDefaults() {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(30_000);
        request.topics().add(topic("orders", -1, -1));

        var topic =
                await(quorum.controller().createTopics(caller(7), request)).topics().find("orders");

        assertThat(topic.errorCode()).isZero();
        assertThat(topic.topicId()).isNotEqualTo(Uuid.ZERO_UUID);
        assertThat(topic.numPartitions()).isEqualTo(4);
        assertThat(topic.replicationFactor()).isEqualTo((short) 1);
        assertThat(topic.configs()).isNotEmpty();
    }

    @Test
    void badTopicsOfOneRequestAreRefusedOneByOne() {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(30_000);
        request.topics().add(topic("good", 1, 1));
        request.topics().mustAdd(topic("twice", 1, 1));
        request.topics().mustAdd(topic("twice", 2, 1));
        request.topics().add(topic("no such name!", 1, 1));
        request.topics().add(topic("many", 1, 3));
        request.topics().add(topic(Topic.CLUSTER_METADATA_TOPIC_NAME, 1, 1));

        var topics = await(quorum.controller().createTopics(caller(7), request)).topics();

        assertThat(topics).hasSize(5);
        assertThat(Errors.forCode(topics.find("good").errorCode())).isEqualTo(Errors.NONE);
        assertThat(Errors.forCode(topics.find("twice").errorCode()))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(Errors.forCode(topics.find("no such name!").errorCode()))
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(Errors.forCode(topics.find("many").errorCode()))
                .isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(topics.find("many").errorMessage()).isNotBlank();
        assertThat(Errors.forCode(topics.find(Topic.CLUSTER_METADATA_TOPIC_NAME).errorCode()))
                .isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
    }

    @Test
    void validationOnlyCreatesNothing() {
        CreateTopicsRequestData request =
                new CreateTopicsRequestData().setTimeoutMs(30_000).setValidateOnly(true);
        request.topics().add(topic("orders", 1, 1));

        var reply = await(quorum.controller().createTopics(caller(7), request));

        assertThat(reply.topics().find("orders").errorCode()).isZero();
        createTopic(quorum, "later", 1);
        awaitUntil(() -> quorum.image().topic("later") != null);
        assertThat(quorum.image().topic("orders")).isNull();
    }

    @Test
    void topicsAreDeletedByNameOrIdButNotTwice() {
        createTopic(quorum, "by-name", 1);
        Uuid byId = createTopic(quorum, "by-id", 1).topics().find("by-id").topicId();
        Uuid both = createTopic(quorum, "both", 1).topics().find("both").topicId();
        DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(30_000);
        request.topics().add(doomed("by-name", Uuid.ZERO_UUID));
        request.topics().add(doomed(null, byId));
        request.topics().add(doomed("both", Uuid.ZERO_UUID));
        request.topics().add(doomed(null, both));
        request.topics().add(doomed("nowhere", Uuid.ZERO_UUID));

        var results = await(quorum.controller().deleteTopics(caller(6), request)).responses();

        assertThat(Errors.forCode(results.find("by-name").errorCode())).isEqualTo(Errors.NONE);
        assertThat(Errors.forCode(results.find("by-id").errorCode())).isEqualTo(Errors.NONE);
        assertThat(Errors.forCode(results.find("both").errorCode()))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(Errors.forCode(results.find("nowhere").errorCode()))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        awaitUntil(() -> quorum.image().topicCount() == 1);
        assertThat(quorum.image().topic("both")).isNotNull();
    }

    @Test
    void partitionsGrowButDoNotShrink() {
        createTopic(quorum, "grows", 1);
        createTopic(quorum, "shrinks", 3);
        CreatePartitionsRequestData request =
                new CreatePartitionsRequestData().setTimeoutMs(30_000);
        request.topics().add(partitions("grows", 5));
        request.topics().add(partitions("shrinks", 2));

        var results = await(quorum.controller().createPartitions(caller(3), request)).results();

        assertThat(results)
                .anySatisfy(result -> {
                    assertThat(result.name()).isEqualTo("shrinks");
                    assertThat(Errors.forCode(result.errorCode()))
                            .isEqualTo(Errors.INVALID_PARTITIONS);
                });
        awaitUntil(
                () -> Objects.requireNonNull(quorum.image().topic("grows")).partitionCount() == 5);
        assertThat(quorum.image().partitionCount()).isEqualTo(8);
    }

    @Test
    void changedConfigComesIntoTheImage() {
        createTopic(quorum, "orders", 1);

        var reply = await(quorum.controller().incrementalAlterConfigs(caller(1), set("60000")));

        assertThat(reply.responses().getFirst().errorCode()).isZero();
        awaitUntil(() -> quorum.image().config(ORDERS).containsKey("retention.ms"));
        assertThat(quorum.image().configuredResources(ConfigResource.Type.TOPIC))
                .containsExactly(ORDERS);
    }

    @Test
    void configThatTheBrokerRefusesIsAnsweredWithItsSentence() {
        createTopic(quorum, "orders", 1);

        var reply = await(quorum.controller().incrementalAlterConfigs(caller(1), set(REFUSED)));

        var answer = reply.responses().getFirst();
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(answer.errorMessage()).isEqualTo("not that one");
    }

    @Test
    void resourceThatIsAlteredTwiceInOneRequestIsRefused() {
        createTopic(quorum, "orders", 1);
        AlterConfigsRequestData request = new AlterConfigsRequestData();
        for (String value : List.of("1", "2")) {
            var resource =
                    new AlterConfigsRequestData.AlterConfigsResource()
                            .setResourceType(ORDERS.type().id())
                            .setResourceName("orders");
            resource.configs()
                    .add(
                            new AlterConfigsRequestData.AlterableConfig()
                                    .setName("retention.ms")
                                    .setValue(value));
            request.resources().mustAdd(resource);
        }

        var reply = await(quorum.controller().alterConfigs(caller(2), request));

        assertThat(reply.responses())
                .singleElement()
                .satisfies(answer -> {
                    assertThat(Errors.forCode(answer.errorCode()))
                            .isEqualTo(Errors.INVALID_REQUEST);
                    assertThat(answer.errorMessage()).isEqualTo("Duplicate resource.");
                });
    }

    @Test
    void valueThatIsNullIsRefused() {
        createTopic(quorum, "orders", 1);
        AlterConfigsRequestData whole = new AlterConfigsRequestData();
        var resource =
                new AlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(ORDERS.type().id())
                        .setResourceName(ORDERS.name());
        resource.configs()
                .add(
                        new AlterConfigsRequestData.AlterableConfig()
                                .setName("retention.ms")
                                .setValue(null));
        whole.resources().add(resource);

        var alone = await(quorum.controller().alterConfigs(caller(2), whole));
        var incremental = await(quorum.controller().incrementalAlterConfigs(caller(1), set(null)));

        assertThat(Errors.forCode(alone.responses().getFirst().errorCode()))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alone.responses().getFirst().errorMessage()).contains("retention.ms");
        assertThat(Errors.forCode(incremental.responses().getFirst().errorCode()))
                .isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void blocksOfProducerIdsDoNotOverlap() {
        var first = await(quorum.controller().allocateProducerIds());
        var second = await(quorum.controller().allocateProducerIds());

        assertThat(first.size()).isPositive();
        assertThat(second.first()).isGreaterThanOrEqualTo(first.first() + first.size());
    }

    @Test
    void quorumIsDescribedAsThisVoterWithItsDirectory() {
        DescribeQuorumRequestData request =
                DescribeQuorumRequest.singletonRequest(Topic.CLUSTER_METADATA_TOPIC_PARTITION);

        var reply = await(quorum.controller().describeQuorum(caller(2), request));

        var partition = reply.topics().getFirst().partitions().getFirst();
        assertThat(partition.leaderId()).isEqualTo(QuorumFixture.NODE_ID);
        assertThat(partition.currentVoters())
                .singleElement()
                .satisfies(voter ->
                        assertThat(voter.replicaDirectoryId())
                                .isEqualTo(quorum.directoryIds().values().iterator().next()));
    }

    private static CreateTopicsRequestData.CreatableTopic topic(
            String name, int partitions, int replicas) {
        return new CreateTopicsRequestData.CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) replicas);
    }

    private static DeleteTopicsRequestData.DeleteTopicState doomed(@Nullable String name, Uuid id) {
        return new DeleteTopicsRequestData.DeleteTopicState().setName(name).setTopicId(id);
    }

    private static CreatePartitionsRequestData.CreatePartitionsTopic partitions(
            String name, int count) {
        return new CreatePartitionsRequestData.CreatePartitionsTopic()
                .setName(name)
                .setCount(count)
                .setAssignments(null);
    }

    private static IncrementalAlterConfigsRequestData set(@Nullable String retention) {
        var resource =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(ORDERS.type().id())
                        .setResourceName(ORDERS.name());
        resource.configs()
                .add(
                        new IncrementalAlterConfigsRequestData.AlterableConfig()
                                .setName("retention.ms")
                                .setConfigOperation(OpType.SET.id())
                                .setValue(retention));
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }
}
