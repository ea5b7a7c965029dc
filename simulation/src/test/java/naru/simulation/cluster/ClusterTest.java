package naru.simulation.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Histories of a cluster of three brokers under seeds. {@code -Dnaru.simulation.seed=N} replays
 * one, {@code -Dnaru.simulation.seeds=5000} runs so many.
 */
class ClusterTest {
    private static final int FEW = 9;

    /** Seeds that were the first to show a bug that has been mended. */
    private static final long[] FOUND_SOMETHING = {28, 58, 60, 120};

    private static final int MOST_TOLD = 5;

    private static LongStream seeds() {
        String seed = System.getProperty("naru.simulation.seed", "");
        String seeds = System.getProperty("naru.simulation.seeds", "");
        if (!seed.isEmpty()) {
            return LongStream.of(Long.parseLong(seed));
        }
        return seeds.isEmpty()
                ? LongStream.concat(LongStream.range(0, FEW), LongStream.of(FOUND_SOMETHING))
                : LongStream.range(0, Long.parseLong(seeds));
    }

    @Test
    void nothingAcknowledgedIsLostWhateverHappens() {
        List<String> violated = new ArrayList<>();
        seeds().forEach(seed -> {
            try {
                ClusterHistory.run(seed, Plant.NONE);
            } catch (AssertionError e) {
                violated.add(String.valueOf(e.getMessage()));
            }
        });
        assertThat(violated.stream().limit(MOST_TOLD).toList()).isEmpty();
    }

    @Test
    void sameSeedIsTheSameHistory() {
        assertThat(ClusterHistory.run(1, Plant.NONE).fingerprint())
                .isEqualTo(ClusterHistory.run(1, Plant.NONE).fingerprint());
    }
}
