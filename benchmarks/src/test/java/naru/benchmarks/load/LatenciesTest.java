package naru.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class LatenciesTest {
    @Test
    void percentileIsTheSmallestThatTheFractionDoesNotExceed() {
        Latencies latencies = new Latencies(1_000);
        for (long millis = 1_000; millis >= 1; millis--) {
            latencies.record(millis * 1_000_000);
        }

        assertThat(latencies.percentileMillis(0.5)).isEqualTo(500);
        assertThat(latencies.percentileMillis(0.99)).isEqualTo(990);
        assertThat(latencies.percentileMillis(0.999)).isEqualTo(999);
        assertThat(latencies.percentileMillis(1)).isEqualTo(1_000);
    }

    @Test
    void aSingleLatencyIsEveryPercentile() {
        Latencies latencies = new Latencies(10);
        latencies.record(2_000_000);

        assertThat(latencies.percentileMillis(0)).isEqualTo(2);
        assertThat(latencies.percentileMillis(0.999)).isEqualTo(2);
    }

    @Test
    void latenciesRecordedAfterAnAnswerCount() {
        Latencies latencies = new Latencies(2);
        latencies.record(9_000_000);
        assertThat(latencies.percentileMillis(1)).isEqualTo(9);

        latencies.record(1_000_000);

        assertThat(latencies.percentileMillis(0.5)).isEqualTo(1);
    }

    @Test
    void nothingHasNoPercentile() {
        assertThatThrownBy(() -> new Latencies(1).percentileMillis(0.5))
                .isInstanceOf(IllegalStateException.class);
    }
}
