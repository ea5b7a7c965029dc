package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transaction.ProducerIds;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/**
 * InitProducerId: gives an idempotent producer its id (KIP-98), and a transactional one what its
 * coordinator says.
 */
public final class InitProducerId implements RequestHandler {
    private static final short KNOWS_FENCING_SINCE = 4;

    private final ProducerIds ids;
    private final Coordinator<TransactionCommand> coordinator;
    private final Access access;

    public InitProducerId(
            ProducerIds ids, Coordinator<TransactionCommand> coordinator, Access access) {
        this.ids = ids;
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        InitProducerIdRequestData body = (InitProducerIdRequestData) request.body();
        if (body.transactionalId() == null) {
            initIdempotent(request);
        } else if (TransactionAnswer.isAllowed(access, request, body.transactionalId())
                && mayCommitInTwoPhases(request, body)) {
            initTransactional(request, body);
        }
    }

    /** Answers the request, and says false, when the client asks for that and may not (KIP-939). */
    private boolean mayCommitInTwoPhases(Request request, InitProducerIdRequestData body) {
        if (!body.enable2Pc()
                || access.allowed(
                        request,
                        AclOperation.TWO_PHASE_COMMIT,
                        ResourceType.TRANSACTIONAL_ID,
                        body.transactionalId())) {
            return true;
        }
        request.reply(
                Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.message());
        return false;
    }

    private void initTransactional(Request request, InitProducerIdRequestData body) {
        boolean knowsFencing = request.version() >= KNOWS_FENCING_SINCE;
        coordinator.ask(
                body.transactionalId(),
                ticket -> new TransactionCommand.InitProducerId(ticket, body),
                new TransactionAnswer(
                        request,
                        response -> {
                            InitProducerIdResponseData answer =
                                    (InitProducerIdResponseData) response;
                            return answer.setErrorCode(
                                    TransactionAnswer.fencedAs(answer.errorCode(), knowsFencing));
                        }));
    }

    private void initIdempotent(Request request) {
        boolean allowed =
                access.permittedOnCluster(request, AclOperation.IDEMPOTENT_WRITE)
                        || access.allowedOnAny(request, AclOperation.WRITE, ResourceType.TOPIC);
        if (!allowed) {
            request.reply(
                    new InitProducerIdResponseData()
                            .setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code())
                            .setProducerId(-1)
                            .setProducerEpoch((short) -1));
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
}
