package naru.coordination.transaction;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import naru.coordination.BoundedPattern;
import naru.coordination.transaction.TransactionCommand.DescribeTransaction;
import naru.coordination.transaction.TransactionCommand.ListTransactions;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** DescribeTransactions and ListTransactions. They change nothing. */
final class TransactionQueries {
    private TransactionQueries() {}

    static void describe(@Nullable Entry entry, DescribeTransaction command, Draft draft) {
        var state =
                new DescribeTransactionsResponseData.TransactionState()
                        .setTransactionalId(command.transactionalId());
        if (command.transactionalId().isEmpty()) {
            state.setErrorCode(Errors.INVALID_REQUEST.code());
        } else if (entry == null) {
            state.setErrorCode(Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
        } else {
            Transaction transaction = entry.transaction();
            state.setTransactionState(transaction.status().title())
                    .setTransactionTimeoutMs(transaction.timeoutMillis())
                    .setTransactionStartTimeMs(transaction.startMillis())
                    .setProducerId(transaction.producerId())
                    .setProducerEpoch(transaction.producerEpoch());
            for (TopicPartition partition : transaction.partitions()) {
                TopicData topic = state.topics().find(partition.topic());
                if (topic == null) {
                    topic = new TopicData().setTopic(partition.topic());
                    state.topics().add(topic);
                }
                topic.partitions().add(partition.partition());
            }
        }
        draft.reply(
                command.ticket(),
                new DescribeTransactionsResponseData().setTransactionStates(List.of(state)));
    }

    static void list(Collection<Entry> entries, ListTransactions command, Draft draft) {
        ListTransactionsRequestData request = command.request();
        ListTransactionsResponseData response = new ListTransactionsResponseData();
        Set<TransactionStatus> statuses = EnumSet.noneOf(TransactionStatus.class);
        for (String title : request.stateFilters()) {
            TransactionStatus.ofTitle(title)
                    .ifPresentOrElse(
                            statuses::add, () -> response.unknownStateFilters().add(title));
        }
        String text = request.transactionalIdPattern();
        Pattern pattern;
        try {
            pattern = text == null || text.isEmpty() ? null : BoundedPattern.compile(text);
        } catch (PatternSyntaxException e) {
            draft.reply(
                    command.ticket(),
                    response.setErrorCode(Errors.INVALID_REGULAR_EXPRESSION.code()));
            return;
        }
        boolean onlyUnknown = statuses.isEmpty() && !response.unknownStateFilters().isEmpty();
        Set<Long> producers = new HashSet<>(request.producerIdFilters());
        for (Entry entry : entries) {
            Transaction transaction = entry.transaction();
            boolean wanted =
                    !onlyUnknown
                            && (statuses.isEmpty() || statuses.contains(transaction.status()))
                            && (producers.isEmpty() || producers.contains(transaction.producerId()))
                            && (request.durationFilter() < 0
                                    || draft.nowMillis() - transaction.startMillis()
                                            > request.durationFilter())
                            && (pattern == null || pattern.matches(entry.id()));
            if (wanted) {
                response.transactionStates()
                        .add(
                                new ListTransactionsResponseData.TransactionState()
                                        .setTransactionalId(entry.id())
                                        .setProducerId(transaction.producerId())
                                        .setTransactionState(transaction.status().title()));
            }
        }
        draft.reply(command.ticket(), response);
    }
}
