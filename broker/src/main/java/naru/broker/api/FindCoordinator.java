package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * FindCoordinator: which broker coordinates a group or another key. The first to ask has the topic
 * created.
 */
public final class FindCoordinator implements RequestHandler {
    private static final int NO_BROKER = -1;

    private final Map<CoordinatorType, Coordinator<?>> coordinators;
    private final Addresses addresses;
    private final Quorum quorum;
    private final Access access;

    public FindCoordinator(
            Map<CoordinatorType, Coordinator<?>> coordinators,
            Addresses addresses,
            Quorum quorum,
            Access access) {
        this.coordinators = coordinators;
        this.addresses = addresses;
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        FindCoordinatorRequestData body = (FindCoordinatorRequestData) request.body();
        if (request.version() >= FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            List<FindCoordinatorResponseData.Coordinator> found =
                    body.coordinatorKeys().stream()
                            .map(key -> find(request, body.keyType(), key))
                            .toList();
            request.reply(new FindCoordinatorResponseData().setCoordinators(found));
            return;
        }
        FindCoordinatorResponseData.Coordinator found = find(request, body.keyType(), body.key());
        request.reply(
                new FindCoordinatorResponseData()
                        .setErrorCode(found.errorCode())
                        .setErrorMessage(found.errorMessage())
                        .setNodeId(found.nodeId())
                        .setHost(found.host())
                        .setPort(found.port()));
    }

    private FindCoordinatorResponseData.Coordinator find(
            Request request, byte keyType, String key) {
        Coordinator<?> coordinator = byKeyType(keyType);
        if (coordinator == null) {
            return refused(
                    key,
                    Errors.INVALID_REQUEST,
                    "this node has no coordinator for keys of type " + keyType);
        }
        Errors denied = denied(request, keyType, key);
        if (denied != Errors.NONE) {
            return refused(
                    key,
                    denied,
                    denied == Errors.INVALID_REQUEST
                            ? "the key of a share partition is GROUP:TOPIC-ID:PARTITION"
                            : denied.message());
        }
        Integer leader = coordinator.coordinatorOf(key);
        Addresses.Reachable address =
                leader == null ? null : addresses.unfenced(request, quorum.image(), leader);
        if (address == null) {
            return refused(
                    key,
                    Errors.COORDINATOR_NOT_AVAILABLE,
                    Errors.COORDINATOR_NOT_AVAILABLE.message());
        }
        return new FindCoordinatorResponseData.Coordinator()
                .setKey(key)
                .setErrorMessage(Errors.NONE.message())
                .setNodeId(address.id())
                .setHost(address.host())
                .setPort(address.port());
    }

    private Errors denied(Request request, byte keyType, String key) {
        if (keyType == CoordinatorType.SHARE.id()) {
            if (ShareGroupState.key(key) == null) {
                return Errors.INVALID_REQUEST;
            }
            return access.allowedOnCluster(request, AclOperation.CLUSTER_ACTION)
                    ? Errors.NONE
                    : Errors.CLUSTER_AUTHORIZATION_FAILED;
        }
        boolean transactional = keyType == CoordinatorType.TRANSACTION.id();
        ResourceType resource = transactional ? ResourceType.TRANSACTIONAL_ID : ResourceType.GROUP;
        if (access.allowed(request, AclOperation.DESCRIBE, resource, key)) {
            return Errors.NONE;
        }
        return transactional
                ? Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
                : Errors.GROUP_AUTHORIZATION_FAILED;
    }

    private @Nullable Coordinator<?> byKeyType(byte keyType) {
        for (Map.Entry<CoordinatorType, Coordinator<?>> served : coordinators.entrySet()) {
            if (served.getKey().id() == keyType) {
                return served.getValue();
            }
        }
        return null;
    }

    private static FindCoordinatorResponseData.Coordinator refused(
            String key, Errors error, String message) {
        return new FindCoordinatorResponseData.Coordinator()
                .setKey(key)
                .setErrorCode(error.code())
                .setErrorMessage(message)
                .setNodeId(NO_BROKER)
                .setHost("")
                .setPort(NO_BROKER);
    }
}
