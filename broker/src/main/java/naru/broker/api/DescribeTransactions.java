package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

import java.util.List;

/** DescribeTransactions: the state of transactional ids (KIP-664). */
public final class DescribeTransactions implements RequestHandler {
    private final Coordinator<TransactionCommand> coordinator;
    private final Access access;

    public DescribeTransactions(Coordinator<TransactionCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        List<String> ids = ((DescribeTransactionsRequestData) request.body()).transactionalIds();
        Gathering<TransactionState> states =
                Gathering.of(
                        ids.size(),
                        all ->
                                request.reply(
                                        new DescribeTransactionsResponseData()
                                                .setTransactionStates(all)));
        for (int i = 0; i < ids.size(); i++) {
            int index = i;
            String id = ids.get(i);
            if (!access.allowed(
                    request, AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, id)) {
                states.put(index, refused(id, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
                continue;
            }
            coordinator.ask(
                    id,
                    ticket -> new TransactionCommand.DescribeTransaction(ticket, id),
                    new Answer() {
                        @Override
                        public void reply(ApiMessage response) {
                            states.put(index, visible(request, response));
                        }

                        @Override
                        public void refuse(Errors error, String message) {
                            states.put(index, refused(id, error));
                        }
                    });
        }
    }

    private TransactionState visible(Request request, ApiMessage response) {
        TransactionState state =
                ((DescribeTransactionsResponseData) response).transactionStates().getFirst();
        state.topics()
                .removeIf(topic ->
                        !access.permittedOnTopic(request, AclOperation.DESCRIBE, topic.topic()));
        return state;
    }

    private static TransactionState refused(String id, Errors error) {
        return new TransactionState().setTransactionalId(id).setErrorCode(error.code());
    }
}
