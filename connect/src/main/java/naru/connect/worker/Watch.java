package naru.connect.worker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The one thread that looks after connectors. */
final class Watch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.connect");
    private static final int RESTARTS_SECONDS = 1;
    private static final int SPINNING_SECONDS = 10;

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("connect-watch").daemon(true).factory());

    Watch(Restarts restarts, Spinning spinning, GivenFiles files) {
        every(RESTARTS_SECONDS, () -> restarts.look(System.currentTimeMillis()));
        every(RESTARTS_SECONDS, () -> files.look(System.currentTimeMillis()));
        every(SPINNING_SECONDS, () -> spinning.look(System.nanoTime()));
    }

    private void every(int seconds, Runnable look) {
        timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        look.run();
                    } catch (RuntimeException fault) {
                        LOG.warn("cannot look after connectors now", fault);
                    }
                },
                seconds,
                seconds,
                TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
