package naru.quorum;

import naru.quorum.network.ControllerNetwork;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.controller.QuorumFeatures;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A network without sockets: requests are handed to the quorum that has the address, on a thread of
 * their own. Addresses can be cut off.
 */
final class NodesOnOneNetwork {
    private final Map<Integer, KraftQuorum> byPort = new ConcurrentHashMap<>();
    private final Set<Integer> refusing = ConcurrentHashMap.newKeySet();
    private final Set<Integer> cut = ConcurrentHashMap.newKeySet();

    void add(int port, KraftQuorum quorum) {
        byPort.put(port, quorum);
    }

    /** Connections to the address are refused from now on. */
    void refuse(int port) {
        refusing.add(port);
    }

    /** Nothing reaches the address any more, nor leaves it. */
    void cut(int port) {
        cut.add(port);
    }

    void mend(int port) {
        cut.remove(port);
    }

    /** The network as the node of this port has it. */
    ControllerNetwork from(int port) {
        return new Link(port);
    }

    private final class Link implements ControllerNetwork {
        private final int own;
        private final ExecutorService carriers = Executors.newVirtualThreadPerTaskExecutor();

        Link(int own) {
            this.own = own;
        }

        @Override
        public CompletableFuture<AbstractResponse> send(
                Lane lane, Node destination, AbstractRequest.Builder<?> request, Duration timeout) {
            return CompletableFuture.supplyAsync(() -> carry(destination, request), carriers)
                    .thenCompose(answer -> answer)
                    .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        }

        private CompletableFuture<AbstractResponse> carry(
                Node destination, AbstractRequest.Builder<?> builder) {
            KraftQuorum quorum = byPort.get(destination.port());
            if (quorum == null || cut.contains(own) || cut.contains(destination.port())) {
                return CompletableFuture.failedFuture(new DisconnectException("cut off"));
            }
            AbstractRequest request = builder.build();
            ApiKeys api = request.apiKey();
            if (api == ApiKeys.API_VERSIONS) {
                return CompletableFuture.completedFuture(versions());
            }
            RequestHeader header = new RequestHeader(api, request.version(), "node", 0);
            return quorum.handle(Requests.inProcess(header), header, request)
                    .handle((answer, failure) ->
                            failure != null
                                    ? request.getErrorResponse(Requests.cause(failure))
                                    : AbstractResponse.parseResponse(
                                            api,
                                            MessageUtil.toByteBufferAccessor(
                                                    answer, request.version()),
                                            request.version()));
        }

        private static ApiVersionsResponse versions() {
            ApiVersionsResponseData data = new ApiVersionsResponseData();
            QuorumFeatures.defaultSupportedFeatureMap(false)
                    .forEach((name, range) ->
                            data.supportedFeatures()
                                    .add(
                                            new ApiVersionsResponseData.SupportedFeatureKey()
                                                    .setName(name)
                                                    .setMinVersion(range.min())
                                                    .setMaxVersion(range.max())));
            return new ApiVersionsResponse(data);
        }

        @Override
        public CompletableFuture<Boolean> refuses(Node address) {
            return CompletableFuture.completedFuture(refusing.contains(address.port()));
        }

        @Override
        public void close() {
            carriers.shutdownNow();
        }
    }
}
