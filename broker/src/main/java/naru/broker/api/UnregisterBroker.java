package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;

/** UnregisterBroker: a broker that will not come back is forgotten. */
public final class UnregisterBroker implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final Access access;

    public UnregisterBroker(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (ClusterAccess.isAllowed(access, request, AclOperation.ALTER)) {
            ControllerCall.answer(
                    request,
                    quorum.controller()
                            .unregisterBroker(
                                    ControllerCall.caller(request, TIMEOUT_MILLIS),
                                    ((UnregisterBrokerRequestData) request.body()).brokerId())
                            .thenApply(nothing -> new UnregisterBrokerResponseData()));
        }
    }
}
