package naru.broker.balance;

import org.apache.kafka.common.TopicPartition;

import java.util.HashMap;
import java.util.Map;

/**
 * How fast partitions grow, from their sizes at several moments: half of what was seen last, half
 * of what was known before. What retention takes away is not seen as negative. One thread.
 */
public final class WriteRates {
    private Map<TopicPartition, Long> sizes = Map.of();
    private Map<TopicPartition, Double> rates = Map.of();
    private long lookedMillis;

    /** Whether there was something to compare with. */
    public boolean observe(ClusterLoad load, long nowMillis) {
        boolean known = !sizes.isEmpty() && nowMillis > lookedMillis;
        Map<TopicPartition, Long> now = new HashMap<>();
        Map<TopicPartition, Double> next = new HashMap<>();
        for (ClusterLoad.PartitionLoad one : load.partitions()) {
            now.put(one.id(), one.sizeBytes());
            Long before = sizes.get(one.id());
            if (known && before != null) {
                double seen =
                        Math.max(0, one.sizeBytes() - before) * 1000.0 / (nowMillis - lookedMillis);
                Double former = rates.get(one.id());
                next.put(one.id(), former == null ? seen : (seen + former) / 2);
            }
        }
        sizes = now;
        rates = next;
        lookedMillis = nowMillis;
        return known;
    }

    /** Bytes a second of each partition that has been seen twice. */
    public Map<TopicPartition, Double> bytesPerSecond() {
        return rates;
    }

    /** As if nothing had been seen. */
    public void forget() {
        sizes = Map.of();
        rates = Map.of();
    }
}
