package naru.quorum;

import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.utils.Time;

import java.util.concurrent.CompletableFuture;

/**
 * Hands requests to the Raft thread, those from listeners and this process's own. While that waits
 * for its disk they are refused at once, so that no queue grows and nobody waits for an answer.
 */
final class RaftRequests {
    private static final int NO_CORRELATION = 0;

    private final RaftEngine raft;
    private final ListenerName listenerName;

    RaftRequests(RaftEngine raft, String listenerName) {
        this.raft = raft;
        this.listenerName = ListenerName.normalised(listenerName);
    }

    CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, ApiMessage request) {
        if (raft.awaitsRoom()) {
            return CompletableFuture.failedFuture(
                    new BrokerNotAvailableException(
                            "This controller waits for room on the volume of its metadata log."));
        }
        return raft.driver()
                .handleRequest(context, header, request, Time.SYSTEM.milliseconds())
                .thenApply(RecordsInMemory::of);
    }

    CompletableFuture<ApiMessage> send(
            ApiKeys api, ClusterController.Caller caller, ApiMessage request) {
        RequestHeader header =
                new RequestHeader(api, caller.apiVersion(), caller.clientId(), NO_CORRELATION);
        RequestContext context = Requests.inProcess(header, caller.principal(), listenerName);
        return handle(context, header, request);
    }
}
