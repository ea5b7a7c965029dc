package naru.quorum;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
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
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
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
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * The controller of this process. Answers as a Kafka controller does; where this node is not the
 * active controller, futures fail with {@code NotControllerException}.
 *
 * <p>Threads: any; replies come on the controller's thread.
 */
final class LocalController implements ClusterController {
    private static final short FIRST_VERSION_THAT_KNOWS_DELETION_DISABLED = 3;

    /**
     * What brokers are asked for may cordon data folders; of others Kafka's controller takes only
     * the contrary, as it does not know the folders. Ours need not be known to be ignored.
     */
    private static final boolean BY_A_BROKER = true;

    private final int nodeId;
    private final Controller controller;
    private final RaftRequests raft;
    private final boolean topicsMayBeDeleted;
    private final LongSupplier brokerEpoch;

    LocalController(
            int nodeId,
            Controller controller,
            RaftRequests raft,
            boolean topicsMayBeDeleted,
            LongSupplier brokerEpoch) {
        this.nodeId = nodeId;
        this.controller = controller;
        this.raft = raft;
        this.topicsMayBeDeleted = topicsMayBeDeleted;
        this.brokerEpoch = brokerEpoch;
    }

    @Override
    public CompletableFuture<CreateTopicsResponseData> createTopics(
            Caller caller, CreateTopicsRequestData request) {
        Set<String> names = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        for (CreatableTopic topic : request.topics()) {
            if (!names.add(topic.name())) {
                repeated.add(topic.name());
            }
        }
        CreateTopicsRequestData permitted = request.duplicate();
        permitted
                .topics()
                .removeIf(
                        topic -> repeated.contains(topic.name()) || isMetadataTopic(topic.name()));
        return controller
                .createTopics(Requests.of(ApiKeys.CREATE_TOPICS, caller), permitted, names, false)
                .thenApply(reply -> {
                    for (String name : repeated) {
                        reply.topics()
                                .add(
                                        refusedTopic(
                                                name,
                                                Errors.INVALID_REQUEST,
                                                "Duplicate topic name."));
                    }
                    if (names.contains(Topic.CLUSTER_METADATA_TOPIC_NAME)
                            && !repeated.contains(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
                        reply.topics()
                                .add(
                                        refusedTopic(
                                                Topic.CLUSTER_METADATA_TOPIC_NAME,
                                                Errors.TOPIC_AUTHORIZATION_FAILED,
                                                "Authorization failed."));
                    }
                    return reply;
                });
    }

    private static boolean isMetadataTopic(String name) {
        return name.equals(Topic.CLUSTER_METADATA_TOPIC_NAME);
    }

    private static CreatableTopicResult refusedTopic(String name, Errors error, String reason) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(reason);
    }

    @Override
    public CompletableFuture<DeleteTopicsResponseData> deleteTopics(
            Caller caller, DeleteTopicsRequestData request) {
        if (!topicsMayBeDeleted) {
            return CompletableFuture.failedFuture(
                    caller.apiVersion() < FIRST_VERSION_THAT_KNOWS_DELETION_DISABLED
                            ? new InvalidRequestException("Topic deletion is disabled.")
                            : new TopicDeletionDisabledException());
        }
        return new TopicDeletion(controller, Requests.of(ApiKeys.DELETE_TOPICS, caller), request)
                .run();
    }

    @Override
    public CompletableFuture<CreatePartitionsResponseData> createPartitions(
            Caller caller, CreatePartitionsRequestData request) {
        Set<String> names = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        for (CreatePartitionsTopic topic : request.topics()) {
            if (!names.add(topic.name())) {
                repeated.add(topic.name());
            }
        }
        List<CreatePartitionsTopic> topics =
                request.topics().stream()
                        .filter(topic -> !repeated.contains(topic.name()))
                        .map(CreatePartitionsTopic::duplicate)
                        .toList();
        return controller
                .createPartitions(
                        Requests.of(ApiKeys.CREATE_PARTITIONS, caller),
                        topics,
                        request.validateOnly())
                .thenApply(outcome -> {
                    List<CreatePartitionsTopicResult> results = new ArrayList<>(outcome);
                    for (String name : repeated) {
                        results.add(
                                new CreatePartitionsTopicResult()
                                        .setName(name)
                                        .setErrorCode(Errors.INVALID_REQUEST.code())
                                        .setErrorMessage("Duplicate topic name."));
                    }
                    return new CreatePartitionsResponseData().setResults(results);
                });
    }

