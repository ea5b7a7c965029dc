package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.access.EverybodyMay;
import naru.broker.config.ConfigValidator;
import naru.broker.config.DynamicConfig;
import naru.broker.config.NodeConfig;
import naru.broker.quota.ClientQuotas;
import naru.broker.transport.Request;
import naru.quorum.ClusterImage.BrokerEndpoint;
import naru.quorum.ControllerListeners;
import naru.quorum.KraftQuorum;
import naru.quorum.QuorumOptions;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.resource.ResourceType;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A real quorum of one voter with one registered broker, and what the handlers need beside it. */
final class OneNode implements AutoCloseable {
    static final Access EVERYBODY = new EverybodyMay();

    /** Nobody may do anything. */
    static final Access NOBODY =
            new Access() {
                @Override
                public boolean allowed(
                        Request request, AclOperation operation, ResourceType type, String name) {
                    return false;
                }

                @Override
                public boolean permitted(
                        Request request, AclOperation operation, ResourceType type, String name) {
                    return false;
                }

                @Override
                public boolean allowedOnAny(
                        Request request, AclOperation operation, ResourceType type) {
                    return false;
                }

                @Override
                public Set<AclOperation> allowedOperations(
                        Request request, ResourceType type, String name) {
                    return Set.of();
                }
            };

    final DynamicConfig config;
    final KraftQuorum quorum;
    final ImageWait images;
    final Addresses addresses;

    /** Id of the data folder in which the metadata place all replicas. */
    Uuid directoryId() {
        return quorum.directoryIds().values().iterator().next();
    }

    OneNode(Path folder, Map<String, String> properties) throws Exception {
        config = new DynamicConfig(NodeConfig.parse(properties));
        quorum =
                KraftQuorum.open(
                        new QuorumOptions(
                                config.current().nodeId(),
                                null,
                                ControllerListeners.of(
                                        new BrokerEndpoint(
                                                "CONTROLLER", "127.0.0.1", 19093, "PLAINTEXT")),
                                List.of(folder),
                                config.current().layers().node(),
                                new ConfigValidator(config::current).rules(),
                                (message, cause) -> {}));
        images = new ImageWait(quorum);
        addresses = new Addresses(config::current);
        quorum.subscribe(config);
        quorum.subscribe(images);
        quorum.register(
                        List.of(new BrokerEndpoint("PLAINTEXT", "127.0.0.1", 1, "PLAINTEXT")),
                        List.copyOf(quorum.directoryIds().values()))
                .get(30, TimeUnit.SECONDS);
    }

    CreatableTopicResult create(CreatableTopic topic) {
        CreateTopicsRequestData body = new CreateTopicsRequestData().setTimeoutMs(30_000);
        body.topics().add(topic);
        return FakeRequest.ask(
                        new CreateTopics(quorum, images, EVERYBODY, ClientQuotas.none()),
                        body,
                        CreateTopicsResponseData.class)
                .topics()
                .iterator()
                .next();
    }

    CreatableTopicResult create(String name, int partitions) {
        return create(topic(name, partitions, 1));
    }

    static CreatableTopic topic(String name, int partitions, int replicas) {
        return new CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) replicas);
    }

    @Override
    public void close() {
        quorum.close();
    }
}
