package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** ListTransactions: all transactional ids that this broker coordinates (KIP-664, 994). */
public final class ListTransactions implements RequestHandler {
    private final Coordinator<TransactionCommand> coordinator;
    private final Access access;

    public ListTransactions(Coordinator<TransactionCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        ListTransactionsRequestData body = (ListTransactionsRequestData) request.body();
        List<Coordinator.Asking<TransactionCommand>> shards = coordinator.all();
        Gathering<ListTransactionsResponseData> parts =
                Gathering.of(shards.size(), all -> reply(request, all));
        for (int i = 0; i < shards.size(); i++) {
            int index = i;
            shards.get(i)
                    .ask(
                            ticket -> new TransactionCommand.ListTransactions(ticket, body),
                            new Answer() {
                                @Override
                                public void reply(ApiMessage response) {
                                    parts.put(index, (ListTransactionsResponseData) response);
                                }

                                @Override
                                public void refuse(Errors error, String message) {
                                    parts.put(
                                            index,
                                            new ListTransactionsResponseData()
                                                    .setErrorCode(error.code()));
                                }
                            });
        }
    }

    /** A shard that has moved away meanwhile is listed by its new coordinator. */
    private void reply(Request request, List<ListTransactionsResponseData> parts) {
        List<TransactionState> states = new ArrayList<>();
        Set<String> unknown = new LinkedHashSet<>();
        Errors error = Errors.NONE;
        for (ListTransactionsResponseData part : parts) {
            Errors ofPart = Errors.forCode(part.errorCode());
            if (ofPart != Errors.NONE && ofPart != Errors.NOT_COORDINATOR) {
                error = ofPart;
            }
            unknown.addAll(part.unknownStateFilters());
            for (TransactionState state : part.transactionStates()) {
                if (access.permitted(
                        request,
                        AclOperation.DESCRIBE,
                        ResourceType.TRANSACTIONAL_ID,
                        state.transactionalId())) {
                    states.add(state);
                }
            }
        }
        request.reply(
                error == Errors.NONE
                        ? new ListTransactionsResponseData()
                                .setTransactionStates(states)
                                .setUnknownStateFilters(List.copyOf(unknown))
                        : new ListTransactionsResponseData().setErrorCode(error.code()));
    }
}
