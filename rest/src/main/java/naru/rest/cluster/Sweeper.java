package naru.rest.cluster;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks now and then for what nobody uses any longer. Its one thread begins with the first task.
 */
public final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.rest");

    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().name("rest-sweep").daemon().factory());

    /** Until this is closed; what a turn throws is logged and does not end the turns. */
    public void every(Duration pause, Runnable turn) {
        Runnable guarded =
                () -> {
                    try {
                        turn.run();
                    } catch (RuntimeException fault) {
                        LOG.warn("something that nobody uses could not be closed", fault);
                    }
                };
        thread.scheduleWithFixedDelay(
                guarded, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
