package naru.coordination.transaction;

import naru.coordination.transaction.TransactionCommand.AddPartitions;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResultCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.function.Function;

/** AddPartitionsToTxn: partitions join a transaction, or are looked for in it. */
final class Adding {
    private Adding() {}

    static void add(@Nullable Entry entry, AddPartitions command, Draft draft) {
        Errors error = check(entry, command);
        if (error != Errors.NONE || entry == null) {
            draft.reply(command.ticket(), result(command, partition -> error));
            return;
        }
        Transaction now = entry.transaction();
        if (command.verifyOnly()) {
            draft.reply(
                    command.ticket(),
                    result(
                            command,
                            partition ->
                                    now.partitions().contains(partition)
                                            ? Errors.NONE
                                            : Errors.TRANSACTION_ABORTABLE));
            return;
        }
        boolean isIn =
                now.is(TransactionStatus.ONGOING)
                        && now.partitions().containsAll(command.partitions());
        if (!isIn) {
            draft.append(
                    entry.id(),
                    now.withPartitions(
                            command.partitions(), command.clientVersion(), draft.nowMillis()));
        }
        draft.reply(command.ticket(), result(command, partition -> Errors.NONE));
    }

    private static Errors check(@Nullable Entry entry, AddPartitions command) {
        if (command.transactionalId().isEmpty()) {
            return Errors.INVALID_REQUEST;
        }
        if (entry == null || entry.transaction().producerId() != command.producerId()) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        if (entry.transaction().producerEpoch() != command.producerEpoch()) {
            return Errors.PRODUCER_FENCED;
        }
        return entry.transaction().status().isPrepared()
                ? Errors.CONCURRENT_TRANSACTIONS
                : Errors.NONE;
    }

    private static AddPartitionsToTxnResponseData result(
            AddPartitions command, Function<TopicPartition, Errors> error) {
        AddPartitionsToTxnTopicResultCollection topics =
                new AddPartitionsToTxnTopicResultCollection();
        for (TopicPartition partition : command.partitions()) {
            AddPartitionsToTxnTopicResult topic = topics.find(partition.topic());
            if (topic == null) {
                topic = new AddPartitionsToTxnTopicResult().setName(partition.topic());
                topics.add(topic);
            }
            topic.resultsByPartition()
                    .add(
                            new AddPartitionsToTxnPartitionResult()
                                    .setPartitionIndex(partition.partition())
                                    .setPartitionErrorCode(error.apply(partition).code()));
        }
        AddPartitionsToTxnResultCollection transactions = new AddPartitionsToTxnResultCollection();
        transactions.add(
                new AddPartitionsToTxnResult()
                        .setTransactionalId(command.transactionalId())
                        .setTopicResults(topics));
        return new AddPartitionsToTxnResponseData().setResultsByTransaction(transactions);
    }
}
