package naru.broker.tls;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks every two seconds whether key files have changed, on a thread of its own. */
public final class KeyWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.tls");
    private static final long EVERY_MILLIS = 2_000;

    private final List<TlsKeys> keys;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().name("naru-key-watch").daemon().unstarted(task));

    public KeyWatch(List<TlsKeys> keys) {
        this.keys = List.copyOf(keys);
        var _ =
                thread.scheduleWithFixedDelay(
                        this::look, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (TlsKeys one : keys) {
            try {
                one.renewChangedFiles();
            } catch (RuntimeException e) {
                LOG.error("looking for changed keys failed", e);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
