package naru.quorum;

import org.apache.kafka.common.DirectoryId;
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

/** The cluster's metadata at one offset of the metadata log. Immutable; look-ups do not copy. */
public interface ClusterImage {
    /** Offset of the last metadata record that is in this image, -1 when none is. */
    long offset();

    Collection<BrokerNode> brokers();

    @Nullable BrokerNode broker(int id);

    /** Node that leads the metadata quorum. */
    OptionalInt controllerId();

    int topicCount();

    int partitionCount();

    /** In order of names. */
    Iterable<Topic> topics();

    @Nullable Topic topic(String name);

    @Nullable Topic topic(Uuid id);

    /** What was set dynamically for this resource; empty when nothing was. */
    Map<String, String> config(ConfigResource resource);

    /** Resources of this type for which something was set dynamically. */
    Collection<ConfigResource> configuredResources(ConfigResource.Type type);

    /** Quotas of users, client ids and addresses. */
    QuotaView quotas();

    /** Finalized feature levels by name, {@code metadata.version} and {@code kraft.version} too. */
    Map<String, Short> finalizedFeatures();

    /**
     * What proves that somebody knows the user's password; null when there is no such user.
     *
     * @param mechanism SCRAM-SHA-256 or SCRAM-SHA-512
     */
    @Nullable ScramCredential scramCredential(String mechanism, String user);

    /** Null when there is no such token, which may be one that has expired. */
    @Nullable TokenInformation delegationToken(String tokenId);

    /** Rules of who may do what, in no order. */
    Collection<AclBinding> accessRules();

    /** Users who log in by SCRAM and their mechanisms; no secrets. */
    DescribeUserScramCredentialsResponseData describeScramUsers(
            DescribeUserScramCredentialsRequestData request);

    /** Delegation tokens as they are known by their ids; no secrets. */
    Collection<TokenInformation> delegationTokens();

    /** A topic and the state of its partitions. */
    interface Topic {
        String name();

        Uuid id();

        int partitionCount();

        @Nullable PartitionState partition(int index);
    }

    /**
     * @param leader id of the leading broker, or -1 when there is none
     * @param directories one for each replica
     * @param addingReplicas those of {@code replicas} that are on their way
     * @param removingReplicas those of {@code replicas} that go when all have come
     */
    record PartitionState(
            List<Integer> replicas,
            List<Integer> inSyncReplicas,
            List<Integer> eligibleLeaderReplicas,
            List<Integer> lastKnownEligibleLeaderReplicas,
            List<Uuid> directories,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            List<Integer> addingReplicas,
            List<Integer> removingReplicas) {
        /** Whether replicas come or go. */
        public boolean isReassigning() {
            return !addingReplicas.isEmpty() || !removingReplicas.isEmpty();
        }

        /**
         * Id of the data folder in which this broker has its replica; null when it has none, or
         * nobody has said yet which. An id that no folder has stands for one that was lost.
         */
        public @Nullable Uuid directoryOf(int broker) {
            int index = replicas.indexOf(broker);
            Uuid id = index < 0 || index >= directories.size() ? null : directories.get(index);
            return DirectoryId.MIGRATING.equals(id) || DirectoryId.UNASSIGNED.equals(id)
                    ? null
                    : id;
        }
    }

    /**
     * A registered broker.
     *
     * @param directories ids of its data folders that work, sorted; none when it does not tell them
     * @param takesReplicas whether it may get new ones: not all of those folders are cordoned
     */
    record BrokerNode(
            int id,
            long epoch,
            boolean fenced,
            boolean inControlledShutdown,
            @Nullable String rack,
            List<BrokerEndpoint> endpoints,
            List<Uuid> directories,
            boolean takesReplicas) {
        /** Whether its replica of this partition is in a data folder that works. */
        public boolean hasOnline(PartitionState partition) {
            Uuid directory = partition.directoryOf(id);
            return directory == null || DirectoryId.isOnline(directory, directories);
        }

        public @Nullable BrokerEndpoint endpoint(String listenerName) {
            for (BrokerEndpoint endpoint : endpoints) {
                if (endpoint.listenerName().equals(listenerName)) {
                    return endpoint;
                }
            }
            return null;
        }
    }

    /**
     * @param securityProtocol PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
     */
    record BrokerEndpoint(String listenerName, String host, int port, String securityProtocol) {}
}
