package naru.broker.coordinator;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs tasks one at a time, in the order in which they came, on the thread of whoever brings the
 * first; nobody waits. A thread that has run its share passes the rest on to another.
 *
 * <p>Bounded by who brings tasks: each connection has one request under way.
 */
final class Mailbox {
    private static final Logger LOG = LoggerFactory.getLogger("naru.coordinator");
    private static final int SHARE = 32;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Consumer<Runnable> elsewhere;

    /**
     * @param elsewhere runs a task on another thread
     */
    Mailbox(Consumer<Runnable> elsewhere) {
        this.elsewhere = elsewhere;
    }

    /** Runs the task now or soon. */
    void run(Runnable task) {
        tasks.add(task);
        if (waiting.getAndIncrement() == 0) {
            drain(SHARE);
        }
    }

    /** Runs the task soon, on another thread. */
    void runElsewhere(Runnable task) {
        tasks.add(task);
        if (waiting.getAndIncrement() == 0) {
            elsewhere.accept(() -> drain(Integer.MAX_VALUE));
        }
    }

    private void drain(int share) {
        int left = share;
        do {
            if (left-- == 0) {
                elsewhere.accept(() -> drain(Integer.MAX_VALUE));
                return;
            }
            Runnable task = tasks.poll();
            if (task == null) {
                throw new IllegalStateException("a mailbox counts a task and holds none");
            }
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a coordinator's task failed; this is a bug in Naru", e);
            }
        } while (waiting.decrementAndGet() != 0);
    }
}
