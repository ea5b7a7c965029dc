package naru.broker.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Quota;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;
import java.util.concurrent.TimeUnit;

class TokenBucketTest {
    private static final Windows WINDOWS = Windows.ofSeconds(11, 1);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void waitIsKafkas(long seed) {
        Random random = new Random(seed);
        double perSecond = 1 + random.nextInt(20);
        MetricConfig config =
                new MetricConfig()
                        .samples(11)
                        .timeWindow(1, TimeUnit.SECONDS)
                        .quota(Quota.upperBound(perSecond));
        var kafka = new org.apache.kafka.common.metrics.stats.TokenBucket();
        TokenBucket bucket = new TokenBucket(WINDOWS);
        long now = 1_700_000_000_000L;
        for (int i = 0; i < 2000; i++) {
            now += random.nextInt(3000);
            int amount = random.nextInt(60);
            kafka.record(config, amount, now);
            bucket.take(amount, perSecond, now);
            double tokens = kafka.measure(config, now);
            assertThat(bucket.waitMillis(perSecond, now))
                    .as("seed %d, step %d", seed, i)
                    .isEqualTo(tokens >= 0 ? 0 : Math.round(-tokens / perSecond * 1000));
        }
    }

    @Test
    void bucketGivesWhileItHasAnyAndNotBelow() {
        TokenBucket bucket = new TokenBucket(WINDOWS);
        assertThat(bucket.takeIfAny(100, 1, 0)).as("11 tokens are there").isTrue();
        assertThat(bucket.takeIfAny(1, 1, 1000)).as("88 are missing").isFalse();
        assertThat(bucket.waitMillis(1, 1000)).isEqualTo(88_000);
        assertThat(bucket.takeIfAny(1, 1, 89_000)).isTrue();
    }

    @Test
    void bucketIsIdleWhenItIsFull() {
        TokenBucket bucket = new TokenBucket(WINDOWS);
        bucket.take(5, 1, 0);
        assertThat(bucket.isIdle(4_999)).isFalse();
        assertThat(bucket.isIdle(5_000)).isTrue();
    }
}
