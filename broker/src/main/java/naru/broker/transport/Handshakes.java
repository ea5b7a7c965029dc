package naru.broker.transport;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which the costly steps of TLS handshakes run, as many as cores, and none when
 * nobody shakes hands. Shared by the loops.
 */
final class Handshakes implements AutoCloseable {
    private static final int QUEUED_MOST = 4096;
    private static final long KEPT_SECONDS = 10;

    private final ThreadPoolExecutor threads;

    Handshakes() {
        AtomicInteger number = new AtomicInteger();
        int size = Runtime.getRuntime().availableProcessors();
        threads =
                new ThreadPoolExecutor(
                        size,
                        size,
                        KEPT_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(QUEUED_MOST),
                        task ->
                                Thread.ofPlatform()
                                        .name("naru-handshake-" + number.getAndIncrement())
                                        .daemon()
                                        .unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * @throws java.util.concurrent.RejectedExecutionException when too many wait
     */
    void execute(Runnable step) {
        threads.execute(step);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