    @Override
    public CompletableFuture<IncrementalAlterConfigsResponseData> incrementalAlterConfigs(
            Caller caller, IncrementalAlterConfigsRequestData request) {
        var alteration = ConfigAlteration.of(request);
        return controller
                .incrementalAlterConfigs(
                        Requests.of(ApiKeys.INCREMENTAL_ALTER_CONFIGS, caller),
                        alteration.changes(),
                        request.validateOnly(),
                        BY_A_BROKER)
                .thenApply(outcome -> {
                    var reply = new IncrementalAlterConfigsResponseData();
                    for (ConfigAlteration.Answer answer : alteration.answers(outcome)) {
                        reply.responses()
                                .add(
                                        new IncrementalAlterConfigsResponseData
                                                        .AlterConfigsResourceResponse()
                                                .setResourceType(answer.type())
                                                .setResourceName(answer.name())
                                                .setErrorCode(answer.error().error().code())
                                                .setErrorMessage(answer.message()));
                    }
                    return reply;
                });
    }

    @Override
    public CompletableFuture<AlterConfigsResponseData> alterConfigs(
            Caller caller, AlterConfigsRequestData request) {
        var alteration = ConfigAlteration.of(request);
        return controller
                .legacyAlterConfigs(
                        Requests.of(ApiKeys.ALTER_CONFIGS, caller),
                        alteration.changes(),
                        request.validateOnly(),
                        BY_A_BROKER)
                .thenApply(outcome -> {
                    var reply = new AlterConfigsResponseData();
                    for (ConfigAlteration.Answer answer : alteration.answers(outcome)) {
                        reply.responses()
                                .add(
                                        new AlterConfigsResponseData.AlterConfigsResourceResponse()
                                                .setResourceType(answer.type())
                                                .setResourceName(answer.name())
                                                .setErrorCode(answer.error().error().code())
                                                .setErrorMessage(answer.message()));
                    }
                    return reply;
                });
    }

    @Override
    public CompletableFuture<AlterClientQuotasResponseData> alterClientQuotas(
            Caller caller, AlterClientQuotasRequestData request) {
        AlterClientQuotasRequest asked = new AlterClientQuotasRequest(request, caller.apiVersion());
        return controller
                .alterClientQuotas(
                        Requests.of(ApiKeys.ALTER_CLIENT_QUOTAS, caller),
                        asked.entries(),
                        request.validateOnly())
                .thenApply(
                        outcome -> AlterClientQuotasResponse.fromQuotaEntities(outcome, 0).data());
    }

    @Override
    public CompletableFuture<UpdateFeaturesResponseData> updateFeatures(
            Caller caller, UpdateFeaturesRequestData request) {
        return controller.updateFeatures(Requests.of(ApiKeys.UPDATE_FEATURES, caller), request);
    }

    @Override
    public CompletableFuture<DescribeQuorumResponseData> describeQuorum(
            Caller caller, DescribeQuorumRequestData request) {
        return raft.send(ApiKeys.DESCRIBE_QUORUM, caller, request)
                .thenApply(DescribeQuorumResponseData.class::cast);
    }

    @Override
    public CompletableFuture<AddRaftVoterResponseData> addRaftVoter(
            Caller caller, AddRaftVoterRequestData request) {
        return raft.send(ApiKeys.ADD_RAFT_VOTER, caller, request)
                .thenApply(AddRaftVoterResponseData.class::cast);
    }

    @Override
    public CompletableFuture<RemoveRaftVoterResponseData> removeRaftVoter(
            Caller caller, RemoveRaftVoterRequestData request) {
        return raft.send(ApiKeys.REMOVE_RAFT_VOTER, caller, request)
                .thenApply(RemoveRaftVoterResponseData.class::cast);
    }

