package naru.quorum;

import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.raft.ExpirationService;
import org.apache.kafka.server.util.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread for all that the engine does later: expiry of Raft's waits, removal of old
 * metadata segments, heartbeats. It sleeps until something is due.
 */
final class EngineTimer implements ExpirationService, Scheduler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineTimer.class);

    private final ScheduledThreadPoolExecutor executor;

    EngineTimer(int nodeId) {
        this.executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        Thread.ofPlatform().name("quorum-" + nodeId + "-timer").daemon().factory());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    @Override
    public <T> CompletableFuture<T> failAfter(long timeoutMillis) {
        CompletableFuture<T> future = new CompletableFuture<>();
        ScheduledFuture<?> expiry =
                executor.schedule(
                        () -> {
                            future.completeExceptionally(
                                    new TimeoutException(
                                            "not done within " + timeoutMillis + " ms"));
                        },
                        timeoutMillis,
                        TimeUnit.MILLISECONDS);
        var _ = future.whenComplete((result, failure) -> expiry.cancel(false));
        return future;
    }

    @Override
    public ScheduledFuture<?> schedule(
            String name, Runnable task, long delayMillis, long periodMillis) {
        Runnable guarded = () -> run(name, task);
        return periodMillis > 0
                ? executor.scheduleAtFixedRate(
                        guarded, delayMillis, periodMillis, TimeUnit.MILLISECONDS)
                : executor.schedule(guarded, delayMillis, TimeUnit.MILLISECONDS);
    }

    /** Runs the task later, unless it is cancelled or the timer closes before. */
    Future<?> after(Duration delay, String name, Runnable task) {
        try {
            return executor.schedule(() -> run(name, task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            return CompletableFuture.completedFuture(null);
        }
    }

    private static void run(String name, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException fault) {
            LOG.error("The engine's task {} failed", name, fault);
        }
    }

    @Override
    public void startup() {}

    @Override
    public void shutdown() {
        close();
    }

    @Override
    public void resizeThreadPool(int size) {
        throw new UnsupportedOperationException("the engine's timer is one thread");
    }

    /** Drops what is not yet due and waits briefly for what is running. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("A task of the engine's timer does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
