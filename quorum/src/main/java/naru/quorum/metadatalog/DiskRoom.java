package naru.quorum.metadatalog;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Whether the volume of the metadata log has room, and waiting until it has. Tells the operator
 * when waiting begins, with what to do, and when it is over, once a minute at most.
 *
 * <p>Threads: any wait; another closes, and who waits then fails.
 */
public final class DiskRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);

    /**
     * With less than this the log takes no more. What is left serves the state of votes, and the
     * indexes that opening the log anew writes.
     */
    public static final long LEAST_BYTES = 1 << 20;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final Duration BETWEEN_COMPLAINTS = Duration.ofMinutes(1);

    private final Path folder;
    private final LongSupplier usableBytes;
    private final Duration betweenLooks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private boolean closed;
    private long complainedNanos = System.nanoTime() - BETWEEN_COMPLAINTS.toNanos();
    private final AtomicInteger waiting = new AtomicInteger();

    /** A write that begins from nothing each time. */
    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    public DiskRoom(Path folder) {
        this(folder, () -> usable(folder), BETWEEN_LOOKS);
    }

    DiskRoom(Path folder, LongSupplier usableBytes, Duration betweenLooks) {
        this.folder = folder;
        this.usableBytes = usableBytes;
        this.betweenLooks = betweenLooks;
    }

    /** A file system that does not say how large it is says nothing of its room either. */
    private static long usable(Path folder) {
        return folder.toFile().getTotalSpace() == 0
                ? Long.MAX_VALUE
                : folder.toFile().getUsableSpace();
    }

    /** Whether so much can be written and the least that is kept is left. */
    boolean has(long bytes) {
        return usableBytes.getAsLong() - LEAST_BYTES >= bytes;
    }

    /** Whether somebody waits: what concerns the log will not be done soon. */
    public boolean isAwaited() {
        return waiting.get() > 0;
    }

    /**
     * Whether the disk has refused something because it is full. A mapped file of which a page
     * finds no room fails with an {@link InternalError}.
     */
    boolean isWantOfRoom(Throwable refusal) {
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (message.contains("No space left") || message.contains("quota exceeded")) {
                return true;
            }
        }
        return !has(0);
    }

    /** Returns when so much can be written, perhaps at once. */
    void await(long bytes) {
        if (!has(bytes)) {
            awaitAfter("less than " + (LEAST_BYTES + bytes) + " bytes are left", bytes);
        }
    }

    /** Waits for a while, then for room: the disk has just refused something. */
    void awaitAfter(String refusal, long bytes) {
        lock.lock();
        try {
            boolean told = complain(refusal);
            waiting.incrementAndGet();
            try {
                do {
                    pause(refusal);
                } while (!has(bytes));
            } finally {
                waiting.decrementAndGet();
            }
            if (told) {
                LOG.info("The volume of the metadata log {} has room again", folder);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean complain(String refusal) {
        long now = System.nanoTime();
        if (now - complainedNanos < BETWEEN_COMPLAINTS.toNanos()) {
            return false;
        }
        complainedNanos = now;
        LOG.error(
                "The volume of the metadata log {} has no room ({}). This node waits and takes no"
                        + " part in decisions of the quorum until there is; what it serves goes"
                        + " on, but for changes to topics, settings and leaders. Delete or move"
                        + " files on that volume: the node goes on by itself.",
                folder,
                refusal);
        return true;
    }

    private void pause(String refusal) {
        try {
            long left = betweenLooks.toNanos();
            while (left > 0 && !closed) {
                left = closing.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            closed = true;
        }
        if (closed) {
            throw new NoRoomException("The volume of " + folder + " has no room: " + refusal);
        }
    }

    /** Writes again and again for as long as the disk refuses it for want of room. */
    void insist(Write write) throws IOException {
        while (true) {
            try {
                write.run();
                return;
            } catch (IOException | UncheckedIOException refusal) {
                if (!isWantOfRoom(refusal)) {
                    throw refusal;
                }
                awaitAfter(String.valueOf(refusal.getMessage()), 0);
            }
        }
    }

    /** Whether the node is being stopped. */
    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Who waits fails, and who comes when there is no room. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
