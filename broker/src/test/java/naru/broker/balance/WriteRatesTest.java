package naru.broker.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class WriteRatesTest {
    private static final TopicPartition ID = new TopicPartition("t", 0);

    private final WriteRates rates = new WriteRates();

    private static ClusterLoad size(long bytes) {
        return Loads.cluster().node(1).partition(bytes, 1).load();
    }

    @Test
    void ratesFollowFromTwoLooks() {
        assertThat(rates.observe(size(1000), 10_000)).isFalse();
        assertThat(rates.observe(size(5000), 12_000)).isTrue();
        assertThat(rates.bytesPerSecond()).containsEntry(ID, 2000.0);
    }

    @Test
    void whatWasKnownCountsForHalf() {
        rates.observe(size(0), 0);
        rates.observe(size(1000), 1000);
        rates.observe(size(1000), 2000);
        assertThat(rates.bytesPerSecond()).containsEntry(ID, 500.0);
    }

    @Test
    void deletedSegmentsAreNoNegativeRate() {
        rates.observe(size(1000), 0);
        rates.observe(size(10), 1000);
        assertThat(rates.bytesPerSecond()).containsEntry(ID, 0.0);
    }

    @Test
    void nothingIsKnownAfterItWasForgotten() {
        rates.observe(size(1000), 0);
        rates.forget();
        assertThat(rates.observe(size(2000), 1000)).isFalse();
        assertThat(rates.bytesPerSecond()).isEmpty();
    }
}
