package naru.quorum;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/**
 * The active controller, wherever it runs. Requests and replies are Kafka's messages of the same
 * names. Topics a caller may not see have been taken out before.
 *
 * <p>Failures: the future fails with a Kafka {@code ApiException} when the request as a whole is
 * refused (no controller, time-out); errors of single topics are in the reply.
 */
public interface ClusterController {
    /**
     * On whose behalf a request is made.
     *
     * @param apiVersion version of the client's request, which decides what the reply may hold
     * @param timeoutMillis how long the caller waits
     * @param clientAddress where the client is that asked; null when it is this node that asks
     * @param partitionChanges told how many partitions each topic's change creates or deletes,
     *     before it is made, on the controller's thread; what it throws refuses the change. Where
     *     the active controller is another node, that one charges the client
     */
    record Caller(
            KafkaPrincipal principal,
            String clientId,
            short apiVersion,
            int timeoutMillis,
            @Nullable InetAddress clientAddress,
            IntConsumer partitionChanges) {
        /** This node itself. */
        public Caller(
                KafkaPrincipal principal, String clientId, short apiVersion, int timeoutMillis) {
            this(principal, clientId, apiVersion, timeoutMillis, null, partitions -> {});
        }
    }

    CompletableFuture<CreateTopicsResponseData> createTopics(
            Caller caller, CreateTopicsRequestData request);

    CompletableFuture<DeleteTopicsResponseData> deleteTopics(
            Caller caller, DeleteTopicsRequestData request);

    CompletableFuture<CreatePartitionsResponseData> createPartitions(
            Caller caller, CreatePartitionsRequestData request);

    CompletableFuture<IncrementalAlterConfigsResponseData> incrementalAlterConfigs(
            Caller caller, IncrementalAlterConfigsRequestData request);

    CompletableFuture<AlterConfigsResponseData> alterConfigs(
            Caller caller, AlterConfigsRequestData request);

    CompletableFuture<AlterClientQuotasResponseData> alterClientQuotas(
            Caller caller, AlterClientQuotasRequestData request);

    CompletableFuture<UpdateFeaturesResponseData> updateFeatures(
            Caller caller, UpdateFeaturesRequestData request);

    CompletableFuture<DescribeQuorumResponseData> describeQuorum(
            Caller caller, DescribeQuorumRequestData request);

    CompletableFuture<AddRaftVoterResponseData> addRaftVoter(
            Caller caller, AddRaftVoterRequestData request);

    CompletableFuture<RemoveRaftVoterResponseData> removeRaftVoter(
            Caller caller, RemoveRaftVoterRequestData request);

    CompletableFuture<AlterPartitionResponseData> alterPartition(
            Caller caller, AlterPartitionRequestData request);

    /** Tells where the replicas of this broker are among its folders (KIP-858). */
    CompletableFuture<AssignReplicasToDirsResponseData> assignReplicasToDirs(
            Caller caller, AssignReplicasToDirsRequestData request);

    CompletableFuture<ElectLeadersResponseData> electLeaders(
            Caller caller, ElectLeadersRequestData request);

    CompletableFuture<AlterPartitionReassignmentsResponseData> alterPartitionReassignments(
            Caller caller, AlterPartitionReassignmentsRequestData request);

    CompletableFuture<ListPartitionReassignmentsResponseData> listPartitionReassignments(
            Caller caller, ListPartitionReassignmentsRequestData request);

    /** Adds rules of who may do what; the outcome of each, in their order. */
    CompletableFuture<List<AclCreateResult>> createAcls(Caller caller, List<AclBinding> rules);

    /** Removes the rules that a filter matches; the outcome of each filter, in their order. */
    CompletableFuture<List<AclDeleteResult>> deleteAcls(
            Caller caller, List<AclBindingFilter> filters);

    CompletableFuture<AlterUserScramCredentialsResponseData> alterUserScramCredentials(
            Caller caller, AlterUserScramCredentialsRequestData request);

    CompletableFuture<CreateDelegationTokenResponseData> createDelegationToken(
            Caller caller, CreateDelegationTokenRequestData request);

    CompletableFuture<RenewDelegationTokenResponseData> renewDelegationToken(
            Caller caller, RenewDelegationTokenRequestData request);

    CompletableFuture<ExpireDelegationTokenResponseData> expireDelegationToken(
            Caller caller, ExpireDelegationTokenRequestData request);

    /** Forgets a broker; partitions that it led get another leader. */
    CompletableFuture<Void> unregisterBroker(Caller caller, int brokerId);

    /** A block of producer ids that no one else will be given. */
    CompletableFuture<ProducerIdBlock> allocateProducerIds();

    record ProducerIdBlock(long first, int size) {}
}