    @Override
    public CompletableFuture<AssignReplicasToDirsResponseData> assignReplicasToDirs(
            Caller caller, AssignReplicasToDirsRequestData request) {
        return controller.assignReplicasToDirs(
                Requests.of(ApiKeys.ASSIGN_REPLICAS_TO_DIRS, caller), request);
    }

    @Override
    public CompletableFuture<AlterPartitionResponseData> alterPartition(
            Caller caller, AlterPartitionRequestData request) {
        return controller.alterPartition(Requests.of(ApiKeys.ALTER_PARTITION, caller), request);
    }

    @Override
    public CompletableFuture<ElectLeadersResponseData> electLeaders(
            Caller caller, ElectLeadersRequestData request) {
        return controller.electLeaders(Requests.of(ApiKeys.ELECT_LEADERS, caller), request);
    }

    @Override
    public CompletableFuture<AlterPartitionReassignmentsResponseData> alterPartitionReassignments(
            Caller caller, AlterPartitionReassignmentsRequestData request) {
        return controller.alterPartitionReassignments(
                Requests.of(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, caller), request);
    }

    @Override
    public CompletableFuture<ListPartitionReassignmentsResponseData> listPartitionReassignments(
            Caller caller, ListPartitionReassignmentsRequestData request) {
        return controller.listPartitionReassignments(
                Requests.of(ApiKeys.LIST_PARTITION_REASSIGNMENTS, caller), request);
    }

    @Override
    public CompletableFuture<List<AclCreateResult>> createAcls(
            Caller caller, List<AclBinding> rules) {
        return controller.createAcls(Requests.of(ApiKeys.CREATE_ACLS, caller), rules);
    }

    @Override
    public CompletableFuture<List<AclDeleteResult>> deleteAcls(
            Caller caller, List<AclBindingFilter> filters) {
        return controller.deleteAcls(Requests.of(ApiKeys.DELETE_ACLS, caller), filters);
    }

    @Override
    public CompletableFuture<AlterUserScramCredentialsResponseData> alterUserScramCredentials(
            Caller caller, AlterUserScramCredentialsRequestData request) {
        return controller.alterUserScramCredentials(
                Requests.of(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, caller), request);
    }

    @Override
    public CompletableFuture<CreateDelegationTokenResponseData> createDelegationToken(
            Caller caller, CreateDelegationTokenRequestData request) {
        return controller.createDelegationToken(
                Requests.of(ApiKeys.CREATE_DELEGATION_TOKEN, caller), request);
    }

    @Override
    public CompletableFuture<RenewDelegationTokenResponseData> renewDelegationToken(
            Caller caller, RenewDelegationTokenRequestData request) {
        return controller.renewDelegationToken(
                Requests.of(ApiKeys.RENEW_DELEGATION_TOKEN, caller), request);
    }

    @Override
    public CompletableFuture<ExpireDelegationTokenResponseData> expireDelegationToken(
            Caller caller, ExpireDelegationTokenRequestData request) {
        return controller.expireDelegationToken(
                Requests.of(ApiKeys.EXPIRE_DELEGATION_TOKEN, caller), request);
    }

    @Override
    public CompletableFuture<Void> unregisterBroker(Caller caller, int brokerId) {
        return controller.unregisterBroker(
                Requests.of(ApiKeys.UNREGISTER_BROKER, caller), brokerId);
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        return controller
                .allocateProducerIds(
                        Requests.internal(ApiKeys.ALLOCATE_PRODUCER_IDS),
                        new AllocateProducerIdsRequestData()
                                .setBrokerId(nodeId)
                                .setBrokerEpoch(brokerEpoch.getAsLong()))
                .thenApply(reply -> {
                    Errors error = Errors.forCode(reply.errorCode());
                    if (error != Errors.NONE) {
                        throw error.exception();
                    }
                    return new ProducerIdBlock(reply.producerIdStart(), reply.producerIdLen());
                });
    }
}
