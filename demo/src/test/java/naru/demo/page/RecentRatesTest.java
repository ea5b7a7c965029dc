package naru.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentRatesTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void rateIsThatOfTheLastSecondsAndHistoryIsBounded() {
        RecentRates rates = new RecentRates();
        assertThat(rates.now()).isZero();
        for (int second = 0; second <= 100; second++) {
            rates.add(second * SECOND, second < 50 ? 0 : (second - 50) * 8L);
        }
        assertThat(rates.now()).isEqualTo(8.0);
        assertThat(rates.history()).hasSize(Snapshot.HISTORY).endsWith(8.0).startsWith(0.0);
    }

    @Test
    void countThatShrinksIsNoNegativeRate() {
        RecentRates rates = new RecentRates();
        rates.add(0, 100);
        rates.add(SECOND, 0);
        assertThat(rates.now()).isZero();
        assertThat(rates.history()).containsExactly(0.0);
    }
}
