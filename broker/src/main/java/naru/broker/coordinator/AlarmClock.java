package naru.broker.coordinator;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one timer of all coordinators. Its thread only hands tasks on. */
public final class AlarmClock implements Alarm, AutoCloseable {
    private final ScheduledThreadPoolExecutor timer;

    public AlarmClock() {
        timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("naru-coordinator-timer").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.setRejectedExecutionHandler((task, stopped) -> {});
    }

    @Override
    public void after(long delayMillis, Runnable task) {
        var _ = timer.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    }

    void every(long periodMillis, Runnable task) {
        var _ =
                timer.scheduleWithFixedDelay(
                        task, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
