package naru.quorum;

import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsRequest;
import org.apache.kafka.common.requests.AlterPartitionRequest;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.DeleteTopicsRequest;
import org.apache.kafka.common.requests.ElectLeadersRequest;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;
import org.apache.kafka.common.requests.ListPartitionReassignmentsRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;

import java.util.concurrent.CompletableFuture;

/**
 * Answers what comes to a controller listener. Whether the caller may ask was judged before.
 *
 * <p>A failed future stands for the request's error response.
 */
final class ControllerListener {
    private static final int NO_TIMEOUT_MILLIS = Integer.MAX_VALUE;

    private final ClusterController administration;
    private final NodeRequests nodes;
    private final SecurityRequests security;
    private final RaftRequests raft;

    ControllerListener(
            ClusterController administration,
            NodeRequests nodes,
            SecurityRequests security,
            RaftRequests raft) {
        this.administration = administration;
        this.nodes = nodes;
        this.security = security;
        this.raft = raft;
    }

    CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        try {
            return route(context, header, request);
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private CompletableFuture<ApiMessage> route(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        return switch (header.apiKey()) {
            case FETCH,
                    FETCH_SNAPSHOT,
                    VOTE,
                    BEGIN_QUORUM_EPOCH,
                    END_QUORUM_EPOCH,
                    DESCRIBE_QUORUM,
                    ADD_RAFT_VOTER,
                    REMOVE_RAFT_VOTER,
                    UPDATE_RAFT_VOTER ->
                    raft.handle(context, header, request.data());
            case BROKER_REGISTRATION,
                    BROKER_HEARTBEAT,
                    UNREGISTER_BROKER,
                    CONTROLLER_REGISTRATION,
                    ALLOCATE_PRODUCER_IDS,
                    ASSIGN_REPLICAS_TO_DIRS,
                    DESCRIBE_CLUSTER ->
                    nodes.handle(context, header, request);
            case ALTER_CLIENT_QUOTAS,
                    ALTER_USER_SCRAM_CREDENTIALS,
                    CREATE_DELEGATION_TOKEN,
                    RENEW_DELEGATION_TOKEN,
                    EXPIRE_DELEGATION_TOKEN ->
                    security.handle(context, header, request);
            default -> administer(context, header, request);
        };
    }

    private CompletableFuture<ApiMessage> administer(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        return switch (request) {
            case CreateTopicsRequest topics ->
                    message(
                            administration.createTopics(
                                    caller(context, header, topics.data().timeoutMs()),
                                    topics.data()));
            case DeleteTopicsRequest topics ->
                    message(
                            administration.deleteTopics(
                                    caller(context, header, topics.data().timeoutMs()),
                                    topics.data()));
            case CreatePartitionsRequest partitions ->
                    message(
                            administration.createPartitions(
                                    caller(context, header, partitions.data().timeoutMs()),
                                    partitions.data()));
            case ElectLeadersRequest election ->
                    message(
                            administration.electLeaders(
                                    caller(context, header, election.data().timeoutMs()),
                                    election.data()));
            case AlterPartitionReassignmentsRequest reassignments ->
                    message(
                            administration.alterPartitionReassignments(
                                    caller(context, header, reassignments.data().timeoutMs()),
                                    reassignments.data()));
            default -> administer(caller(context, header, NO_TIMEOUT_MILLIS), header, request);
        };
    }

    private CompletableFuture<ApiMessage> administer(
            ClusterController.Caller caller, RequestHeader header, AbstractRequest request) {
        return switch (request) {
            case AlterConfigsRequest configs ->
                    message(administration.alterConfigs(caller, configs.data()));
            case IncrementalAlterConfigsRequest configs ->
                    message(administration.incrementalAlterConfigs(caller, configs.data()));
            case UpdateFeaturesRequest features ->
                    message(administration.updateFeatures(caller, features.data()));
            case AlterPartitionRequest partitions ->
                    message(administration.alterPartition(caller, partitions.data()));
            case ListPartitionReassignmentsRequest reassignments ->
                    message(
                            administration.listPartitionReassignments(
                                    caller, reassignments.data()));
            default -> unsupported(header.apiKey());
        };
    }

    private static CompletableFuture<ApiMessage> unsupported(ApiKeys api) {
        return CompletableFuture.failedFuture(
                new UnsupportedVersionException("A controller does not serve " + api.name + "."));
    }

    private static ClusterController.Caller caller(
            RequestContext context, RequestHeader header, int timeoutMillis) {
        return new ClusterController.Caller(
                context.principal(), header.clientId(), header.apiVersion(), timeoutMillis);
    }

    static CompletableFuture<ApiMessage> message(CompletableFuture<? extends ApiMessage> reply) {
        return reply.thenApply(ApiMessage.class::cast);
    }
}
