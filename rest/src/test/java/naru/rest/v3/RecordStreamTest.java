package naru.rest.v3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.http.Budget;
import naru.http.Refusal;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

final class RecordStreamTest {
    private static final int RECORD_MOST = 1 << 20;
    private static final long BUDGET = 1 << 20;

    private final Budget budget = new Budget("bodies", BUDGET, 1);

    private RecordStream stream(String... values) throws IOException {
        byte[] bytes = String.join("\n", values).getBytes(StandardCharsets.UTF_8);
        return new RecordStream(new ByteArrayInputStream(bytes), RECORD_MOST, budget);
    }

    private static String text(int size) {
        return '"' + "x".repeat(size) + '"';
    }

    private void assertFree() throws InterruptedException {
        budget.giveBack(budget.take(BUDGET));
    }

    @Test
    void aLargeRecordHoldsMemoryUntilTheNextIsAskedFor() throws Exception {
        try (RecordStream records = stream(text(500_000), "{}", text(200_000))) {
            records.next();
            assertThatThrownBy(this::assertFree).isInstanceOf(Refusal.class);
            records.next();
            assertFree();
            records.next();
        }
        assertFree();
    }

    @Test
    void aLargeRecordIsRefusedWhereOthersHoldTheMemory() throws Exception {
        int taken = budget.take(BUDGET);
        try (RecordStream records = stream("{}", text(500_000))) {
            assertThat(records.next()).isNotNull();
            assertThatThrownBy(records::next)
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(429));
        }
        budget.giveBack(taken);
        assertFree();
    }
}
