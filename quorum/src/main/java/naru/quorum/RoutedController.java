package naru.quorum;

import naru.quorum.network.ControllerNetwork.Lane;
import naru.quorum.network.MessageRequest;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
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
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The active controller for every caller on this node, wherever it is.
 *
 * <p>Threads: any; replies come on the controller's thread, the network's or the timer's.
 */
final class RoutedController implements ClusterController {
    private static final int OWN_TIMEOUT_MILLIS = 30_000;

    private final int nodeId;
    private final ActiveController active;
    private final RoutedCalls calls;
    private final LongSupplier brokerEpoch;

    RoutedController(
            int nodeId, ActiveController active, RoutedCalls calls, LongSupplier brokerEpoch) {
        this.nodeId = nodeId;
        this.active = active;
        this.calls = calls;
        this.brokerEpoch = brokerEpoch;
    }

    /** Asks in-process when the active controller is here, and else with this request. */
    private <T> CompletableFuture<T> route(
            Caller caller,
            ApiMessage request,
            Class<T> answer,
            Function<LocalController, CompletableFuture<T>> here) {
        return route(caller, request, answer::cast, here);
    }

    private <T> CompletableFuture<T> route(
            Caller caller,
            ApiMessage request,
            Function<ApiMessage, T> answer,
            Function<LocalController, CompletableFuture<T>> here) {
        return calls.start(
                caller.timeoutMillis(),
                () ->
                        switch (active.place()) {
                            case ActiveController.Place.Here(ControllerPart part) ->
                                    here.apply(part.administration());
                            case ActiveController.Place.There(Node node) ->
                                    active.askThere(node, caller, request).thenApply(answer);
                            case ActiveController.Place.Nowhere nowhere -> nowhere.failure();
                        });
    }

    /** For what is of this broker and not of a client. */
    private <T> CompletableFuture<T> routeOwn(
            Caller caller,
            Lane lane,
            ApiMessage request,
            Function<ApiMessage, T> answer,
            Function<LocalController, CompletableFuture<T>> here) {
        return calls.start(
                caller.timeoutMillis(),
                () ->
                        switch (active.place()) {
                            case ActiveController.Place.Here(ControllerPart part) ->
                                    here.apply(part.administration());
                            case ActiveController.Place.There(Node node) ->
                                    active.direct(node, lane, new MessageRequest(request))
                                            .thenApply(answer);
                            case ActiveController.Place.Nowhere nowhere -> nowhere.failure();
                        });
    }

    @Override
    public CompletableFuture<CreateTopicsResponseData> createTopics(
            Caller caller, CreateTopicsRequestData request) {
        return route(
                caller,
                request,
                CreateTopicsResponseData.class,
                here -> here.createTopics(caller, request));
    }

    @Override
    public CompletableFuture<DeleteTopicsResponseData> deleteTopics(
            Caller caller, DeleteTopicsRequestData request) {
        return route(
                caller,
                request,
                DeleteTopicsResponseData.class,
                here -> here.deleteTopics(caller, request));
    }

    @Override
    public CompletableFuture<CreatePartitionsResponseData> createPartitions(
            Caller caller, CreatePartitionsRequestData request) {
        return route(
                caller,
                request,
                CreatePartitionsResponseData.class,
                here -> here.createPartitions(caller, request));
    }

    @Override
    public CompletableFuture<IncrementalAlterConfigsResponseData> incrementalAlterConfigs(
            Caller caller, IncrementalAlterConfigsRequestData request) {
        return route(
                caller,
                request,
                IncrementalAlterConfigsResponseData.class,
                here -> here.incrementalAlterConfigs(caller, request));
    }

    @Override
    public CompletableFuture<AlterConfigsResponseData> alterConfigs(
            Caller caller, AlterConfigsRequestData request) {
        return route(
                caller,
                request,
                AlterConfigsResponseData.class,
                here -> here.alterConfigs(caller, request));
    }

    @Override
    public CompletableFuture<AlterClientQuotasResponseData> alterClientQuotas(
            Caller caller, AlterClientQuotasRequestData request) {
        return route(
                caller,
                request,
                AlterClientQuotasResponseData.class,
                here -> here.alterClientQuotas(caller, request));
    }

    @Override
    public CompletableFuture<UpdateFeaturesResponseData> updateFeatures(
            Caller caller, UpdateFeaturesRequestData request) {
        return route(
                caller,
                request,
                UpdateFeaturesResponseData.class,
                here -> here.updateFeatures(caller, request));
    }

    @Override
    public CompletableFuture<DescribeQuorumResponseData> describeQuorum(
            Caller caller, DescribeQuorumRequestData request) {
        return route(
                caller,
                request,
                DescribeQuorumResponseData.class,
                here -> here.describeQuorum(caller, request));
    }

    @Override
    public CompletableFuture<AddRaftVoterResponseData> addRaftVoter(
            Caller caller, AddRaftVoterRequestData request) {
        return route(
                caller,
                request,
                AddRaftVoterResponseData.class,
                here -> here.addRaftVoter(caller, request));
    }

