package naru.simulation.node;

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

/** Metadata with topics and nothing of users, quotas and features. */
public abstract class BareImage implements ClusterImage {
    @Override
    public @Nullable Topic topic(Uuid id) {
        for (Topic topic : topics()) {
            if (topic.id().equals(id)) {
                return topic;
            }
        }
        return null;
    }

    @Override
    public int topicCount() {
        int count = 0;
        for (Topic topic : topics()) {
            count += topic == null ? 0 : 1;
        }
        return count;
    }

    @Override
    public int partitionCount() {
        int count = 0;
        for (Topic topic : topics()) {
            count += topic.partitionCount();
        }
        return count;
    }

    @Override
    public OptionalInt controllerId() {
        return OptionalInt.empty();
    }

    @Override
    public Collection<ConfigResource> configuredResources(ConfigResource.Type type) {
        return List.of();
    }

    @Override
    public QuotaView quotas() {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable ScramCredential scramCredential(String mechanism, String user) {
        return null;
    }

    @Override
    public @Nullable TokenInformation delegationToken(String tokenId) {
        return null;
    }

    @Override
    public Collection<AclBinding> accessRules() {
        return List.of();
    }

    @Override
    public DescribeUserScramCredentialsResponseData describeScramUsers(
            DescribeUserScramCredentialsRequestData request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Collection<TokenInformation> delegationTokens() {
        return List.of();
    }

    @Override
    public Map<String, Short> finalizedFeatures() {
        return Map.of();
    }
}
