package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.access.Access;
import naru.broker.quota.ClientQuotas;
import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Nobody gets records into a topic by way of another one's quarantine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuarantineAccessTest {
    private static final String KEY = "naru.schema.quarantine.topic";

    /** Everything is allowed but to write to one topic. */
    private static final Access NOT_TO_OTHERS =
            new Access() {
                @Override
                public boolean allowed(
                        Request request, AclOperation operation, ResourceType type, String name) {
                    return operation != AclOperation.WRITE || !name.equals("others");
                }

                @Override
                public boolean permitted(
                        Request request, AclOperation operation, ResourceType type, String name) {
                    return allowed(request, operation, type, name);
                }

                @Override
                public boolean allowedOnAny(
                        Request request, AclOperation operation, ResourceType type) {
                    return true;
                }

                @Override
                public Set<AclOperation> allowedOperations(
                        Request request, ResourceType type, String name) {
                    return Set.of();
                }
            };

    private OneNode node;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        node = new OneNode(folder, Map.of());
        node.create("own", 1);
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @Test
    void aSettingIsNotSetToATopicOfOthers() {
        assertThat(incremental("others")).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
        assertThat(incremental("mine")).isEqualTo(Errors.NONE);
    }

    private Errors incremental(String quarantine) {
        var body = new IncrementalAlterConfigsRequestData();
        var resource =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(ConfigResource.Type.TOPIC.id())
                        .setResourceName("own");
        resource.configs()
                .add(
                        new IncrementalAlterConfigsRequestData.AlterableConfig()
                                .setName(KEY)
                                .setValue(quarantine));
        body.resources().add(resource);
        return Errors.forCode(
                FakeRequest.ask(
                                new IncrementalAlterConfigs(
                                        node.quorum, node.images, NOT_TO_OTHERS),
                                body,
                                IncrementalAlterConfigsResponseData.class)
                        .responses()
                        .getFirst()
                        .errorCode());
    }

    @Test
    void allSettingsAreNotReplacedByOneThatNamesATopicOfOthers() {
        var body = new AlterConfigsRequestData();
        var resource =
                new AlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(ConfigResource.Type.TOPIC.id())
                        .setResourceName("own");
        resource.configs()
                .add(new AlterConfigsRequestData.AlterableConfig().setName(KEY).setValue("others"));
        body.resources().add(resource);
        short error =
                FakeRequest.ask(
                                new AlterConfigs(node.quorum, node.images, NOT_TO_OTHERS),
                                body,
                                AlterConfigsResponseData.class)
                        .responses()
                        .getFirst()
                        .errorCode();
        assertThat(Errors.forCode(error)).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
    }

    @Test
    void aTopicIsNotMadeWithAQuarantineInATopicOfOthers() {
        CreatableTopic topic =
                new CreatableTopic()
                        .setName("new")
                        .setNumPartitions(1)
                        .setReplicationFactor((short) 1);
        topic.configs().add(new CreatableTopicConfig().setName(KEY).setValue("others"));
        CreateTopicsRequestData body = new CreateTopicsRequestData().setTimeoutMs(10_000);
        body.topics().add(topic);
        var answer =
                FakeRequest.ask(
                        new CreateTopics(
                                node.quorum, node.images, NOT_TO_OTHERS, ClientQuotas.none()),
                        body,
                        CreateTopicsResponseData.class);
        assertThat(answer.topics())
                .allMatch(each -> each.errorCode() == Errors.TOPIC_AUTHORIZATION_FAILED.code());
        assertThat(node.quorum.image().topic("new")).isNull();
    }
}
