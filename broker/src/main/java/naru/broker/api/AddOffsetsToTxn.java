package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;

import java.util.Set;

/** AddOffsetsToTxn: the partition that holds a group's offsets joins a transaction. */
public final class AddOffsetsToTxn implements RequestHandler {
    private static final short KNOWS_FENCING_SINCE = 2;

    private final Coordinator<TransactionCommand> coordinator;
    private final Coordinator<GroupCommand> groups;
    private final Access access;

    public AddOffsetsToTxn(
            Coordinator<TransactionCommand> coordinator,
            Coordinator<GroupCommand> groups,
            Access access) {
        this.coordinator = coordinator;
        this.groups = groups;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        AddOffsetsToTxnRequestData body = (AddOffsetsToTxnRequestData) request.body();
        boolean allowed =
                TransactionAnswer.isAllowed(access, request, body.transactionalId())
                        && GroupAnswer.isAllowed(
                                access, request, AclOperation.READ, body.groupId());
        if (!allowed) {
            return;
        }
        boolean knowsFencing = request.version() >= KNOWS_FENCING_SINCE;
        coordinator.ask(
                body.transactionalId(),
                ticket ->
                        new TransactionCommand.AddPartitions(
                                ticket,
                                body.transactionalId(),
                                body.producerId(),
                                body.producerEpoch(),
                                Set.of(groups.partitionOf(body.groupId())),
                                false,
                                (short) 0),
                new TransactionAnswer(
                        request,
                        response ->
                                new AddOffsetsToTxnResponseData()
                                        .setErrorCode(
                                                TransactionAnswer.fencedAs(
                                                        errorOf(response), knowsFencing))));
    }

    private static short errorOf(Object response) {
        AddPartitionsToTxnResult result =
                ((AddPartitionsToTxnResponseData) response)
                        .resultsByTransaction()
                        .iterator()
                        .next();
        return result.topicResults()
                .iterator()
                .next()
                .resultsByPartition()
                .iterator()
                .next()
                .partitionErrorCode();
    }
}
