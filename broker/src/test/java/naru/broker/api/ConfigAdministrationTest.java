package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.config.ConfigDescriber;

import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Sentences are those that Apache Kafka 4.3.1 answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigAdministrationTest {
    private OneNode node;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        node =
                new OneNode(
                        folder,
                        Map.of("log.retention.hours", "72", "ssl.keystore.password", "hunter2"));
        node.create("t", 1);
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private AlterConfigsResourceResponse alter(
            ConfigResource.Type type, String name, String key, @Nullable String value, OpType op) {
        IncrementalAlterConfigsRequestData body = new IncrementalAlterConfigsRequestData();
        AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType(type.id()).setResourceName(name);
        resource.configs()
                .add(
                        new AlterableConfig()
                                .setName(key)
                                .setValue(value)
                                .setConfigOperation(op.id()));
        body.resources().add(resource);
        return FakeRequest.ask(
                        new IncrementalAlterConfigs(node.quorum, node.images, OneNode.EVERYBODY),
                        body,
                        IncrementalAlterConfigsResponseData.class)
                .responses()
                .getFirst();
    }

    private DescribeConfigsResult describe(ConfigResource.Type type, String name) {
        DescribeConfigsRequestData body =
                new DescribeConfigsRequestData()
                        .setIncludeSynonyms(true)
                        .setIncludeDocumentation(true);
        body.resources()
                .add(
                        new DescribeConfigsResource()
                                .setResourceType(type.id())
                                .setResourceName(name)
                                .setConfigurationKeys(null));
        return FakeRequest.ask(
                        new DescribeConfigs(
                                node.quorum,
                                new ConfigDescriber(node.config::current),
                                OneNode.EVERYBODY),
                        body,
                        DescribeConfigsResponseData.class)
                .results()
                .getFirst();
    }

    private DescribeConfigsResourceResult setting(
            ConfigResource.Type type, String name, String key) {
        return describe(type, name).configs().stream()
                .filter(each -> each.name().equals(key))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TOPIC|t|nokey|5000|INVALID_CONFIG|Unknown topic config name: nokey",
                "TOPIC|t|segment.bytes|1|INVALID_CONFIG|Invalid value 1 for configuration"
                        + " segment.bytes: Value must be at least 1048576",
                "TOPIC|nope|retention.ms|1|UNKNOWN_TOPIC_OR_PARTITION|The topic 'nope' does not"
                        + " exist.",
                "BROKER|1|node.id|4|INVALID_REQUEST|Cannot update these configs dynamically:"
                        + " [node.id]",
                "BROKER|1|log.retention.ms|abc|INVALID_REQUEST|Invalid value abc for configuration"
                        + " log.retention.ms: Not a number of type LONG",
                "BROKER|1|min.insync.replicas|2|INVALID_CONFIG|Broker-level min.insync.replicas"
                        + " cannot be altered while ELR is enabled.",
                "GROUP|g|x|1|INVALID_CONFIG|Unknown group config name: x",
                "CLIENT_METRICS|c|xx|1|INVALID_REQUEST|Unknown client metrics configuration: xx",
                "BROKER_LOGGER|1|kafka|DEBUG|INVALID_REQUEST|Log levels cannot be altered while the"
                        + " node runs; restart it with others.",
            })
    void badChangeIsRefused(
            ConfigResource.Type type,
            String name,
            String key,
            String value,
            Errors error,
            String sentence) {
        AlterConfigsResourceResponse response = alter(type, name, key, value, OpType.SET);

        assertThat(Errors.forCode(response.errorCode())).isEqualTo(error);
        assertThat(response.errorMessage()).isEqualTo(sentence);
    }

    @Test
    void describedTopicTellsEveryPlaceItsRetentionComesFrom() {
        node.create("kept", 1);
        alter(ConfigResource.Type.BROKER, "", "log.retention.ms", "8888", OpType.SET);
        alter(ConfigResource.Type.BROKER, "1", "log.retention.ms", "7777", OpType.SET);
        alter(ConfigResource.Type.TOPIC, "kept", "retention.ms", "6666", OpType.SET);

        DescribeConfigsResourceResult retention =
                setting(ConfigResource.Type.TOPIC, "kept", "retention.ms");

        assertThat(retention.value()).isEqualTo("6666");
        assertThat(retention.synonyms())
                .extracting(each ->
                        each.name() + "=" + each.value() + "@" + ConfigSource.forId(each.source()))
                .containsExactly(
                        "retention.ms=6666@TOPIC_CONFIG",
                        "log.retention.ms=7777@DYNAMIC_BROKER_CONFIG",
                        "log.retention.ms=8888@DYNAMIC_DEFAULT_BROKER_CONFIG",
                        "log.retention.hours=72@STATIC_BROKER_CONFIG",
                        "log.retention.hours=168@DEFAULT_CONFIG");
        alter(ConfigResource.Type.TOPIC, "kept", "retention.ms", null, OpType.DELETE);
        assertThat(setting(ConfigResource.Type.TOPIC, "kept", "retention.ms").value())
                .isEqualTo("7777");
        alter(ConfigResource.Type.BROKER, "1", "log.retention.ms", null, OpType.DELETE);
        alter(ConfigResource.Type.BROKER, "", "log.retention.ms", null, OpType.DELETE);
    }

    @Test
    void secretsOfTheBrokerAreNotShown() {
        DescribeConfigsResourceResult secret =
                setting(ConfigResource.Type.BROKER, "1", "ssl.keystore.password");

        assertThat(secret.isSensitive()).isTrue();
        assertThat(secret.value()).isNull();
        assertThat(secret.synonyms()).allMatch(each -> each.value() == null);
    }

    @ParameterizedTest
    @CsvSource({
        "TOPIC,missing,UNKNOWN_TOPIC_OR_PARTITION",
        "TOPIC,a b,INVALID_TOPIC_EXCEPTION",
        "BROKER,2,INVALID_REQUEST",
        "BROKER,x,INVALID_REQUEST",
        "BROKER_LOGGER,1,INVALID_REQUEST"
    })
    void whatIsNotHereCannotBeDescribed(ConfigResource.Type type, String name, Errors error) {
        assertThat(Errors.forCode(describe(type, name).errorCode())).isEqualTo(error);
    }

    @Test
    void groupAndClientMetricsTellTheirDefaults() {
        assertThat(describe(ConfigResource.Type.CLIENT_METRICS, "c").configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("interval.ms", "match", "metrics");
        DescribeConfigsResourceResult session =
                setting(ConfigResource.Type.GROUP, "g", "consumer.session.timeout.ms");
        assertThat(session.value()).isEqualTo("45000");
    }

    @Test
    void resourcesAreListedByType() {
        ListConfigResourcesResponseData response =
                FakeRequest.ask(
                        new ListConfigResources(node.quorum, OneNode.EVERYBODY),
                        new ListConfigResourcesRequestData()
                                .setResourceTypes(List.of(ConfigResource.Type.BROKER.id())),
                        ListConfigResourcesResponseData.class);

        assertThat(response.configResources())
                .singleElement()
                .matches(each -> each.resourceName().equals("1"));
    }

    @Test
    void quorumIsDescribedByTheController() {
        DescribeQuorumRequestData body = new DescribeQuorumRequestData();
        body.topics()
                .add(
                        new DescribeQuorumRequestData.TopicData()
                                .setTopicName("__cluster_metadata")
                                .setPartitions(
                                        List.of(new DescribeQuorumRequestData.PartitionData())));

        DescribeQuorumResponseData response =
                FakeRequest.ask(
                        new DescribeQuorum(node.quorum, OneNode.EVERYBODY),
                        body,
                        DescribeQuorumResponseData.class);

        assertThat(response.topics().getFirst().partitions().getFirst().leaderId()).isEqualTo(1);
    }

    @Test
    void topicIsDescribedAsKafkaDescribesIt() throws IOException {
        node.create("plain", 1);

        List<String> described =
                describe(ConfigResource.Type.TOPIC, "plain").configs().stream()
                        .filter(each -> isOfKafka43(each.name()))
                        .map(each ->
                                String.join(
                                        "\t",
                                        each.name(),
                                        each.value(),
                                        typeName(each.configType()),
                                        String.valueOf(each.readOnly()),
                                        String.valueOf(each.isSensitive())))
                        .toList();

        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(facts("kafka-4.3.1-described-topic.tsv"));
    }

    @Test
    void brokerIsDescribedAsKafkaDescribesIt() throws IOException {
        Set<String> onlyAtStart =
                Set.of(
                        "listeners",
                        "listener.security.protocol.map",
                        "principal.builder.class",
                        "config.providers");

        List<String> described =
                describe(ConfigResource.Type.BROKER, "1").configs().stream()
                        .filter(each -> isOfKafka43(each.name()))
                        .map(each ->
                                String.join(
                                        "\t",
                                        each.name(),
                                        typeName(each.configType()),
                                        String.valueOf(
                                                each.readOnly()
                                                        && !onlyAtStart.contains(each.name())),
                                        String.valueOf(each.isSensitive())))
                        .toList();

        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(facts("kafka-4.3.1-described-broker.tsv"));
    }

    /** Dead-letter topics (KIP-1191) came with Kafka 4.4; two settings are its authorizer's. */
    private static boolean isOfKafka43(String name) {
        return !name.startsWith("naru.")
                && !name.startsWith("confluent.")
                && !name.startsWith("errors.deadletterqueue.")
                && !Set.of("super.users", "allow.everyone.if.no.acl.found").contains(name);
    }

    private static String typeName(byte id) {
        return Arrays.stream(ConfigType.values())
                .filter(type -> type.id() == id)
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static List<String> facts(String name) throws IOException {
        try (InputStream file =
                Objects.requireNonNull(
                        ConfigAdministrationTest.class.getResourceAsStream(name), name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }
}
