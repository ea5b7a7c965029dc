package naru.quorum.metadatalog;

import org.apache.kafka.server.util.Scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;

/**
 * The tasks of one opened log on a scheduler that serves others too: they end when the log gives
 * way to another. A task that fails for want of room makes the log refuse everything from then on,
 * without saying why; that is remembered here.
 *
 * <p>Threads: any.
 */
final class LogTasks implements Scheduler {
    private final Scheduler scheduler;
    private final DiskRoom room;
    private final List<ScheduledFuture<?>> scheduled = new ArrayList<>();
    private volatile boolean wantedRoom;

    LogTasks(Scheduler scheduler, DiskRoom room) {
        this.scheduler = scheduler;
        this.room = room;
    }

    boolean wantedRoom() {
        return wantedRoom;
    }

    @Override
    public ScheduledFuture<?> schedule(
            String name, Runnable task, long delayMillis, long periodMillis) {
        ScheduledFuture<?> future =
                scheduler.schedule(name, () -> run(task), delayMillis, periodMillis);
        synchronized (scheduled) {
            scheduled.removeIf(ScheduledFuture::isDone);
            scheduled.add(future);
        }
        return future;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | InternalError refusal) {
            if (room.isWantOfRoom(refusal)) {
                wantedRoom = true;
            }
            throw refusal;
        }
    }

    /** Ends what is still to come. */
    void retire() {
        synchronized (scheduled) {
            scheduled.forEach(future -> future.cancel(false));
            scheduled.clear();
        }
    }

    @Override
    public void startup() {}

    /** The scheduler is another's. */
    @Override
    public void shutdown() {}

    @Override
    public void resizeThreadPool(int size) {
        throw new UnsupportedOperationException("the scheduler is another's");
    }
}
