package naru.rest.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.http.Budget;
import naru.http.Refusal;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;

final class BodyTest {
    private static final int MOST = 16 << 20;

    private final Budget budget = new Budget("bodies", 32 << 20, 1);

    private Body body(int size) throws InterruptedException {
        return Body.of(new ByteArrayInputStream(new byte[size]), MOST, budget);
    }

    @Test
    void aBodyUpToItsBoundIsTakenWhenItIsAlone() throws Exception {
        int free = budget.freeUnits();
        try (Body body = body(MOST)) {
            assertThat(body.bytes()).hasSize(MOST);
        }
        assertThat(budget.freeUnits()).isEqualTo(free);
    }

    @Test
    void aBodyBesideALargeOneIsRefusedForNow() throws Exception {
        try (Body _ = body(MOST)) {
            assertThatThrownBy(() -> body(100_000))
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(429));
        }
    }

    @Test
    void aSmallBodyWaitsForNobody() throws Exception {
        try (Body _ = body(MOST);
                Body small = body(8_000)) {
            assertThat(small.bytes()).hasSize(8_000);
        }
    }

    @Test
    void aBodyBeyondItsBoundIsTooLargeAndHoldsNothing() {
        int free = budget.freeUnits();
        assertThatThrownBy(() -> body(MOST + 1))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(413));
        assertThat(budget.freeUnits()).isEqualTo(free);
    }
}
