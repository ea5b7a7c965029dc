package naru.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

final class BodyMemoryTest {
    private static final int MOST = 200_000;

    private final Budget budget = new Budget("bodies", 256 << 10, 1);

    private static InputStream body(int bytes) {
        return new ByteArrayInputStream(new byte[bytes]);
    }

    @Test
    void wholeBodyIsReadWhateverItsSize() throws Exception {
        for (int size : new int[] {0, 1, 8_191, 8_192, 8_193, 73_727, 73_728, 73_729, MOST}) {
            try (BodyMemory memory = new BodyMemory(budget)) {
                assertThat(memory.read(body(size), MOST)).hasSize(size);
            }
        }
    }

    @Test
    void oneByteTooMuchIsReadOfWhatIsTooLarge() throws Exception {
        try (BodyMemory memory = new BodyMemory(budget)) {
            assertThat(memory.read(body(MOST * 2), MOST)).hasSize(MOST + 1);
        }
        try (BodyMemory memory = new BodyMemory(budget)) {
            assertThat(memory.read(body(2_000), 1_000)).hasSize(1_001);
        }
    }

    @Test
    void whatOthersHoldIsMissingAndComesBack() throws Exception {
        int free = budget.freeUnits();
        try (BodyMemory first = new BodyMemory(budget);
                BodyMemory second = new BodyMemory(budget)) {
            assertThat(first.read(body(MOST), MOST)).hasSize(MOST);
            assertThatThrownBy(() -> second.read(body(MOST), MOST))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("bodies");
            assertThat(second.read(body(5_000), MOST)).hasSize(5_000);
        }
        assertThat(budget.freeUnits()).isEqualTo(free);
    }
}
