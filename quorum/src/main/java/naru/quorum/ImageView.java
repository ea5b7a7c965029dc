package naru.quorum;

import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.apache.kafka.image.ClientQuotasImage;
import org.apache.kafka.image.ConfigurationImage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.DelegationTokenData;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.ScramCredentialData;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** A {@link ClusterImage} that looks into Kafka's own. What it derives, it derives once. */
final class ImageView implements ClusterImage {
    private final MetadataImage metadata;
    private final OptionalInt controllerId;
    private final short kraftVersion;
    private volatile @Nullable List<Topic> sortedTopics;
    private volatile @Nullable Map<String, Short> features;
    private volatile int partitionCount = -1;

    ImageView(MetadataImage metadata, OptionalInt controllerId, short kraftVersion) {
        this.metadata = metadata;
        this.controllerId = controllerId;
        this.kraftVersion = kraftVersion;
    }

    static ImageView empty() {
        return new ImageView(MetadataImage.EMPTY, OptionalInt.empty(), (short) 0);
    }

    MetadataImage metadata() {
        return metadata;
    }

    @Override
    public long offset() {
        return metadata.offset();
    }

    @Override
    public Collection<BrokerNode> brokers() {
        return metadata.cluster().brokers().values().stream().map(ImageView::node).toList();
    }

    @Override
    public @Nullable BrokerNode broker(int id) {
        BrokerRegistration registration = metadata.cluster().broker(id);
        return registration == null ? null : node(registration);
    }

    /** Ids of the controllers that have registered, voters and those to be. */
    Set<Integer> controllers() {
        return metadata.cluster().controllers().keySet();
    }

    @Override
    public OptionalInt controllerId() {
        return controllerId;
    }

    @Override
    public int topicCount() {
        return metadata.topics().topicsById().size();
    }

    @Override
    public int partitionCount() {
        int count = partitionCount;
        if (count < 0) {
            count = 0;
            for (TopicImage topic : metadata.topics().topicsById().values()) {
                count += topic.partitions().size();
            }
            partitionCount = count;
        }
        return count;
    }

    @Override
    public Iterable<Topic> topics() {
        List<Topic> topics = sortedTopics;
        if (topics == null) {
            topics =
                    metadata.topics().topicsById().values().stream()
                            .<Topic>map(TopicView::new)
                            .sorted(Comparator.comparing(Topic::name))
                            .toList();
            sortedTopics = topics;
        }
        return topics;
    }

    @Override
    public @Nullable Topic topic(String name) {
        TopicImage topic = metadata.topics().getTopic(name);
        return topic == null ? null : new TopicView(topic);
    }

    @Override
    public @Nullable Topic topic(Uuid id) {
        TopicImage topic = metadata.topics().getTopic(id);
        return topic == null ? null : new TopicView(topic);
    }

    @Override
    public Map<String, String> config(ConfigResource resource) {
        ConfigurationImage config = metadata.configs().resourceData().get(resource);
        return config == null ? Map.of() : config.toMap();
    }

    @Override
    public Collection<ConfigResource> configuredResources(ConfigResource.Type type) {
        return metadata.configs().resourceData().keySet().stream()
                .filter(resource -> resource.type() == type)
                .toList();
    }

    @Override
    public QuotaView quotas() {
        return new QuotasOfImage(metadata.clientQuotas());
    }

    /** Images share what did not change between them, so that to compare is quick as a rule. */
    private record QuotasOfImage(ClientQuotasImage image) implements QuotaView {
        @Override
        public Map<ClientQuotaEntity, Map<String, Double>> byEntity() {
            Map<ClientQuotaEntity, Map<String, Double>> quotas = new HashMap<>();
            image.entities().forEach((entity, values) -> quotas.put(entity, values.quotas()));
            return quotas;
        }

        @Override
        public DescribeClientQuotasResponseData describe(DescribeClientQuotasRequestData request) {
            return image.describe(request);
        }
    }

    @Override
    public Map<String, Short> finalizedFeatures() {
        Map<String, Short> levels = features;
        if (levels == null) {
            Map<String, Short> all = new HashMap<>(metadata.features().finalizedVersions());
            metadata.features()
                    .metadataVersion()
                    .ifPresent(version ->
                            all.put(MetadataVersion.FEATURE_NAME, version.featureLevel()));
            if (kraftVersion > 0) {
                all.put(KRaftVersion.FEATURE_NAME, kraftVersion);
            }
            levels = Map.copyOf(all);
            features = levels;
        }
        return levels;
    }

    @Override
    public @Nullable ScramCredential scramCredential(String mechanism, String user) {
        Map<String, ScramCredentialData> users =
                metadata.scram().mechanisms().get(ScramMechanism.fromMechanismName(mechanism));
        ScramCredentialData credential = users == null ? null : users.get(user);
        return credential == null ? null : credential.toCredential();
    }

    @Override
    public @Nullable TokenInformation delegationToken(String tokenId) {
        DelegationTokenData token = metadata.delegationTokens().tokens().get(tokenId);
        return token == null ? null : token.tokenInformation();
    }

    @Override
    public Collection<AclBinding> accessRules() {
        return metadata.acls().acls().values().stream().map(StandardAcl::toBinding).toList();
    }

    @Override
    public DescribeUserScramCredentialsResponseData describeScramUsers(
            DescribeUserScramCredentialsRequestData request) {
        return metadata.scram().describe(request);
    }

    @Override
    public Collection<TokenInformation> delegationTokens() {
        return metadata.delegationTokens().tokens().values().stream()
                .map(DelegationTokenData::tokenInformation)
                .toList();
    }

    private static BrokerNode node(BrokerRegistration broker) {
        return new BrokerNode(
                broker.id(),
                broker.epoch(),
                broker.fenced(),
                broker.inControlledShutdown(),
                broker.rack().orElse(null),
                broker.listeners().entrySet().stream()
                        .map(listener -> endpoint(listener.getKey(), listener.getValue()))
                        .toList(),
                broker.directories());
    }

    private static BrokerEndpoint endpoint(String listenerName, Endpoint endpoint) {
        return new BrokerEndpoint(
                listenerName, endpoint.host(), endpoint.port(), endpoint.securityProtocol().name);
    }

    static PartitionState partition(PartitionRegistration partition) {
        return new PartitionState(
                new NodeIds(partition.replicas),
                new NodeIds(partition.isr),
                new NodeIds(partition.elr),
                new NodeIds(partition.lastKnownElr),
                List.of(partition.directories),
                partition.leader,
                partition.leaderEpoch,
                partition.partitionEpoch,
                new NodeIds(partition.addingReplicas),
                new NodeIds(partition.removingReplicas));
    }

    private record TopicView(TopicImage topic) implements Topic {
        @Override
        public String name() {
            return topic.name();
        }

        @Override
        public Uuid id() {
            return topic.id();
        }

        @Override
        public int partitionCount() {
            return topic.partitions().size();
        }

        @Override
        public @Nullable PartitionState partition(int index) {
            PartitionRegistration partition = topic.partitions().get(index);
            return partition == null ? null : ImageView.partition(partition);
        }
    }

    @Override
    public String toString() {
        return "ImageView[offset=%d, brokers=%s, topics=%d]"
                .formatted(
                        offset(),
                        Arrays.toString(metadata.cluster().brokers().keySet().toArray()),
                        topicCount());
    }
}
