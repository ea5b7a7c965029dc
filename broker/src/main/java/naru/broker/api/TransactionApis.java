package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transaction.MarkerWriter;
import naru.broker.transaction.ProducerIds;
import naru.broker.transport.ApiTable;
import naru.coordination.group.GroupCommand;
import naru.coordination.transaction.TransactionCommand;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.ApiKeys;

/** All request kinds of transactions. */
public final class TransactionApis {
    private TransactionApis() {}

    public static void serve(
            ApiTable table,
            Coordinator<TransactionCommand> coordinator,
            Coordinator<GroupCommand> groups,
            ProducerIds ids,
            MarkerWriter markers,
            int markersTimeoutMillis,
            Quorum quorum,
            Access access) {
        table.serve(ApiKeys.INIT_PRODUCER_ID, new InitProducerId(ids, coordinator, access))
                .serve(
                        ApiKeys.ADD_PARTITIONS_TO_TXN,
                        new AddPartitionsToTxn(coordinator, quorum, access))
                .serve(ApiKeys.ADD_OFFSETS_TO_TXN, new AddOffsetsToTxn(coordinator, groups, access))
                .serve(ApiKeys.END_TXN, new EndTxn(coordinator, access))
                .serve(
                        ApiKeys.WRITE_TXN_MARKERS,
                        new WriteTxnMarkers(markers, access, markersTimeoutMillis))
                .serve(ApiKeys.DESCRIBE_TRANSACTIONS, new DescribeTransactions(coordinator, access))
                .serve(ApiKeys.LIST_TRANSACTIONS, new ListTransactions(coordinator, access));
    }
}
