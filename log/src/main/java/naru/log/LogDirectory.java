package naru.log;

import naru.log.checkpoint.CleanShutdownFile;
import naru.log.checkpoint.CorruptFileException;
import naru.log.checkpoint.DataFolder;
import naru.log.checkpoint.OffsetCheckpoint;
import naru.log.checkpoint.PartitionMetadataFile;
import naru.log.compaction.Compactor;
import naru.log.disk.Disk;
import naru.log.segment.CursorPool;

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
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One data folder and the partition logs in it: {@code topic-partition/} folders, the checkpoint
 * files, the clean-shutdown marker, and the threads that sync and expire. Of a partition there is
 * one log at most: the replica's, or a copy that is to replace it (docs/design/log-folders.md).
 *
 * <p>Threads: safe for use by many. A partition whose log cannot be opened is offline, with the
 * reason; the others are served. When the folder itself does not work any more, all of them are.
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
    private final LogOpening opening;
    private final FolderHealth health;
    private final FolderRoom room;
    private final Housekeeping housekeeping;
    private final Map<TopicPartition, PartitionLog> logs = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Offline> offline = new ConcurrentHashMap<>();
    private final Object changing = new Object();
    private OptionalLong previousBrokerEpoch = OptionalLong.empty();
    private volatile Consumer<LogDirectory> whenFailed = failed -> {};
    private volatile Consumer<PartitionLog> whenGivenUp = log -> {};
    private boolean closed;

    /** A folder that cannot be served; its topic's id is zero when that cannot be read either. */
    private record Offline(Path folder, Uuid topicId, String reason) {
        boolean mayBeOf(Uuid id) {
            return isOf(topicId, id);
        }
    }

    private LogDirectory(LogDirectoryOptions options, Disk disk, Clock clock) throws IOException {
        this.options = options;
        this.disk = disk;
        this.clock = clock;
        DataFolder.make(disk, options.path());
        this.checkpoints = new Checkpoints(disk, options.path());
        this.health = new FolderHealth(disk, options.path());
        this.room = new FolderRoom(disk, options.path(), clock);
        this.housekeeping =
                new Housekeeping(
                        options,
                        checkpoints,
                        health,
                        clock,
                        Collections.unmodifiableCollection(logs.values()),
                        this::failed,
                        log -> whenGivenUp.accept(log));
        this.background = new Background(housekeeping);
        this.compactor = openCompactor();
        this.services = new Services();
        this.opening = new LogOpening(options, services, checkpoints);
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
                () ->
                        logs.values().stream()
                                .filter(log -> !log.isCopy() && failure() == null)
                                .map(PartitionLog::compaction)
                                .toList(),
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
        public FolderRoom room() {
            return room;
        }

        @Override
        public Uuid directoryId() {
            return options.directoryId();
        }

        @Override
        public void suspectFolder() {
            health.suspect();
            background.call();
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
        public boolean recoveryPointReaches(PartitionLog log, long offset) throws IOException {
            return checkpoints.reaches(log, offset);
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
        Map<TopicPartition, Path> folders = new HashMap<>();
        for (Disk.Entry entry : disk.list(options.path())) {
            Path folder = options.path().resolve(entry.name());
            if (entry.folder() && entry.name().endsWith(FolderNames.DELETE)) {
                background.later(clock.millis(), () -> deleteFolder(folder));
            } else if (entry.folder()) {
                FolderNames.partition(entry.name())
                        .ifPresent(partition -> folders.put(partition, folder));
                FolderNames.partitionOfFuture(entry.name())
                        .filter(partition -> folders.putIfAbsent(partition, folder) != null)
                        .ifPresent(leftOver ->
                                background.later(clock.millis(), () -> deleteFolder(folder)));
            }
        }
        List<Callable<Void>> tasks = new ArrayList<>();
        folders.forEach((partition, folder) ->
                tasks.add(() -> {
                    loadLog(partition, folder, cleanStop);
                    return null;
                }));
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
            logs.put(partition, opening.found(partition, folder, topicId, cleanStop));
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

    public Path path() {
        return options.path();
    }

    /** Why the folder cannot be used any more, or null while it is online. */
    public @Nullable String failure() {
        return health.failure();
    }

    /** Calls back, on a thread of this folder, when it has failed; at once if it has already. */
    void whenFailed(Consumer<LogDirectory> told) {
        whenFailed = told;
        if (failure() != null) {
            told.accept(this);
        }
    }

    /** Calls back, on a thread of this folder, once for each log that takes no more writes. */
    void whenGivenUp(Consumer<PartitionLog> told) {
        whenGivenUp = told;
    }

    private void failed() {
        LOG.error("{}", failure());
        whenFailed.accept(this);
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

    /** The partition's log here, be it the replica's or a copy. */
    public @Nullable PartitionLog log(TopicPartition partition) {
        return logs.get(partition);
    }

    /** Whether the replica of this topic stands here, even if it cannot be served. */
    boolean holds(TopicPartition partition, Uuid topicId) {
        PartitionLog log = logs.get(partition);
        Offline broken = offline.get(partition);
        return (log != null && !log.isCopy() && isOf(log.topicId(), topicId))
                || (broken != null && broken.mayBeOf(topicId));
    }

    /** A folder that does not say whose it is may be anybody's. */
    private static boolean isOf(Uuid present, Uuid wanted) {
        return present.equals(Uuid.ZERO_UUID) || present.equals(wanted);
    }

    /** How many partitions stand here. */
    int partitionCount() {
        return logs.size() + offline.size();
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
            if (present != null && !present.isCopy() && present.belongsTo(topicId)) {
                return present;
            }
            makeRoom(partition, topicId);
            return make(partition, partition.toString(), topicId, config);
        }
    }

    /** An empty log that is to become a copy of the partition's log in another folder. */
    PartitionLog createCopy(TopicPartition partition, Uuid topicId, LogConfig config) {
        synchronized (changing) {
            makeRoom(partition, topicId);
            String name = FolderNames.setAside(partition, disk.uniqueId(), FolderNames.FUTURE);
            return make(partition, name, topicId, config);
        }
    }

    /** Frees the place of the partition from what is not its replica. */
    private void makeRoom(TopicPartition partition, Uuid topicId) {
        refuseIfClosed();
        Offline broken = offline.get(partition);
        if (broken != null && broken.mayBeOf(topicId)) {
            throw new LogStorageException(broken.reason(), new IOException(broken.reason()));
        }
        if (broken != null) {
            setAside(partition, broken, FolderNames.STRAY);
        }
        PartitionLog present = logs.get(partition);
        if (present != null && present.isCopy()) {
            takeAway(present, FolderNames.DELETE, true);
        } else if (present != null) {
            takeAway(present, FolderNames.STRAY, false);
        }
    }

    private PartitionLog make(
            TopicPartition partition, String name, Uuid topicId, LogConfig config) {
        try {
            PartitionLog made =
                    opening.made(partition, options.path().resolve(name), topicId, config);
            logs.put(partition, made);
            return made;
        } catch (IOException refusal) {
            services.suspectFolder();
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

    /**
     * Makes a copy the partition's log: closes it, gives its folder the partition's name, which is
     * on the disk then, and opens it from there.
     *
     * @param highWatermark of the log that it replaces
     * @throws LogStorageException when it could not be done; the copy is then not served any more,
     *     and {@link #holds} tells whether it has got the name
     */
    PartitionLog promote(PartitionLog copy, long highWatermark) {
        TopicPartition partition = copy.topicPartition();
        Path target = options.path().resolve(partition.toString());
        synchronized (changing) {
            refuseIfClosed();
            try {
                copy.close();
                checkpoints.write(List.of(copy));
                logs.remove(partition, copy);
                disk.rename(copy.folder(), target);
                disk.forceFolder(options.path());
                PartitionLog log = opening.found(partition, target, copy.topicId(), true);
                log.reconfigure(copy.config());
                log.advanceHighWatermark(highWatermark);
                logs.put(partition, log);
                return log;
            } catch (IOException | RuntimeException refusal) {
                services.suspectFolder();
                String reason =
                        "The copy of "
                                + partition
                                + " in "
                                + options.path()
                                + " could not be put in its place: "
                                + refusal;
                logs.remove(partition, copy);
                if (disk.exists(target)) {
                    offline.put(partition, new Offline(target, copy.topicId(), reason));
                }
                throw new LogStorageException(reason, refusal);
            }
        }
    }

    private void refuseIfClosed() {
        if (closed) {
            String reason = "the data folder " + options.path() + " is closed";
            throw new LogStorageException(reason, new IOException(reason));
        }
        String failure = failure();
        if (failure != null) {
            throw new LogStorageException(failure, new IOException(failure));
        }
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

    /** Sets a log aside that is not the partition's: nobody deletes it. */
    void setAsStray(TopicPartition partition) {
        synchronized (changing) {
            PartitionLog log = logs.get(partition);
            Offline broken = offline.get(partition);
            if (log != null) {
                takeAway(log, FolderNames.STRAY, false);
            } else if (broken != null) {
                setAside(partition, broken, FolderNames.STRAY);
            }
        }
    }

    /** Makes the place of a folder free that could not be served. */
    private Path setAside(TopicPartition partition, Offline broken, String suffix) {
        Path aside =
                options.path().resolve(FolderNames.setAside(partition, disk.uniqueId(), suffix));
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
        log.retire(true);
        compactor.forget(partition);
        Path aside =
                options.path().resolve(FolderNames.setAside(partition, disk.uniqueId(), suffix));
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

    /** Sets aside the logs of replicas that the metadata do not know. */
    void retainOnly(Function<PartitionLog, Boolean> known) {
        for (PartitionLog log : List.copyOf(logs.values())) {
            if (!known.apply(log)) {
                LOG.warn(
                        "{}: the metadata know no such replica here; its folder is kept under a"
                                + " name that ends in {}: delete it when nobody misses it",
                        log.topicPartition(),
                        FolderNames.STRAY);
                setAsStray(log.topicPartition());
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
        if (failure() != null) {
            logs.values().forEach(PartitionLog::abandon);
            return;
        }
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
