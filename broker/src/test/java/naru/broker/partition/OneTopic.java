package naru.broker.partition;

import naru.quorum.ClusterImage;
import naru.quorum.QuotaView;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Metadata of at most one topic with one partition, and of brokers if there are any. */
public record OneTopic(
        @Nullable String name,
        Uuid id,
        PartitionState state,
        List<BrokerNode> brokers,
        Map<String, String> settings)
        implements ClusterImage {
    public static final OneTopic NONE = of(null, Uuid.ZERO_UUID, -1, 0);

    /** A topic whose replica node 1 holds and this node leads, -1 for nobody. */
    public static OneTopic of(@Nullable String name, Uuid id, int leader, int leaderEpoch) {
        return new OneTopic(
                name,
                id,
                new PartitionState(
                        List.of(1),
                        List.of(1),
                        List.of(),
                        List.of(),
                        List.of(Uuid.ZERO_UUID),
                        leader,
                        leaderEpoch,
                        leaderEpoch,
                        List.of(),
                        List.of()),
                List.of(),
                Map.of());
    }

    OneTopic with(BrokerNode broker) {
        return new OneTopic(name, id, state, List.of(broker), settings);
    }

    /** The same, with these settings of its own. */
    OneTopic with(Map<String, String> own) {
        return new OneTopic(name, id, state, brokers, own);
    }

    private record OnePartition(String name, Uuid id, PartitionState state) implements Topic {
        @Override
        public int partitionCount() {
            return 1;
        }

        @Override
        public @Nullable PartitionState partition(int index) {
            return index == 0 ? state : null;
        }
    }

    @Override
    public @Nullable ScramCredential scramCredential(String mechanism, String user) {
        return null;
    }

    @Override
    public @Nullable TokenInformation delegationToken(String tokenId) {
        return null;
    }

    private @Nullable Topic only() {
        return name == null ? null : new OnePartition(name, id, state);
    }

    @Override
    public @Nullable Topic topic(String wanted) {
        return wanted.equals(name) ? only() : null;
    }

    @Override
    public @Nullable Topic topic(Uuid wanted) {
        return wanted.equals(id) ? only() : null;
    }

    @Override
    public Iterable<Topic> topics() {
        Topic only = only();
        return only == null ? List.of() : List.of(only);
    }

    @Override
    public int topicCount() {
        return name == null ? 0 : 1;
    }

    @Override
    public int partitionCount() {
        return topicCount();
    }

    @Override
    public long offset() {
        return 0;
    }

    @Override
    public @Nullable BrokerNode broker(int wanted) {
        return brokers.stream().filter(one -> one.id() == wanted).findFirst().orElse(null);
    }

    @Override
    public OptionalInt controllerId() {
        return OptionalInt.empty();
    }

    @Override
    public QuotaView quotas() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, String> config(ConfigResource resource) {
        return resource.name().equals(name) ? settings : Map.of();
    }

    @Override
    public Collection<ConfigResource> configuredResources(ConfigResource.Type type) {
        return List.of();
    }

    @Override
    public Map<String, Short> finalizedFeatures() {
        return Map.of();
    }

    @Override
    public Collection<AclBinding> accessRules() {
        return List.of();
    }

    @Override
    public DescribeUserScramCredentialsResponseData describeScramUsers(
            DescribeUserScramCredentialsRequestData request) {
        return new DescribeUserScramCredentialsResponseData();
    }

    @Override
    public Collection<TokenInformation> delegationTokens() {
        return List.of();
    }
}
