package naru.quorum;

import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.errors.UnsupportedEndpointTypeException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.ControllerRegistrationResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AllocateProducerIdsRequest;
import org.apache.kafka.common.requests.AssignReplicasToDirsRequest;
import org.apache.kafka.common.requests.BrokerHeartbeatRequest;
import org.apache.kafka.common.requests.BrokerRegistrationRequest;
import org.apache.kafka.common.requests.ControllerRegistrationRequest;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.UnregisterBrokerRequest;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.metadata.ControllerRegistration;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What other nodes of the cluster ask of a controller. */
final class NodeRequests {
    private final String clusterId;
    private final Controller controller;
    private final int heartbeatTimeoutMillis;
    private final Supplier<ImageView> image;
    private final DeadBrokers deadBrokers;

    NodeRequests(
            String clusterId,
            Controller controller,
            int heartbeatIntervalMillis,
            Supplier<ImageView> image,
            DeadBrokers deadBrokers) {
        this.clusterId = clusterId;
        this.controller = controller;
        this.heartbeatTimeoutMillis = heartbeatIntervalMillis / 2;
        this.image = image;
        this.deadBrokers = deadBrokers;
    }

    CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        ControllerRequestContext caller = Requests.of(context, header, OptionalLong.empty());
        return switch (request) {
            case BrokerRegistrationRequest registration ->
                    controller
                            .registerBroker(caller, registration.data())
                            .thenApply(reply ->
                                    new BrokerRegistrationResponseData()
                                            .setBrokerEpoch(reply.epoch()));
            case BrokerHeartbeatRequest heartbeat -> heartbeat(context, header, heartbeat);
            case UnregisterBrokerRequest unregistration ->
                    controller
                            .unregisterBroker(caller, unregistration.data().brokerId())
                            .thenApply(done -> new UnregisterBrokerResponseData());
            case ControllerRegistrationRequest registration ->
                    controller
                            .registerController(caller, registration.data())
                            .thenApply(done -> new ControllerRegistrationResponseData());
            case AllocateProducerIdsRequest ids ->
                    ControllerListener.message(controller.allocateProducerIds(caller, ids.data()));
            case AssignReplicasToDirsRequest assignment ->
                    ControllerListener.message(
                            controller.assignReplicasToDirs(caller, assignment.data()));
            case DescribeClusterRequest describe ->
                    CompletableFuture.completedFuture(describe(context, describe.data()));
            default -> throw new UnsupportedVersionException("Not of a node: " + header.apiKey());
        };
    }

    private CompletableFuture<ApiMessage> heartbeat(
            RequestContext context, RequestHeader header, BrokerHeartbeatRequest request) {
        deadBrokers.onHeartbeat(request.data(), context.connectionId());
        return controller
                .processBrokerHeartbeat(
                        Requests.of(context, header, Requests.deadline(heartbeatTimeoutMillis)),
                        request.data())
                .thenApply(reply ->
                        new BrokerHeartbeatResponseData()
                                .setIsCaughtUp(reply.isCaughtUp())
                                .setIsFenced(reply.isFenced())
                                .setShouldShutDown(reply.shouldShutDown()));
    }

    /** The controllers as they are reached at the listener on which it was asked. */
    private DescribeClusterResponseData describe(
            RequestContext context, DescribeClusterRequestData request) {
        if (request.endpointType() != EndpointType.CONTROLLER.id()) {
            throw new UnsupportedEndpointTypeException(
                    "A controller describes controllers, not endpoint type "
                            + request.endpointType()
                            + ".");
        }
        ImageView present = image.get();
        DescribeClusterResponseData reply =
                new DescribeClusterResponseData()
                        .setClusterId(clusterId)
                        .setEndpointType(EndpointType.CONTROLLER.id())
                        .setControllerId(present.controllerId().orElse(-1));
        for (ControllerRegistration registration :
                present.metadata().cluster().controllers().values()) {
            Endpoint endpoint = registration.listeners().get(context.listenerName());
            if (endpoint != null) {
                reply.brokers()
                        .add(
                                new DescribeClusterResponseData.DescribeClusterBroker()
                                        .setBrokerId(registration.id())
                                        .setHost(endpoint.host())
                                        .setPort(endpoint.port()));
            }
        }
        return reply;
    }
}
