package naru.broker.partition;

import naru.log.AppendOutcome.Refused;
import naru.log.Follower;
import naru.log.LeaderAnswer;
import naru.log.LocalLeader;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogStorageException;
import naru.log.PartitionLog;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;

/**
 * Logs that are on their way to another data folder of this node (KIP-113). A copy follows the log
 * while that is appended to; when it has caught up, the controller is told the new folder, and when
 * it has agreed the copy takes the log's place.
 *
 * <pre>
 *   COPYING ──(caught up)──▶ TOLD ──(agreed)──▶ the copy is the log
 * </pre>
 *
 * <p>Threads: asked by any; one thread of its own, while there is something to move, calls {@link
 * #turn}. A move that the disk refuses is tried again every second until the folder is offline.
 */
public final class Moves implements LeadershipListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.move");
    private static final int STEP_BYTES = 1 << 20;
    private static final long RETRY_MILLIS = 1000;
    private static final long REST_MILLIS = 20;

    private final Partitions partitions;
    private final LogDirectories logs;
    private final Controller controller;
    private final DoubleSupplier bytesPerSecond;
    private final Clock clock;
    private final Map<TopicPartition, Move> moves = new LinkedHashMap<>();
    private @Nullable Thread thread;
    private long paidUntilMillis;
    private boolean threaded;
    private boolean closed;

    /** Who is told where a replica is going to be. */
    @FunctionalInterface
    public interface Controller {
        /** Completes when the metadata are to name this folder; is cancelled by the next call. */
        CompletableFuture<Void> assign(Uuid topicId, int partition, Uuid directoryId);
    }

    private static final class Move {
        final Partition partition;
        final Follower follower;
        @Nullable CompletableFuture<Void> told;
        long notBeforeMillis;

        Move(Partition partition, PartitionLog copy) {
            this.partition = partition;
            this.follower = new Follower(copy);
        }

        TopicPartition name() {
            return partition.topicPartition();
        }
    }

    public Moves(
            Partitions partitions,
            Controller controller,
            DoubleSupplier bytesPerSecond,
            Clock clock) {
        this.partitions = partitions;
        this.logs = partitions.logs();
        this.controller = controller;
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
    }

    /** From now on a thread of its own moves. */
    public synchronized void start() {
        threaded = true;
        begin();
    }

    @Override
    public void onLeading(Partition partition, int leaderEpoch) {
        goOn(partition);
    }

    @Override
    public void onFollowing(Partition partition) {
        goOn(partition);
    }

    /** Goes on with a copy that a former run, or one before an election, had begun. */
    private void goOn(Partition partition) {
        PartitionLog copy = logs.copy(partition.topicPartition());
        if (copy == null) {
            return;
        }
        if (partition.topicId().equals(copy.topicId())) {
            add(new Move(partition, copy));
        } else {
            logs.dropCopy(partition.topicPartition());
        }
    }

    @Override
    public void onNotLeading(Partition partition) {}

    /**
     * Has the log of a partition that is led or follows here moved to the folder; ends a move to
     * another one.
     *
     * @throws LogStorageException when the copy cannot be made
     */
    public synchronized void move(Partition partition, LogDirectory target) {
        PartitionLog log = partition.log();
        if (log == null) {
            return;
        }
        PartitionLog copy = logs.copy(partition.topicPartition());
        if (copy != null && copy.directoryId().equals(target.directoryId())) {
            return;
        }
        if (copy != null) {
            cancel(partition, log);
        }
        if (!log.directoryId().equals(target.directoryId())) {
            add(new Move(partition, logs.createCopy(log, target)));
        }
    }

    private void cancel(Partition partition, PartitionLog log) {
        moves.remove(partition.topicPartition());
        logs.dropCopy(partition.topicPartition());
        var _ = tell(partition, log.directoryId());
    }

    private CompletableFuture<Void> tell(Partition partition, Uuid directoryId) {
        return controller.assign(
                partition.topicId(), partition.topicPartition().partition(), directoryId);
    }

    private synchronized void add(Move move) {
        if (closed) {
            return;
        }
        moves.put(move.name(), move);
        begin();
    }

    private synchronized void begin() {
        notifyAll();
        if (threaded && thread == null && !moves.isEmpty() && !closed) {
            thread = Thread.ofPlatform().daemon().name("log-mover").start(this::loop);
        }
    }

    /** Whether nothing is on its way. */
    public synchronized boolean isIdle() {
        return moves.isEmpty();
    }

    private void loop() {
        try {
            while (awaitWork()) {
                if (!turn()) {
                    rest();
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when the thread is to end: nothing moves, or the node stops. */
    private synchronized boolean awaitWork() {
        if (moves.isEmpty() || closed) {
            thread = null;
            notifyAll();
            return false;
        }
        return true;
    }

    private synchronized void rest() throws InterruptedException {
        long end = clock.millis() + REST_MILLIS;
        long left = REST_MILLIS;
        while (left > 0 && !closed) {
            wait(left);
            left = Math.min(left, end - clock.millis());
        }
    }

    /** One step of each move; false when none had anything to do. */
    public boolean turn() {
        List<Move> present;
        long now = clock.millis();
        synchronized (this) {
            present = now < paidUntilMillis || closed ? List.of() : List.copyOf(moves.values());
        }
        boolean progress = false;
        for (Move move : present) {
            if (now >= move.notBeforeMillis) {
                progress |= step(move, now);
            }
        }
        return progress;
    }

    private boolean step(Move move, long now) {
        synchronized (this) {
            if (moves.get(move.name()) != move) {
                return false;
            }
        }
        PartitionLog log = move.partition.log();
        if (log == null || logs.copy(move.name()) != move.follower.log()) {
            forget(move);
            return true;
        }
        try {
            return copy(move, log);
        } catch (LogStorageException refusal) {
            LOG.warn("{} is not moved for now: {}", move.name(), refusal.getMessage());
            move.notBeforeMillis = now + RETRY_MILLIS;
            return false;
        } catch (RuntimeException bug) {
            LOG.error("{} cannot be moved", move.name(), bug);
            move.notBeforeMillis = now + RETRY_MILLIS;
            return false;
        }
    }

    private boolean copy(Move move, PartitionLog log) {
        PartitionLog copy = move.follower.log();
        LeaderAnswer answer = new LocalLeader(log).answer(move.follower.wanted(), STEP_BYTES);
        long before = copy.logEndOffset();
        Refused refused = move.follower.take(answer);
        if (refused != null) {
            throw new LogStorageException(refused.message(), new IOException(refused.message()));
        }
        if (answer instanceof LeaderAnswer.Records records) {
            spend(records.batches().limit());
        }
        CompletableFuture<Void> told = move.told;
        boolean caughtUp = copy.logEndOffset() == log.logEndOffset();
        if (caughtUp && told == null) {
            copy.flush();
            synchronized (this) {
                if (moves.get(move.name()) == move) {
                    move.told = tell(move.partition, copy.directoryId());
                }
            }
            return true;
        }
        if (told != null && told.isDone()) {
            finish(move, copy, told);
            return true;
        }
        return copy.logEndOffset() != before;
    }

    private void finish(Move move, PartitionLog copy, CompletableFuture<Void> told) {
        if (told.isCompletedExceptionally()) {
            move.told = null;
            return;
        }
        copy.flush();
        if (partitions.replaceByCopy(move.partition, copy)) {
            LOG.info("{} is now in {}", move.name(), logs.directoryOf(copy).path());
        }
        forget(move);
    }

    private synchronized void forget(Move move) {
        moves.remove(move.name(), move);
    }

    /** Accounts for bytes, so that turns wait until they are within the rate. */
    private synchronized void spend(long bytes) {
        double rate = bytesPerSecond.getAsDouble();
        if (bytes > 0 && rate < Long.MAX_VALUE) {
            long now = clock.millis();
            paidUntilMillis = Math.max(paidUntilMillis, now) + (long) (bytes * 1000 / rate);
        }
    }

    /** Ends the thread; copies stay, and the next start goes on with them. */
    @Override
    public void close() {
        boolean interrupted = false;
        synchronized (this) {
            closed = true;
            notifyAll();
            while (thread != null) {
                try {
                    wait();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
