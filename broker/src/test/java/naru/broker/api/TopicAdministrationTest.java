package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import naru.broker.quota.ClientQuotas;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Sentences are those that Apache Kafka 4.3.1 answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TopicAdministrationTest {
    private OneNode node;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        node = new OneNode(folder, Map.of("log.retention.hours", "72"));
        node.create("existing", 3);
        node.create("a.b", 1);
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @Test
    void createdTopicIsKnownWhenTheAnswerComes() {
        CreatableTopicResult result = node.create("fresh", 4);

        assertThat(result.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(result.numPartitions()).isEqualTo(4);
        assertThat(Objects.requireNonNull(node.quorum.image().topic("fresh")).id())
                .isEqualTo(result.topicId());
        assertThat(result.configs())
                .anySatisfy(setting -> {
                    assertThat(setting.name()).isEqualTo("retention.ms");
                    assertThat(setting.value()).isEqualTo("259200000");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "existing|1|1|TOPIC_ALREADY_EXISTS|Topic 'existing' already exists.",
                "x|1|2|INVALID_REPLICATION_FACTOR|Unable to replicate the partition 2 time(s): The"
                        + " target replication factor of 2 cannot be reached because only 1"
                        + " broker(s) are registered or some brokers have all their log directories"
                        + " cordoned.",
                "x|0|1|INVALID_PARTITIONS|Number of partitions was set to an invalid non-positive"
                        + " value.",
                "x|1|0|INVALID_REPLICATION_FACTOR|Replication factor must be larger than 0, or -1"
                        + " to use the default value.",
                "a b|1|1|INVALID_TOPIC_EXCEPTION|Topic name is invalid: 'a b' contains one or more"
                        + " characters other than ASCII alphanumerics, '.', '_' and '-'",
                "..|1|1|INVALID_TOPIC_EXCEPTION|Topic name is invalid: '..' is not allowed",
                "a_b|1|1|INVALID_TOPIC_EXCEPTION|Topic 'a_b' collides with existing topic: a.b",
            })
    void badTopicIsRefusedWithKafkasSentence(
            String name, int partitions, int replicas, Errors error, String sentence) {
        CreatableTopicResult result = node.create(OneNode.topic(name, partitions, replicas));

        assertThat(Errors.forCode(result.errorCode())).isEqualTo(error);
        assertThat(result.errorMessage()).isEqualTo(sentence);
    }

    @Test
    void tooManyPartitionsAtOnceRefuseTheWholeRequest() {
        assertThatThrownBy(() -> node.create("x", 10001))
                .isInstanceOf(PolicyViolationException.class)
                .hasMessage("Excessively large number of partitions per request.");
    }

    @Test
    void manualAssignmentToUnknownBrokerIsRefused() {
        CreatableTopic topic = OneNode.topic("manual", -1, -1);
        topic.assignments()
                .add(
                        new CreatableReplicaAssignment()
                                .setPartitionIndex(0)
                                .setBrokerIds(List.of(7)));

        CreatableTopicResult result = node.create(topic);

        assertThat(result.errorMessage())
                .isEqualTo(
                        "The manual partition assignment includes broker 7, but no such broker is"
                                + " registered.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retention.msx|1|Unknown topic config name: retention.msx",
                "cleanup.policy|foo|Invalid value foo for configuration cleanup.policy: String must"
                        + " be one of: compact, delete",
                "naru.ack|never|Invalid value never for configuration naru.ack: String must be one"
                        + " of: page-cache, fsync",
            })
    void badSettingIsRefusedWithItsCause(String key, String value, String sentence) {
        CreatableTopic topic = OneNode.topic("configured", 1, 1);
        topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value));

        CreatableTopicResult result = node.create(topic);

        assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(result.errorMessage()).isEqualTo(sentence);
    }

    @Test
    void validationAloneMakesNothing() {
        CreateTopicsRequestData body =
                new CreateTopicsRequestData().setTimeoutMs(30_000).setValidateOnly(true);
        body.topics().add(OneNode.topic("only-validated", 1, 1));

        CreateTopicsResponseData response =
                FakeRequest.ask(
                        new CreateTopics(
                                node.quorum, node.images, OneNode.EVERYBODY, ClientQuotas.none()),
                        body,
                        CreateTopicsResponseData.class);

        assertThat(response.topics()).allMatch(topic -> topic.errorCode() == 0);
        assertThat(node.quorum.image().topic("only-validated")).isNull();
    }

    @Test
    void whoMayNotCreateIsRefused() {
        CreateTopicsRequestData body = new CreateTopicsRequestData().setTimeoutMs(30_000);
        body.topics().add(OneNode.topic("forbidden", 1, 1));

        CreateTopicsResponseData response =
                FakeRequest.ask(
                        new CreateTopics(
                                node.quorum, node.images, OneNode.NOBODY, ClientQuotas.none()),
                        body,
                        CreateTopicsResponseData.class);

        assertThat(response.topics())
                .allMatch(topic -> topic.errorCode() == Errors.TOPIC_AUTHORIZATION_FAILED.code());
        assertThat(node.quorum.image().topic("forbidden")).isNull();
    }

    @Test
    void deletedTopicIsForgottenWhenTheAnswerComes() {
        Uuid id = node.create("doomed", 1).topicId();
        DeleteTopicsRequestData body = new DeleteTopicsRequestData().setTimeoutMs(30_000);
        body.topics().add(new DeleteTopicState().setTopicId(id).setName(null));
        body.topics().add(new DeleteTopicState().setName("never-was"));

        DeleteTopicsResponseData response =
                FakeRequest.ask(
                        new DeleteTopics(
                                node.quorum, node.images, OneNode.EVERYBODY, ClientQuotas.none()),
                        body,
                        DeleteTopicsResponseData.class);

        assertThat(response.responses())
                .extracting(DeletableTopicResult::name, DeletableTopicResult::errorCode)
                .containsExactlyInAnyOrder(
                        tuple("doomed", Errors.NONE.code()),
                        tuple("never-was", Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
        assertThat(node.quorum.image().topic("doomed")).isNull();
    }

    @Test
    void oldVersionsDeleteByName() {
        node.create("doomed-by-name", 1);

        DeleteTopicsResponseData response =
                FakeRequest.ask(
                        new DeleteTopics(
                                node.quorum, node.images, OneNode.EVERYBODY, ClientQuotas.none()),
                        new DeleteTopicsRequestData()
                                .setTimeoutMs(30_000)
                                .setTopicNames(List.of("doomed-by-name")),
                        1,
                        DeleteTopicsResponseData.class);

        assertThat(response.responses()).allMatch(each -> each.errorCode() == 0);
        assertThat(node.quorum.image().topic("doomed-by-name")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "growing|5|NONE|",
                "existing|3|INVALID_PARTITIONS|Topic already has 3 partition(s).",
                "existing|2|INVALID_PARTITIONS|The topic existing currently has 3 partition(s); 2"
                        + " would not be an increase.",
                "missing|2|UNKNOWN_TOPIC_OR_PARTITION|This server does not host this"
                        + " topic-partition.",
            })
    void partitionsCanOnlyGrow(String name, int count, Errors error, String sentence) {
        if (name.equals("growing")) {
            node.create(name, 2);
        }
        CreatePartitionsRequestData body = new CreatePartitionsRequestData().setTimeoutMs(30_000);
        body.topics()
                .add(
                        new CreatePartitionsTopic()
                                .setName(name)
                                .setCount(count)
                                .setAssignments(null));

        CreatePartitionsTopicResult result =
                FakeRequest.ask(
                                new CreatePartitions(
                                        node.quorum,
                                        node.images,
                                        OneNode.EVERYBODY,
                                        ClientQuotas.none()),
                                body,
                                CreatePartitionsResponseData.class)
                        .results()
                        .getFirst();

        assertThat(Errors.forCode(result.errorCode())).isEqualTo(error);
        if (error == Errors.NONE) {
            assertThat(Objects.requireNonNull(node.quorum.image().topic(name)).partitionCount())
                    .isEqualTo(count);
        } else if (error == Errors.INVALID_PARTITIONS) {
            assertThat(result.errorMessage()).isEqualTo(sentence);
        }
    }
}
