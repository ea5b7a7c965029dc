package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;

/** UpdateFeatures: raises or lowers finalized feature levels (KIP-584). */
public final class UpdateFeatures implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    public UpdateFeatures(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.ALTER)) {
            return;
        }
        UpdateFeaturesRequestData body = (UpdateFeaturesRequestData) request.body();
        ControllerCall.answer(
                request,
                quorum.controller()
                        .updateFeatures(ControllerCall.caller(request, body.timeoutMs()), body));
    }
}
