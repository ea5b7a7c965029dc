package naru.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

final class PacedBodyTest {
    private long nanos;

    @Test
    void slowBodyIsCutOffOncePatienceEnds() throws IOException {
        PacedBody body = body(1_000);
        pass(29);
        assertThat(body.read()).isZero();
        pass(2);
        assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessageContaining("100");
    }

    @Test
    void bodyAtTheRateIsReadToItsEnd() throws IOException {
        PacedBody body = body(10_000);
        for (int second = 0; second < 100; second++) {
            assertThat(body.readNBytes(100)).hasSize(100);
            pass(1);
        }
        pass(1_000);
        assertThat(body.read()).isEqualTo(-1);
    }

    @Test
    void bodyThatBeginsFastMayNotRestThen() throws IOException {
        PacedBody body = body(100_000);
        assertThat(body.readNBytes(50_000)).hasSize(50_000);
        pass(31);
        assertThat(body.read()).isZero();
        pass(31);
        assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessageContaining("100");
    }

    private PacedBody body(int bytes) {
        return new PacedBody(new ByteArrayInputStream(new byte[bytes]), 100, () -> nanos);
    }

    private void pass(int seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
    }
}