    @Override
    public CompletableFuture<RemoveRaftVoterResponseData> removeRaftVoter(
            Caller caller, RemoveRaftVoterRequestData request) {
        return route(
                caller,
                request,
                RemoveRaftVoterResponseData.class,
                here -> here.removeRaftVoter(caller, request));
    }

    @Override
    public CompletableFuture<AlterPartitionResponseData> alterPartition(
            Caller caller, AlterPartitionRequestData request) {
        return routeOwn(
                caller,
                Lane.PARTITIONS,
                request,
                AlterPartitionResponseData.class::cast,
                here -> here.alterPartition(caller, request));
    }

    @Override
    public CompletableFuture<AssignReplicasToDirsResponseData> assignReplicasToDirs(
            Caller caller, AssignReplicasToDirsRequestData request) {
        return routeOwn(
                caller,
                Lane.PARTITIONS,
                request,
                AssignReplicasToDirsResponseData.class::cast,
                here -> here.assignReplicasToDirs(caller, request));
    }

    @Override
    public CompletableFuture<ElectLeadersResponseData> electLeaders(
            Caller caller, ElectLeadersRequestData request) {
        return route(
                caller,
                request,
                ElectLeadersResponseData.class,
                here -> here.electLeaders(caller, request));
    }

    @Override
    public CompletableFuture<AlterPartitionReassignmentsResponseData> alterPartitionReassignments(
            Caller caller, AlterPartitionReassignmentsRequestData request) {
        return route(
                caller,
                request,
                AlterPartitionReassignmentsResponseData.class,
                here -> here.alterPartitionReassignments(caller, request));
    }

    @Override
    public CompletableFuture<ListPartitionReassignmentsResponseData> listPartitionReassignments(
            Caller caller, ListPartitionReassignmentsRequestData request) {
        return route(
                caller,
                request,
                ListPartitionReassignmentsResponseData.class,
                here -> here.listPartitionReassignments(caller, request));
    }

    @Override
    public CompletableFuture<List<AclCreateResult>> createAcls(
            Caller caller, List<AclBinding> rules) {
        return route(
                caller,
                AccessRuleMessages.creation(rules),
                AccessRuleMessages::created,
                here -> here.createAcls(caller, rules));
    }

    @Override
    public CompletableFuture<List<AclDeleteResult>> deleteAcls(
            Caller caller, List<AclBindingFilter> filters) {
        return route(
                caller,
                AccessRuleMessages.deletion(filters),
                AccessRuleMessages::deleted,
                here -> here.deleteAcls(caller, filters));
    }

    @Override
    public CompletableFuture<AlterUserScramCredentialsResponseData> alterUserScramCredentials(
            Caller caller, AlterUserScramCredentialsRequestData request) {
        return route(
                caller,
                request,
                AlterUserScramCredentialsResponseData.class,
                here -> here.alterUserScramCredentials(caller, request));
    }

    @Override
    public CompletableFuture<CreateDelegationTokenResponseData> createDelegationToken(
            Caller caller, CreateDelegationTokenRequestData request) {
        return route(
                caller,
                request,
                CreateDelegationTokenResponseData.class,
                here -> here.createDelegationToken(caller, request));
    }

    @Override
    public CompletableFuture<RenewDelegationTokenResponseData> renewDelegationToken(
            Caller caller, RenewDelegationTokenRequestData request) {
        return route(
                caller,
                request,
                RenewDelegationTokenResponseData.class,
                here -> here.renewDelegationToken(caller, request));
    }

    @Override
    public CompletableFuture<ExpireDelegationTokenResponseData> expireDelegationToken(
            Caller caller, ExpireDelegationTokenRequestData request) {
        return route(
                caller,
                request,
                ExpireDelegationTokenResponseData.class,
                here -> here.expireDelegationToken(caller, request));
    }

    // A future of nothing holds null.
    @SuppressWarnings("NullAway")
    @Override
    public CompletableFuture<Void> unregisterBroker(Caller caller, int brokerId) {
        return route(
                caller,
                new UnregisterBrokerRequestData().setBrokerId(brokerId),
                answer -> null,
                here -> here.unregisterBroker(caller, brokerId));
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        AllocateProducerIdsRequestData request =
                new AllocateProducerIdsRequestData()
                        .setBrokerId(nodeId)
                        .setBrokerEpoch(brokerEpoch.getAsLong());
        Caller self =
                new Caller(
                        KafkaPrincipal.ANONYMOUS,
                        "naru",
                        ApiKeys.ALLOCATE_PRODUCER_IDS.latestVersion(),
                        OWN_TIMEOUT_MILLIS);
        return routeOwn(
                self,
                Lane.PARTITIONS,
                request,
                answer -> block((AllocateProducerIdsResponseData) answer),
                LocalController::allocateProducerIds);
    }

    private static ProducerIdBlock block(AllocateProducerIdsResponseData answer) {
        return new ProducerIdBlock(answer.producerIdStart(), answer.producerIdLen());
    }
}
