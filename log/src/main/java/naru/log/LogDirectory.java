package naru.log;

import naru.log.checkpoint.CleanShutdownFile;
import naru.log.checkpoint.CorruptFileException;
import naru.log.checkpoint.DataFolder;
import naru.log.checkpoint.OffsetCheckpoint;
import naru.log.checkpoint.PartitionMetadataFile;
import naru.log.compaction.Compactor;
import naru.log.disk.Disk;
import naru.log.epoch.LeaderEpochs;
import naru.log.producer.ProducerStates;
import naru.log.recovery.LogLoader;
import naru.log.segment.CursorPool;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.Segments;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * One data folder and the partition logs in it: {@code topic-partition/} folders, the checkpoint
 * files, the clean-shutdown marker, and the threads that sync and expire.
 *
 * <p>Threads: safe for use by many. A partition whose log cannot be opened is offline, with the
 * reason; the others are served.
 */
public final class LogDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);

    /**
     * Threads that wait for the disk while logs are closed: it syncs several files as fast as one.
     */
    private static final int SYNCING_THREADS = 8;

    private static final long NO_BROKER_EPOCH = -1;

    private final LogDirectoryOptions options;
    private final Disk disk;
    private final Clock clock;
    private final CursorPool cursors = new CursorPool();
    private final Checkpoints checkpoints;
    private final Background background;
    private final Compactor compactor;
    private final LogServices services;
    private final Housekeeping housekeeping;
    private final Map<TopicPartition, PartitionLog> logs = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Offline> offline = new ConcurrentHashMap<>();
    private final Object changing = new Object();
    private OptionalLong previousBrokerEpoch = OptionalLong.empty();
    private boolean closed;

    /** A folder that cannot be served; its topic's id is zero when that cannot be read either. */
    private record Offline(Path folder, Uuid topicId, String reason) {
        boolean mayBeOf(Uuid id) {
            return topicId.equals(Uuid.ZERO_UUID) || topicId.equals(id);
        }
    }

    private LogDirectory(LogDirectoryOptions options, Disk disk, Clock clock) throws IOException {
        this.options = options;
        this.disk = disk;
        this.clock = clock;
        DataFolder.make(disk, options.path());
        this.checkpoints = new Checkpoints(disk, options.path());
        this.housekeeping =
                new Housekeeping(
                        options,
                        checkpoints,
                        clock,
                        Collections.unmodifiableCollection(logs.values()));
        this.background = new Background(housekeeping);
        this.compactor = openCompactor();
        this.services = new Services();
    }

    private Compactor openCompactor() throws IOException {
        OffsetCheckpoint cleaned =
                new OffsetCheckpoint(disk, options.path(), OffsetCheckpoint.CLEANER);
        Map<TopicPartition, Long> upTo;
        try {
            upTo = cleaned.read();
        } catch (CorruptFileException corrupt) {
            LOG.warn("{}; compacted logs are cleaned from their start", corrupt.getMessage());
            upTo = Map.of();
        }
        return new Compactor(
                options.compaction(),
                () -> logs.values().stream().map(PartitionLog::compaction).toList(),
                cleaned,
                upTo,
                clock,
                options.directoryId());
    }

    /** Opens the folder and all logs in it; makes it when there is none. */
    public static LogDirectory open(LogDirectoryOptions options, Disk disk, Clock clock) {
        try {
            LogDirectory directory = new LogDirectory(options, disk, clock);
            directory.load();
            if (options.background()) {
                String name = options.path().getFileName().toString();
                directory.background.start(name);
                directory.compactor.start(name);
            }
            return directory;
        } catch (IOException refusal) {
            throw new LogStorageException(
                    "The data folder "
                            + options.path()
                            + " cannot be opened: "
                            + refusal.getMessage()
                            + "; check that it can be read and written by this user",
                    refusal);
        }
    }

    private final class Services implements LogServices {
        @Override
        public Disk disk() {
            return disk;
        }

        @Override
        public Clock clock() {
            return clock;
        }

        @Override
        public CursorPool cursors() {
            return cursors;
        }

        @Override
        public void requestSync(PartitionLog log) {
            background.requestSync(log);
        }

        @Override
        public void later(long delayMillis, Deletion deletion) {
            background.later(clock.millis() + delayMillis, deletion);
        }

        @Override
        public void recoveryPointFell(PartitionLog log) throws IOException {
            compactor.truncated(log.topicPartition(), log.logEndOffset());
            checkpoints.lower(log);
        }

        @Override
        public void compactionMayBeDue(PartitionLog log, boolean reconfigured) {
            if (reconfigured) {
                compactor.reconfigured(log.topicPartition());
            } else {
                compactor.wake();
            }
        }

        @Override
        public void checkpointNow() {
            housekeeping.checkpointSoon();
            background.call();
        }
    }

    private void load() throws IOException {
        Optional<CleanShutdownFile.Mark> mark = CleanShutdownFile.read(disk, options.path());
        boolean cleanStop = mark.isPresent();
        previousBrokerEpoch =
                mark.map(CleanShutdownFile.Mark::brokerEpoch).orElse(OptionalLong.empty());
        List<Callable<Void>> tasks = new ArrayList<>();
        for (Disk.Entry entry : disk.list(options.path())) {
            Path folder = options.path().resolve(entry.name());
            if (entry.folder() && entry.name().endsWith(FolderNames.DELETE)) {
                background.later(clock.millis(), () -> deleteFolder(folder));
            } else if (entry.folder()) {
                FolderNames.partition(entry.name())
                        .ifPresent(partition ->
                                tasks.add(() -> {
                                    loadLog(partition, folder, cleanStop);
                                    return null;
                                }));
            }
        }
        inParallel(tasks, options.recoveryThreads());
        CleanShutdownFile.delete(disk, options.path());
        if (!cleanStop && !logs.isEmpty()) {
            LOG.info("{}: {} logs recovered after an unclean stop", options.path(), logs.size());
        }
    }

    private void loadLog(TopicPartition partition, Path folder, boolean cleanStop) {
        Uuid topicId = Uuid.ZERO_UUID;
        try {
            topicId = PartitionMetadataFile.read(disk, folder).orElse(Uuid.ZERO_UUID);
            LogConfig config = options.configs().apply(partition);
            SegmentContext context = context(folder);
            LogLoader.Loaded loaded =
                    LogLoader.load(
                            context,
                            new LogLoader.Hints(
                                    cleanStop,
                                    checkpoints.logStart(partition),
                                    checkpoints.recoveryPoint(partition),
                                    config.indexIntervalBytes()));
            LogProducers producers = producers(partition, context, loaded.segments());
            producers.reload(loaded.logStartOffset(), loaded.logEndOffset());
            PartitionLog log =
                    new PartitionLog(
                            partition,
                            topicId,
                            config,
                            services,
                            context,
                            loaded,
                            producers,
                            cleanStop
                                    ? loaded.logEndOffset()
                                    : checkpoints.recoveryPoint(partition),
                            checkpoints.highWatermark(partition));
            logs.put(partition, log);
        } catch (IOException | RuntimeException refusal) {
            String reason =
                    folder
                            + " cannot be opened: "
                            + refusal
                            + "; mend it and restart, or delete the folder to give the partition"
                            + " up";
            offline.put(partition, new Offline(folder, topicId, reason));
            LOG.error("Partition {} is offline: {}", partition, reason);
        }
    }

    private SegmentContext context(Path folder) {
        return new SegmentContext(disk, folder, cursors, clock, new LongAdder());
    }

    /** Runs the tasks on a bounded number of threads, and waits for all. */
    private void inParallel(List<Callable<Void>> tasks, int most) throws IOException {
        int threads = Math.min(most, tasks.size());
        if (threads <= 1 || !options.background()) {
            for (Callable<Void> task : tasks) {
                try {
                    task.call();
                } catch (IOException | RuntimeException failed) {
                    throw failed;
                } catch (Exception failed) {
                    throw new IOException(failed);
                }
            }
            return;
        }
        try (ExecutorService pool =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("log-open-", 0).factory())) {
            for (Future<Void> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the logs were worked on", stop);
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }

    /** {@code directory.id} of the folder, as {@code meta.properties} has it. */
    public Uuid directoryId() {
        return options.directoryId();
    }

    /**
     * Epoch of the broker that closed the folder, if that was done cleanly (KIP-966): no record
     * that it acknowledged is missing here.
     */
    public OptionalLong previousBrokerEpoch() {
        return previousBrokerEpoch;
    }

    public @Nullable PartitionLog log(TopicPartition partition) {
        return logs.get(partition);
    }

    public Collection<PartitionLog> logs() {
        return Collections.unmodifiableCollection(logs.values());
    }

    /** Partitions that have a folder here and cannot be served, with the reason. */
    public Map<TopicPartition, String> offline() {
        Map<TopicPartition, String> reasons = new HashMap<>();
        offline.forEach((partition, entry) -> reasons.put(partition, entry.reason()));
        return reasons;
    }

    /**
     * The log of this partition, made if there is none. A folder of another topic id is set aside.
     */
    public PartitionLog create(TopicPartition partition, Uuid topicId, LogConfig config) {
        synchronized (changing) {
            PartitionLog present = logs.get(partition);
            if (present != null && present.belongsTo(topicId)) {
                return present;
            }
            refuseIfClosed();
            Offline broken = offline.get(partition);
            if (broken != null && broken.mayBeOf(topicId)) {
                throw new LogStorageException(broken.reason(), new IOException(broken.reason()));
            }
            if (broken != null) {
                setAside(partition, broken, FolderNames.STRAY);
            }
            if (present != null) {
                takeAway(present, FolderNames.STRAY, false);
            }
            try {
                PartitionLog made = make(partition, topicId, config);
                logs.put(partition, made);
                return made;
            } catch (IOException refusal) {
                throw new LogStorageException(
                        "The folder of partition "
                                + partition
                                + " cannot be made in "
                                + options.path()
                                + ": "
                                + refusal.getMessage(),
                        refusal);
            }
        }
    }

    private void refuseIfClosed() {
        if (closed) {
            String reason = "the data folder " + options.path() + " is closed";
            throw new LogStorageException(reason, new IOException(reason));
        }
    }

    private PartitionLog make(TopicPartition partition, Uuid topicId, LogConfig config)
            throws IOException {
        Path folder = options.path().resolve(partition.toString());
        disk.createFolder(folder);
        PartitionMetadataFile.write(disk, folder, topicId);
        SegmentContext context = context(folder);
        LogLoader.Loaded empty =
                new LogLoader.Loaded(
                        new Segments(List.of(Segment.fresh(context, 0))), new LeaderEpochs(), 0, 0);
        LogProducers producers = producers(partition, context, empty.segments());
        return new PartitionLog(
                partition, topicId, config, services, context, empty, producers, 0, 0);
    }

    private LogProducers producers(
            TopicPartition partition, SegmentContext context, Segments segments) {
        ProducerStates states =
                new ProducerStates(
                        partition,
                        options.producerIdExpirationMillis(),
                        ProducerStates.DEFAULT_MAX_PRODUCERS);
        return new LogProducers(states, context, segments);
    }

    /** Takes the log out of service at once; its files go after {@code file.delete.delay.ms}. */
    public void delete(TopicPartition partition) {
        synchronized (changing) {
            PartitionLog log = logs.get(partition);
            if (log != null) {
                takeAway(log, FolderNames.DELETE, true);
            }
            Offline broken = offline.get(partition);
            if (broken != null) {
                Path aside = setAside(partition, broken, FolderNames.DELETE);
                background.later(clock.millis(), () -> deleteFolder(aside));
            }
        }
    }

    /** Makes the place of a folder free that could not be served. */
    private Path setAside(TopicPartition partition, Offline broken, String suffix) {
        Path aside = options.path().resolve(FolderNames.setAside(partition, suffix));
        rename(partition, broken.folder(), aside);
        offline.remove(partition);
        return aside;
    }

    private void rename(TopicPartition partition, Path from, Path to) {
        try {
            disk.rename(from, to);
        } catch (IOException refusal) {
            throw new LogStorageException(
                    "The folder of partition "
                            + partition
                            + " cannot be renamed: "
                            + refusal.getMessage(),
                    refusal);
        }
    }

    private void takeAway(PartitionLog log, String suffix, boolean delete) {
        TopicPartition partition = log.topicPartition();
        logs.remove(partition);
        checkpoints.forget(partition);
        log.retire();
        compactor.forget(partition);
        Path aside = options.path().resolve(FolderNames.setAside(partition, suffix));
        try {
            rename(partition, log.folder(), aside);
        } catch (LogStorageException refusal) {
            offline.put(
                    partition,
                    new Offline(log.folder(), log.topicId(), String.valueOf(refusal.getMessage())));
            throw refusal;
        }
        services.later(
                log.config().fileDeleteDelayMillis(),
                () -> {
                    log.abandon();
                    if (delete) {
                        deleteFolder(aside);
                    }
                });
        services.checkpointNow();
    }

    private void deleteFolder(Path folder) throws IOException {
        for (Disk.Entry entry : disk.list(folder)) {
            disk.delete(folder.resolve(entry.name()));
        }
        disk.delete(folder);
    }

    /**
     * Deletes logs of topics that are no longer known: called once, when metadata has been loaded.
     */
    public void retainOnly(Function<PartitionLog, Boolean> known) {
        for (PartitionLog log : List.copyOf(logs.values())) {
            if (!known.apply(log)) {
                LOG.info("{}: its topic is no longer known; deleted", log.topicPartition());
                delete(log.topicPartition());
            }
        }
    }

    /** Total bytes of the volume. */
    public long totalBytes() {
        return disk.totalBytes(options.path());
    }

    /** Usable bytes of the volume. */
    public long usableBytes() {
        return disk.usableBytes(options.path());
    }

    /** Stretches found damaged in any of the logs since the folder was opened. */
    public long damagedBatches() {
        return logs.values().stream().mapToLong(PartitionLog::damagedBatches).sum();
    }

    /** Does at once, on this thread, what the background threads do when it is due. */
    public void runBackground() {
        long now = clock.millis();
        background.syncRequested();
        background.runDeletions(now);
        housekeeping.keepHouse(now);
        compactor.cleanDue();
    }

    /** Compacts the logs of this folder. */
    public Compactor compactor() {
        return compactor;
    }

    /** As {@link #close(long)}, of a folder that no registered broker has used. */
    @Override
    public void close() {
        close(NO_BROKER_EPOCH);
    }

    /**
     * Syncs all, writes checkpoints, snapshots and the mark of a clean stop. Closing again does
     * nothing.
     *
     * @param brokerEpoch epoch in which the broker was registered, or -1: what the next open tells
     *     as {@link #previousBrokerEpoch}
     */
    public void close(long brokerEpoch) {
        synchronized (changing) {
            if (closed) {
                return;
            }
            closed = true;
        }
        compactor.stop();
        background.stop();
        background.syncRequested();
        background.runDeletions(Long.MAX_VALUE);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (PartitionLog log : logs.values()) {
            tasks.add(() -> {
                log.close();
                return null;
            });
        }
        try {
            inParallel(tasks, Math.max(SYNCING_THREADS, options.recoveryThreads()));
            checkpoints.write(logs.values());
            CleanShutdownFile.write(disk, options.path(), brokerEpoch);
        } catch (IOException refusal) {
            logs.values().forEach(PartitionLog::abandon);
            throw new LogStorageException(
                    options.path()
                            + " could not be closed cleanly and is recovered when opened: "
                            + refusal.getMessage(),
                    refusal);
        }
    }

    /** Lets go of the files without syncing or writing anything, as a killed process does. */
    void crash() {
        closed = true;
        compactor.stop();
        background.stop();
        logs.values().forEach(PartitionLog::abandon);
    }
}
