package naru.log.compaction;

import naru.log.checkpoint.OffsetCheckpoint;
import naru.wire.BrokenRecordsException;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Compacts the logs of one data folder: the dirtiest first, by as many threads as are configured.
 * The threads come to be when there is something to look at, and sleep without a time-out while no
 * compacted log has a sealed segment.
 *
 * <p>Threads: safe for use by many; nothing here waits for a pass but {@link #stop}. Faults: a log
 * with a damaged batch is left alone, one that the disk refused is tried again later; others go on.
 */
public final class Compactor {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);
    private static final long RETRY_MILLIS = 60_000;

    /** A pass that is under way. */
    private static final class Running {
        private volatile boolean cancelled;
    }

    /** A log that is to be cleaned. */
    private record Chosen(CompactableLog log, CleanableRange range, Running running) {}

    private final Supplier<CompactionSettings> settings;
    private final Supplier<Collection<? extends CompactableLog>> logs;
    private final OffsetCheckpoint checkpoint;
    private final Clock clock;
    private final Uuid secret;
    private final Throttle throttle;
    private final CompactionStats stats = new CompactionStats();
    private final Object monitor = new Object();
    private final Map<TopicPartition, Long> cleanedUpTo;
    private final Map<TopicPartition, Running> running = new HashMap<>();
    private final Map<TopicPartition, String> uncleanable = new HashMap<>();
    private final Map<TopicPartition, Long> triedAgainMillis = new HashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private @Nullable String name;
    private long called;
    private volatile boolean stopping;

    /**
     * @param cleanedUpTo what the checkpoint has
     * @param secret under which keys are hashed
     * @param logs all logs of the folder; those that are not compacted are passed over
     */
    public Compactor(
            Supplier<CompactionSettings> settings,
            Supplier<Collection<? extends CompactableLog>> logs,
            OffsetCheckpoint checkpoint,
            Map<TopicPartition, Long> cleanedUpTo,
            Clock clock,
            Uuid secret) {
        this.settings = settings;
        this.logs = logs;
        this.checkpoint = checkpoint;
        this.cleanedUpTo = new HashMap<>(cleanedUpTo);
        this.clock = clock;
        this.secret = secret;
        this.throttle =
                new Throttle(
                        () -> settings.get().maxBytesPerSecond(), () -> clock.millis() * 1_000_000);
    }

    /** From now on threads of its own clean. */
    public void start(String folderName) {
        synchronized (monitor) {
            name = folderName;
        }
        wake();
    }

    /** Something has changed by which a log may be worth cleaning now or later. */
    public void wake() {
        synchronized (monitor) {
            called++;
            addThreads();
            monitor.notifyAll();
        }
    }

    private void addThreads() {
        if (name == null || stopping || !settings.get().enabled()) {
            return;
        }
        threads.removeIf(thread -> !thread.isAlive());
        while (threads.size() < settings.get().threads() && anyCompacted()) {
            int index = threads.size();
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("log-cleaner-" + index + " " + name)
                            .start(() -> loop(index)));
        }
    }

    private boolean anyCompacted() {
        return logs.get().stream().anyMatch(Compactor::hasSealed);
    }

    private static boolean hasSealed(CompactableLog log) {
        return log.config().compactEnabled() && log.segments().length > 1;
    }

    private void loop(int index) {
        while (!stopping && index < settings.get().threads()) {
            try {
                long seen;
                synchronized (monitor) {
                    seen = called;
                }
                if (!found()) {
                    rest(seen);
                }
            } catch (InterruptedException stop) {
                return;
            }
        }
    }

    private boolean found() {
        try {
            return cleanOne();
        } catch (RuntimeException bug) {
            LOG.error("Compaction found no log to clean", bug);
            return false;
        }
    }

    /**
     * Until it is time to look again: a while, or until called when there is nothing to look at.
     */
    private void rest(long seen) throws InterruptedException {
        boolean some = anyCompacted();
        long backoff = Math.max(1, settings.get().backoffMillis());
        long endMillis = clock.millis() + backoff;
        synchronized (monitor) {
            if (!some) {
                while (called == seen && !stopping) {
                    monitor.wait();
                }
                return;
            }
            long left = backoff;
            while (left > 0 && !stopping) {
                monitor.wait(left);
                left = Math.min(left, endMillis - clock.millis());
            }
        }
    }

    /** Cleans all that is worth it now, on the caller's thread. */
    public void cleanDue() {
        while (settings.get().enabled() && cleanOne()) {
            Thread.onSpinWait();
        }
    }

    /** Cleans the dirtiest log; false when none is worth it. */
    private boolean cleanOne() {
        Chosen chosen = choose(clock.millis());
        if (chosen == null) {
            return false;
        }
        TopicPartition partition = chosen.log.topicPartition();
        long start = clock.millis();
        try {
            long end = pass(chosen, start).run();
            reached(partition, chosen.running, end);
            stats.ended(start, clock.millis());
        } catch (CompactionStoppedException | ClosedChannelException stopped) {
            LOG.debug("{}: cleaning was stopped", partition);
        } catch (BrokenRecordsException damaged) {
            leaveAlone(partition, chosen.running, damaged);
        } catch (IOException refusal) {
            tryLater(partition, chosen.running, refusal);
        } catch (RuntimeException bug) {
            LOG.error("{}: cleaning failed", partition, bug);
            leaveAlone(partition, chosen.running, bug);
        } finally {
            synchronized (monitor) {
                running.remove(partition, chosen.running);
            }
        }
        return true;
    }

    private CompactionPass pass(Chosen chosen, long nowMillis) {
        return new CompactionPass(
                chosen.log,
                chosen.range,
                nowMillis,
                new CompactionPass.Means(
                        settings.get(),
                        new KeyHash(
                                secret.getMostSignificantBits(), secret.getLeastSignificantBits()),
                        throttle,
                        stats,
                        () ->
                                !stopping
                                        && !chosen.running.cancelled
                                        && chosen.log.config().compactEnabled()));
    }

    private @Nullable Chosen choose(long nowMillis) {
        Chosen best = null;
        double dirtiest = 0;
        for (CompactableLog log : logs.get()) {
            if (!hasSealed(log)) {
                continue;
            }
            CleanableRange range = range(log, nowMillis);
            if (range != null) {
                dirtiest = Math.max(dirtiest, range.dirtyRatio());
                boolean better = best == null || range.dirtyRatio() > best.range.dirtyRatio();
                if (better && range.worthCleaning(log.config())) {
                    best = new Chosen(log, range, new Running());
                }
            }
        }
        stats.dirtiest(dirtiest);
        synchronized (monitor) {
            if (best == null || stopping) {
                return null;
            }
            boolean free = running.putIfAbsent(best.log.topicPartition(), best.running) == null;
            return free ? best : null;
        }
    }

    private @Nullable CleanableRange range(CompactableLog log, long nowMillis) {
        TopicPartition partition = log.topicPartition();
        long upTo;
        synchronized (monitor) {
            if (uncleanable.containsKey(partition)
                    || running.containsKey(partition)
                    || triedAgainMillis.getOrDefault(partition, 0L) > nowMillis) {
                return null;
            }
            upTo = cleanedUpTo.getOrDefault(partition, -1L);
        }
        try {
            return CleanableRange.of(log, upTo, nowMillis);
        } catch (IOException refusal) {
            tryLater(partition, new Running(), refusal);
            return null;
        }
    }

    private void reached(TopicPartition partition, Running pass, long offset) throws IOException {
        synchronized (monitor) {
            if (pass.cancelled) {
                return;
            }
            triedAgainMillis.remove(partition);
            cleanedUpTo.put(partition, offset);
        }
        synchronized (checkpoint) {
            Map<TopicPartition, Long> now;
            synchronized (monitor) {
                now = Map.copyOf(cleanedUpTo);
            }
            checkpoint.write(now, true);
        }
    }

    private void leaveAlone(TopicPartition partition, Running pass, Exception why) {
        synchronized (monitor) {
            if (pass.cancelled) {
                return;
            }
            uncleanable.put(partition, String.valueOf(why.getMessage()));
        }
        LOG.error(
                "{} is not compacted any more: {}. It is written and read as before, and grows."
                        + " Restore the segment from a replica or backup, or move the records that"
                        + " are needed to another topic; cleaning is tried again after a restart or"
                        + " a change of the topic's configuration",
                partition,
                why.getMessage());
    }

    private void tryLater(TopicPartition partition, Running pass, IOException refusal) {
        synchronized (monitor) {
            if (pass.cancelled || stopping) {
                return;
            }
            long again = clock.millis() + Math.max(RETRY_MILLIS, settings.get().backoffMillis());
            if (triedAgainMillis.put(partition, again) != null) {
                return;
            }
        }
        LOG.warn(
                "{}: the disk refused its compaction ({}); it is tried again every minute: make"
                        + " room or mend the disk",
                partition,
                refusal.getMessage());
    }

    /** The topic's configuration is another now. */
    public void reconfigured(TopicPartition partition) {
        synchronized (monitor) {
            uncleanable.remove(partition);
            triedAgainMillis.remove(partition);
        }
        wake();
    }

    /** The log has left the folder: what is under way for it ends by itself. */
    public void forget(TopicPartition partition) {
        synchronized (monitor) {
            cancel(partition);
            cleanedUpTo.remove(partition);
            uncleanable.remove(partition);
            triedAgainMillis.remove(partition);
        }
        throttle.release();
    }

    /** All at and above the offset was removed from the log. */
    public void truncated(TopicPartition partition, long offset) {
        synchronized (monitor) {
            cancel(partition);
            cleanedUpTo.computeIfPresent(partition, (any, upTo) -> Math.min(upTo, offset));
        }
        throttle.release();
    }

    private void cancel(TopicPartition partition) {
        Running pass = running.get(partition);
        if (pass != null) {
            pass.cancelled = true;
        }
    }

    public CompactionStats stats() {
        return stats;
    }

    /** Partitions that are left alone, with the reason. */
    public Map<TopicPartition, String> uncleanable() {
        synchronized (monitor) {
            return Map.copyOf(uncleanable);
        }
    }

    /** Ends what is under way, and the threads. */
    public void stop() {
        List<Thread> ending;
        stopping = true;
        synchronized (monitor) {
            ending = List.copyOf(threads);
            monitor.notifyAll();
        }
        throttle.release();
        boolean interrupted = false;
        for (Thread thread : ending) {
            while (thread.isAlive()) {
                try {
                    thread.join();
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
