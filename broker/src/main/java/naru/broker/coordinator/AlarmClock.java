package naru.broker.coordinator;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one timer of all coordinators, and the threads on which they work when no request lends them
 * one. These are not virtual: requests that read the disk on virtual threads hold the few carriers
 * for as long as that takes.
 *
 * <p>Bounded by who works: a mailbox has one task here, an alarm one for each who waits.
 */
public final class AlarmClock implements Alarm, AutoCloseable {
    private static final int FEWEST_WORKERS = 2;
    private static final int IDLE_SECONDS = 30;

    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor workers;

    public AlarmClock() {
        int most = Math.max(FEWEST_WORKERS, Runtime.getRuntime().availableProcessors());
        workers =
                new ThreadPoolExecutor(
                        most,
                        most,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().name("naru-coordinator-", 0).daemon().factory(),
                        (task, stopped) -> task.run());
        workers.allowCoreThreadTimeOut(true);
        timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("naru-coordinator-timer").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.setRejectedExecutionHandler((task, stopped) -> {});
    }

    @Override
    public void after(long delayMillis, Runnable task) {
        var _ = timer.schedule(() -> soon(task), delayMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void soon(Runnable task) {
        workers.execute(task);
    }

    void every(long periodMillis, Runnable task) {
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> soon(task), periodMillis, periodMillis, TimeUnit.MILLISECONDS);
    }

    /** Nobody is interrupted, which would close the file that is being written. */
    @Override
    public void close() {
        timer.shutdownNow();
        workers.shutdown();
    }
}
