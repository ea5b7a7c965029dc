package naru.quorum;

import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.raft.KafkaRaftClientDriver;
import org.apache.kafka.server.common.ApiMessageAndVersion;

import java.util.concurrent.CompletableFuture;

/** Hands requests to the Raft thread, those from listeners and this process's own. */
final class RaftRequests {
    private static final int NO_CORRELATION = 0;

    private final KafkaRaftClientDriver<ApiMessageAndVersion> driver;
    private final ListenerName listenerName;

    RaftRequests(KafkaRaftClientDriver<ApiMessageAndVersion> driver, String listenerName) {
        this.driver = driver;
        this.listenerName = ListenerName.normalised(listenerName);
    }

    CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, ApiMessage request) {
        return driver.handleRequest(context, header, request, Time.SYSTEM.milliseconds())
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
