package naru.app.explain;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/**
 * What the coordinator told about a transaction.
 *
 * @param state as Kafka names it: Ongoing, PrepareCommit, CompleteAbort ...
 * @param startedMillis when it began, or null when none is under way
 * @param partitions where it has written
 */
public record TransactionFacts(
        String transactionalId,
        int coordinator,
        String state,
        long producerId,
        int producerEpoch,
        long timeoutMillis,
        @Nullable Long startedMillis,
        Set<TopicPartition> partitions,
        long nowMillis) {}
