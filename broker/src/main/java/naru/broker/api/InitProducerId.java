package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/**
 * InitProducerId: gives an idempotent producer its id (KIP-98). A transactional producer is
 * refused: it needs the transaction coordinator.
 */
public final class InitProducerId implements RequestHandler {
    private final ProducerIds ids;
    private final Access access;

    public InitProducerId(Quorum quorum, Access access) {
        this.ids = new ProducerIds(quorum.controller()::allocateProducerIds);
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        InitProducerIdRequestData body = (InitProducerIdRequestData) request.body();
        if (body.transactionalId() != null) {
            refuse(request, Errors.INVALID_REQUEST);
            return;
        }
        boolean allowed =
                access.allowedOnCluster(request, AclOperation.IDEMPOTENT_WRITE)
                        || access.allowedOperations(request, ResourceType.TOPIC, "*")
                                .contains(AclOperation.WRITE);
        if (!allowed) {
            refuse(request, Errors.CLUSTER_AUTHORIZATION_FAILED);
            return;
        }
        ids.next()
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                id ->
                                        request.reply(
                                                new InitProducerIdResponseData()
                                                        .setProducerId(id)
                                                        .setProducerEpoch((short) 0))));
    }

    private static void refuse(Request request, Errors error) {
        request.reply(
                new InitProducerIdResponseData()
                        .setErrorCode(error.code())
                        .setProducerId(-1)
                        .setProducerEpoch((short) -1));
    }
}
