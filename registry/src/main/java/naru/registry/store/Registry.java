package naru.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Condition;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The registry's state, kept in a log that other nodes may write too. It wakes with the first
 * question.
 *
 * <p>Threads: any may ask; one decides and writes at a time.
 */
public final class Registry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.registry");
    private static final Duration OPEN_MOST = Duration.ofSeconds(30);
    private static final Duration WRITE_MOST = Duration.ofSeconds(30);
    private static final int PAUSE_MILLIS_MOST = 200;

    private final StoreLog log;
    private final RandomGenerator chance;
    private RegistryState state = new RegistryState();
    private final ReentrantReadWriteLock stateLock = new ReentrantReadWriteLock();
    private final ReentrantLock writing = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean open;
    private volatile String whyShut = "";

    /**
     * What is to be written, and what is answered when it is.
     *
     * @param changes none: nothing is written, and the answer holds at once
     */
    public record Decision<T>(List<StoreLog.Change> changes, T answer) {
        public static <T> Decision<T> nothing(T answer) {
            return new Decision<>(List.of(), answer);
        }
    }

    public Registry(StoreLog log, RandomGenerator chance) {
        this.log = log;
        this.chance = chance;
    }

    /** Asks the state. The question must be short, and keep nothing of the state itself. */
    public <T> T read(Function<RegistryState, T> question)
            throws StoreLog.Unavailable, InterruptedException {
        wake();
        stateLock.readLock().lock();
        try {
            return question.apply(state);
        } finally {
            stateLock.readLock().unlock();
        }
    }

    /**
     * Decides and writes. The decision is made on a state that holds everything that was ever
     * written, and again on a later one if another node became the writer meanwhile.
     *
     * @throws StoreLog.Unavailable when the log cannot be written; what was decided may have been
     */
    public <T> T write(Function<RegistryState, Decision<T>> decide)
            throws StoreLog.Unavailable, InterruptedException {
        wake();
        long end = System.nanoTime() + WRITE_MOST.toNanos();
        writing.lockInterruptibly();
        try {
            while (true) {
                if (!log.isWriter()) {
                    log.becomeWriter(remaining(end));
                }
                Decision<T> decision = decision(decide);
                if (decision.changes().isEmpty()) {
                    return decision.answer();
                }
                try {
                    log.append(decision.changes(), remaining(end));
                    return decision.answer();
                } catch (StoreLog.Fenced other) {
                    LOG.info("another node writes the schemas too: {}", other.getMessage());
                    pause(end);
                }
            }
        } finally {
            writing.unlock();
        }
    }

    /** Whether schemas can be read and written, as far as that is known. */
    public Condition condition() {
        String trouble = open ? log.trouble() : whyShut;
        if (!trouble.isEmpty()) {
            return new Condition.Down(trouble);
        }
        return open ? new Condition.Up() : new Condition.Asleep();
    }

    private <T> Decision<T> decision(Function<RegistryState, Decision<T>> decide) {
        stateLock.readLock().lock();
        try {
            return decide.apply(state);
        } finally {
            stateLock.readLock().unlock();
        }
    }

    /** So that two nodes which both have much to write do not put each other out all the time. */
    private void pause(long end) throws StoreLog.Unavailable, InterruptedException {
        Duration left = remaining(end);
        long millis = Math.min(1 + chance.nextInt(PAUSE_MILLIS_MOST), left.toMillis());
        if (closed.await(millis, TimeUnit.MILLISECONDS)) {
            throw new StoreLog.Unavailable("this node stops", null);
        }
    }

    private static Duration remaining(long end) throws StoreLog.Unavailable {
        long nanos = end - System.nanoTime();
        if (nanos <= 0) {
            throw new StoreLog.Unavailable(
                    StoreLog.Unavailable.Reason.TIMEOUT,
                    "the schemas could not be written within " + WRITE_MOST.toSeconds() + " s",
                    null);
        }
        return Duration.ofNanos(nanos);
    }

    private void wake() throws StoreLog.Unavailable, InterruptedException {
        synchronized (log) {
            if (!open) {
                try {
                    log.open(new Taking(), OPEN_MOST);
                } catch (StoreLog.Unavailable fault) {
                    whyShut = String.valueOf(fault.getMessage());
                    throw fault;
                }
                open = true;
                whyShut = "";
            }
        }
    }

    private final class Taking implements StoreLog.Reader {
        @Override
        public void read(StoreKey key, @Nullable ObjectNode value, long at) {
            stateLock.writeLock().lock();
            try {
                state.apply(key, value, at);
            } finally {
                stateLock.writeLock().unlock();
            }
        }

        @Override
        public void beginAnew() {
            stateLock.writeLock().lock();
            try {
                state = new RegistryState();
            } finally {
                stateLock.writeLock().unlock();
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        log.close();
    }
}
