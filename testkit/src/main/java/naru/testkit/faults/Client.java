package naru.testkit.faults;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Work that goes on, on a thread of its own, until it is closed; it may be held in between.
 *
 * <p>Threads: {@link #step} and {@link #rest} run on the own thread, all else on the owner's.
 */
abstract class Client implements AutoCloseable {
    private static final Duration END_WITHIN = Duration.ofMinutes(4);

    private final String name;
    private final History history;
    private @Nullable Thread thread;
    private volatile boolean held;
    private volatile boolean resting;
    private volatile boolean ending;

    Client(String name, History history) {
        this.name = name;
        this.history = history;
    }

    /** A little of the work; failures end the client and are complained of. */
    abstract void step();

    /** All that is under way comes to its end. */
    abstract void rest();

    abstract void end();

    final String name() {
        return name;
    }

    final History history() {
        return history;
    }

    void start() {
        thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    private void run() {
        try {
            while (!ending) {
                if (held) {
                    rest();
                    resting = true;
                    while (held && !ending) {
                        pause(5);
                    }
                    resting = false;
                } else {
                    step();
                }
            }
        } catch (RuntimeException | Error failure) {
            if (!ending) {
                history.complain("%s has failed: %s".formatted(name, trace(failure)));
            }
        } finally {
            end();
        }
    }

    static String trace(Throwable failure) {
        StringBuilder text = new StringBuilder(failure.toString());
        for (StackTraceElement element : failure.getStackTrace()) {
            text.append("\n      at ").append(element);
        }
        return text.toString();
    }

    static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** It shall come to rest. */
    void hold() {
        held = true;
    }

    boolean isResting() {
        return resting || thread == null || !thread.isAlive();
    }

    void release() {
        held = false;
    }

    @Override
    public void close() {
        ending = true;
        Thread running = thread;
        if (running != null) {
            try {
                if (!running.join(END_WITHIN)) {
                    history.complain("%s does not end".formatted(name));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
