package naru.broker.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.metrics.stats.Rate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

class SampledRateTest {
    private static final Windows WINDOWS = Windows.ofSeconds(11, 1);

    /** Samples as a list that is walked from its begin each time. */
    private static final class SlowModel {
        private static final class Sample {
            final long start;
            long last;
            double sum;

            Sample(long start) {
                this.start = start;
            }
        }

        private final Windows windows;
        private final List<Sample> samples = new ArrayList<>();

        SlowModel(Windows windows) {
            this.windows = windows;
        }

        void put(double amount, long now) {
            if (samples.isEmpty() || now - samples.getLast().start >= windows.sampleMillis()) {
                samples.add(new Sample(now));
            }
            samples.getLast().last = now;
            samples.getLast().sum += amount;
        }

        double perSecond(long now) {
            double sum = 0;
            long oldest = now;
            for (Sample sample : samples) {
                if (now - sample.last < windows.totalMillis()) {
                    sum += sample.sum;
                    oldest = Math.min(oldest, sample.start);
                }
            }
            long span = now - oldest;
            while (span / windows.sampleMillis() < windows.samples() - 1) {
                span += windows.sampleMillis();
            }
            return sum * 1000 / Math.max(1, span);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void rateIsWhatTheSlowModelSays(long seed) {
        Random random = new Random(seed);
        Windows windows = new Windows(2 + random.nextInt(10), 100 + random.nextInt(2000));
        SampledRate rate = new SampledRate(windows);
        SlowModel model = new SlowModel(windows);
        long now = random.nextLong(1_000_000);
        for (int i = 0; i < 3000; i++) {
            now += step(random, windows);
            double amount = random.nextInt(1000);
            rate.put(amount, now);
            model.put(amount, now);
            assertThat(rate.perSecond(now))
                    .as("seed %d, step %d", seed, i)
                    .isCloseTo(model.perSecond(now), within(1e-6));
        }
    }

    /** Kafka forgets the begin of a sample that is obsolete only when it looks at it. */
    private static long step(Random random, Windows windows) {
        return switch (random.nextInt(20)) {
            case 0 -> windows.totalMillis() + random.nextLong(windows.totalMillis());
            case 1 -> windows.sampleMillis() * (1 + random.nextInt(3));
            default -> random.nextLong(windows.sampleMillis() / 3);
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void rateAndThrottleTimeAreKafkas(long seed) {
        Random random = new Random(seed);
        Windows windows = new Windows(2 + random.nextInt(12), 1000);
        double bound = 1 + random.nextInt(2000);
        MetricConfig config =
                new MetricConfig()
                        .samples(windows.samples())
                        .timeWindow(windows.sampleMillis(), TimeUnit.MILLISECONDS)
                        .quota(Quota.upperBound(bound));
        Rate kafka = new Rate();
        SampledRate rate = new SampledRate(windows);
        long now = 1_000_000;
        for (int i = 0; i < 5000; i++) {
            now += random.nextInt(10) == 0 ? random.nextInt(15_000) : random.nextInt(400);
            double amount = random.nextInt(2000);
            kafka.record(config, amount, now);
            long wait = rate.add(amount, bound, now);
            double measured = kafka.measure(config, now);
            long expected =
                    measured <= bound
                            ? 0
                            : Math.round(
                                    (measured - bound) / bound * kafka.windowSize(config, now));
            assertThat(rate.perSecond(now))
                    .as("seed %d, step %d", seed, i)
                    .isCloseTo(measured, within(1e-6));
            assertThat(wait).as("seed %d, step %d", seed, i).isEqualTo(expected);
        }
    }

    @Test
    void clientThatWaitsAsToldIsWithinItsQuota() {
        SampledRate rate = new SampledRate(WINDOWS);
        long now = 5_000;
        long sent = 0;
        long begin = now;
        for (int i = 0; i < 500; i++) {
            sent += 10_000;
            now += 1 + rate.add(10_000, 100_000, now);
        }
        double seconds = (now - begin) / 1000.0;
        assertThat(sent / seconds).isLessThan(100_000 * 1.3);
    }

    @Test
    void rateIsForgottenAfterAllSamples() {
        SampledRate rate = new SampledRate(WINDOWS);
        rate.put(1_000_000, 0);
        assertThat(rate.isIdle(10_999)).isFalse();
        assertThat(rate.isIdle(11_000)).isTrue();
        assertThat(rate.perSecond(11_000)).isZero();
    }
}
