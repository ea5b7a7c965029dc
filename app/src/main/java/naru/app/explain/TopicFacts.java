package naru.app.explain;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * What the cluster told about a topic.
 *
 * @param configs its settings with defaults; empty when they may not be seen
 * @param nowMillis when it was asked
 */
public record TopicFacts(
        String topic, List<Partition> partitions, Map<String, String> configs, long nowMillis) {

    /**
     * A partition.
     *
     * @param leader its broker, or null when it has none
     * @param stableEnd last stable offset, or null when the leader does not answer
     * @param offlineOn brokers that hold a replica which they cannot serve
     * @param open transactions that hold the last stable offset, oldest first
     */
    public record Partition(
            int partition,
            @Nullable Integer leader,
            List<Integer> replicas,
            List<Integer> inSync,
            @Nullable Long end,
            @Nullable Long stableEnd,
            List<Integer> offlineOn,
            List<OpenTransaction> open) {}

    /**
     * A transaction that has written into a partition and is not ended there.
     *
     * @param transactionalId whose it is, or null when no coordinator knows of it
     * @param state what the coordinator says of it, or null likewise
     * @param lastWriteMillis when its producer last wrote to the partition
     * @param timeoutMillis after which the coordinator aborts it, or null likewise
     * @param startedMillis when the coordinator saw it begin, or null likewise
     */
    public record OpenTransaction(
            long producerId,
            int producerEpoch,
            long firstOffset,
            long lastWriteMillis,
            @Nullable String transactionalId,
            @Nullable String state,
            @Nullable Long timeoutMillis,
            @Nullable Long startedMillis) {}

    /** A setting as a number, or the default when it is not told. */
    long number(String key, long otherwise) {
        String value = configs.get(key);
        return value == null ? otherwise : Long.parseLong(value);
    }
}
