package naru.benchmarks.load;

import java.time.Duration;

/** Waiting that costs no CPU. */
public final class Pauses {
    private Pauses() {}

    /** Between two tries of something that is about to succeed. */
    public static void brief() {
        of(Duration.ofMillis(2));
    }

    public static void of(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
