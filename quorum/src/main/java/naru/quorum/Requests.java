package naru.quorum;

import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.ControllerRequestContext;

import java.net.InetAddress;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What Kafka's controller is told about who asks and how long they wait. */
final class Requests {
    private Requests() {}

    /** A request of this node itself, which does not time out. */
    static ControllerRequestContext internal(ApiKeys api) {
        return new ControllerRequestContext(
                new RequestHeaderData()
                        .setRequestApiKey(api.id)
                        .setRequestApiVersion(api.latestVersion())
                        .setClientId("naru"),
                KafkaPrincipal.ANONYMOUS,
                OptionalLong.empty());
    }

    /** This node's own request, as if it had come over a connection. */
    static RequestContext inProcess(RequestHeader header) {
        return inProcess(header, KafkaPrincipal.ANONYMOUS, new ListenerName("in-process"));
    }

    static RequestContext inProcess(
            RequestHeader header, KafkaPrincipal principal, ListenerName listenerName) {
        return new RequestContext(
                header,
                "in-process",
                InetAddress.getLoopbackAddress(),
                principal,
                listenerName,
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                true);
    }

    static ControllerRequestContext of(ApiKeys api, ClusterController.Caller caller) {
        return new ControllerRequestContext(
                new RequestHeaderData()
                        .setRequestApiKey(api.id)
                        .setRequestApiVersion(caller.apiVersion())
                        .setClientId(caller.clientId()),
                caller.principal(),
                deadline(caller.timeoutMillis()),
                caller.partitionChanges()::accept);
    }

    static ControllerRequestContext of(
            RequestContext context, RequestHeader header, OptionalLong deadlineNanos) {
        return new ControllerRequestContext(header.data(), context.principal(), deadlineNanos);
    }

    static OptionalLong deadline(int timeoutMillis) {
        return ControllerRequestContext.requestTimeoutMsToDeadlineNs(Time.SYSTEM, timeoutMillis);
    }

    /** What went wrong, without the wrappers that futures put around it. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
