package naru.quorum;

import naru.quorum.ClusterController.Caller;
import naru.quorum.network.ControllerNetwork;
import naru.quorum.network.ControllerNetwork.Lane;
import naru.quorum.network.MessageRequest;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.ControllerRegistrationResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.EnvelopeResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The active controller: where it is, and one attempt to ask it. An attempt fails with {@code
 * NotControllerException} when nobody is known to be active or who was asked is not, and with what
 * {@link ControllerNetwork} fails with; other errors of a whole answer become their exceptions.
 *
 * <p>Threads: any.
 */
final class ActiveController {
    private static final Duration MEMBERSHIP_TIMEOUT = Duration.ofMillis(4_500);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final int nodeId;
    private final Supplier<LeaderAndEpoch> leader;
    private final IntFunction<Optional<Node>> addresses;
    private final @Nullable ControllerPart here;
    private final ControllerNetwork network;

    /** Where requests for the active controller go at this moment. */
    sealed interface Place {
        record Here(ControllerPart part) implements Place {}

        record There(Node node) implements Place {}

        record Nowhere(String reason) implements Place {
            <T> CompletableFuture<T> failure() {
                return CompletableFuture.failedFuture(new NotControllerException(reason));
            }
        }
    }

    /**
     * @param leader of the metadata quorum, as far as this node knows
     * @param addresses where a voter's controller is reached
     * @param here null when this node has not the role
     */
    ActiveController(
            int nodeId,
            Supplier<LeaderAndEpoch> leader,
            IntFunction<Optional<Node>> addresses,
            @Nullable ControllerPart here,
            ControllerNetwork network) {
        this.nodeId = nodeId;
        this.leader = leader;
        this.addresses = addresses;
        this.here = here;
        this.network = network;
    }

    Place place() {
        LeaderAndEpoch present = leader.get();
        if (present.leaderId().isEmpty()) {
            return new Place.Nowhere("no controller is elected");
        }
        int id = present.leaderId().getAsInt();
        if (id == nodeId && here != null) {
            return new Place.Here(here);
        }
        return addresses
                .apply(id)
                .<Place>map(Place.There::new)
                .orElseGet(
                        () -> new Place.Nowhere("the address of controller " + id + " is unknown"));
    }

    /** What this node asks for itself. */
    CompletableFuture<ApiMessage> ask(Lane lane, ApiMessage request) {
        return switch (place()) {
            case Place.Here(ControllerPart part) -> inProcess(part, request);
            case Place.There(Node node) -> direct(node, lane, new MessageRequest(request));
            case Place.Nowhere nowhere -> nowhere.failure();
        };
    }

    private static CompletableFuture<ApiMessage> inProcess(
            ControllerPart part, ApiMessage request) {
        ApiKeys api = ApiKeys.forId(request.apiKey());
        AbstractRequest parsed = new MessageRequest(request).build(api.latestVersion());
        RequestHeader header = new RequestHeader(api, parsed.version(), "naru", 0);
        return part.listener().handle(Requests.inProcess(header), header, parsed);
    }

    CompletableFuture<ApiMessage> direct(Node node, Lane lane, AbstractRequest.Builder<?> request) {
        return network.send(
                        lane, node, request, lane == Lane.MEMBERSHIP ? MEMBERSHIP_TIMEOUT : TIMEOUT)
                .thenApply(response -> {
                    if (response.errorCounts().containsKey(Errors.NOT_CONTROLLER)) {
                        throw new NotControllerException(
                                "who was asked is the active controller no longer");
                    }
                    return checked(response.data());
                });
    }

    /** What a client asked, or in {@code caller}'s absence of an address this node. */
    CompletableFuture<ApiMessage> askThere(Node node, Caller caller, ApiMessage request) {
        if (caller.clientAddress() == null) {
            return direct(node, Lane.CLIENTS, new MessageRequest(request));
        }
        Enveloped enveloped = new Enveloped(caller, caller.clientAddress(), request);
        return network.send(Lane.CLIENTS, node, enveloped.builder(), TIMEOUT)
                .thenApply(response -> checked(enveloped.open((EnvelopeResponse) response)));
    }

    private static ApiMessage checked(ApiMessage answer) {
        Errors error = errorOfTheWhole(answer);
        if (error == Errors.NOT_LEADER_OR_FOLLOWER) {
            throw new NotControllerException("who was asked leads the quorum no longer");
        } else if (error != Errors.NONE) {
            throw error.exception();
        }
        return answer;
    }

    /** Of those answers whose one error stands for all there is in them. */
    private static Errors errorOfTheWhole(ApiMessage answer) {
        return Errors.forCode(
                switch (answer) {
                    case BrokerRegistrationResponseData data -> data.errorCode();
                    case BrokerHeartbeatResponseData data -> data.errorCode();
                    case ControllerRegistrationResponseData data -> data.errorCode();
                    case UnregisterBrokerResponseData data -> data.errorCode();
                    case AllocateProducerIdsResponseData data -> data.errorCode();
                    case AlterPartitionResponseData data -> data.errorCode();
                    case AssignReplicasToDirsResponseData data -> data.errorCode();
                    case DescribeQuorumResponseData data -> errorOf(data);
                    default -> Errors.NONE.code();
                });
    }

    /** Who does not lead says so of the partition only. */
    private static short errorOf(DescribeQuorumResponseData data) {
        boolean leads =
                data.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .noneMatch(partition ->
                                partition.errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code());
        return leads ? data.errorCode() : Errors.NOT_LEADER_OR_FOLLOWER.code();
    }
}
