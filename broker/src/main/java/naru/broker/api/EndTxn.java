package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;

/** EndTxn: commits or aborts the transaction of a producer. */
public final class EndTxn implements RequestHandler {
    private static final short KNOWS_FENCING_SINCE = 2;

    private final Coordinator<TransactionCommand> coordinator;
    private final Access access;

    public EndTxn(Coordinator<TransactionCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        EndTxnRequestData body = (EndTxnRequestData) request.body();
        if (!TransactionAnswer.isAllowed(access, request, body.transactionalId())) {
            return;
        }
        boolean knowsFencing = request.version() >= KNOWS_FENCING_SINCE;
        coordinator.ask(
                body.transactionalId(),
                ticket -> new TransactionCommand.EndTxn(ticket, request.version(), body),
                new TransactionAnswer(
                        request,
                        response -> {
                            EndTxnResponseData answer = (EndTxnResponseData) response;
                            return answer.setErrorCode(
                                    TransactionAnswer.fencedAs(answer.errorCode(), knowsFencing));
                        }));
    }
}
