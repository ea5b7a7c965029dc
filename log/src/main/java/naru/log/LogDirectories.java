package naru.log;

import naru.log.AppendOutcome.Refused;
import naru.log.disk.Disk;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The data folders of a node (KIP-112): in which of them a partition's log is, where a new one
 * goes, and how it gets from one to another (docs/design/log-folders.md).
 *
 * <p>Threads: safe for use by many. A folder that could not be opened, or fails later, is offline
 * until the node is started again; nothing of it is looked for elsewhere.
 */
public final class LogDirectories implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);

    /** Most of the tail that is copied while appends wait. */
    private static final int TAIL_BYTES = 1 << 20;

    private final List<LogDirectory> opened;
    private final Map<Path, String> unopened;
    private final Object placing = new Object();
    private final List<Consumer<LogDirectory>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<PartitionLog>> givenUpListeners = new CopyOnWriteArrayList<>();

    /** Where the metadata want the log of a replica to be. */
    public sealed interface Placement {
        /**
         * In the folder with this id.
         *
         * @param replicated whether other nodes have what it had, so that it may be made anew where
         *     that folder is no more
         */
        record In(Uuid directoryId, boolean replicated) implements Placement {}

        /**
         * The node chooses.
         *
         * @param isNew whether it has never been led, so that no log of it can be anywhere
         */
        record Anywhere(boolean isNew) implements Placement {}
    }

    private volatile Set<Path> cordoned = Set.of();

    private LogDirectories(List<LogDirectory> opened, Map<Path, String> unopened) {
        this.opened = List.copyOf(opened);
        this.unopened = Map.copyOf(unopened);
        this.opened.forEach(directory -> {
            directory.whenFailed(this::failed);
            directory.whenGivenUp(log -> givenUpListeners.forEach(told -> told.accept(log)));
        });
    }

    /** A node's only folder. */
    public static LogDirectories of(LogDirectory only) {
        return new LogDirectories(List.of(only), Map.of());
    }

    /**
     * Opens the folders; one that cannot be opened is offline.
     *
     * @param unopened folders that are known to be offline, with the reason
     * @throws LogStorageException when not even one can be opened
     */
    public static LogDirectories open(
            List<LogDirectoryOptions> folders, Map<Path, String> unopened, Disk disk, Clock clock) {
        List<LogDirectory> opened = new ArrayList<>();
        Map<Path, String> offline = new HashMap<>(unopened);
        LogStorageException last = null;
        for (LogDirectoryOptions folder : folders) {
            try {
                opened.add(LogDirectory.open(folder, disk, clock));
            } catch (LogStorageException refusal) {
                last = refusal;
                LOG.error("{}", refusal.getMessage());
                offline.put(folder.path(), String.valueOf(refusal.getMessage()));
            }
        }
        if (opened.isEmpty()) {
            throw last != null
                    ? last
                    : new LogStorageException(
                            "No data folder can be used: " + unopened, new IOException());
        }
        return new LogDirectories(opened, offline);
    }

    /**
     * Has the listener told of each folder that has failed or fails, on a thread of that folder;
     * perhaps twice.
     */
    public void whenFailed(Consumer<LogDirectory> listener) {
        listeners.add(listener);
        opened.stream().filter(directory -> directory.failure() != null).forEach(listener);
    }

    /**
     * Has the listener told of each log that takes no more writes until it is opened anew, though
     * its folder works; on a thread of that folder.
     */
    public void whenGivenUp(Consumer<PartitionLog> listener) {
        givenUpListeners.add(listener);
    }

    private void failed(LogDirectory directory) {
        listeners.forEach(listener -> listener.accept(directory));
    }

    /** The folders that were opened at the start, in the order of the configuration. */
    public List<LogDirectory> opened() {
        return opened;
    }

    /** The folders that work. */
    public List<LogDirectory> online() {
        return opened.stream().filter(directory -> directory.failure() == null).toList();
    }

    /** The folders that could not be opened at the start, with the reason. */
    public Map<Path, String> unopened() {
        return unopened;
    }

    private boolean anyOffline() {
        return !unopened.isEmpty() || online().size() < opened.size();
    }

    /** Whether the folder with this id is one of the node's and works. */
    public boolean isOnline(Uuid directoryId) {
        return online(directoryId) != null;
    }

    private @Nullable LogDirectory online(Uuid directoryId) {
        return online().stream()
                .filter(directory -> directory.directoryId().equals(directoryId))
                .findFirst()
                .orElse(null);
    }

    /** The log of the replica, or null when there is none in a folder that works. */
    public @Nullable PartitionLog log(TopicPartition partition) {
        for (LogDirectory directory : opened) {
            PartitionLog log = directory.log(partition);
            if (log != null && !log.isCopy() && directory.failure() == null) {
                return log;
            }
        }
        return null;
    }

    /** The copy that is to replace the log of the replica, if there is one. */
    public @Nullable PartitionLog copy(TopicPartition partition) {
        for (LogDirectory directory : opened) {
            PartitionLog log = directory.log(partition);
            if (log != null && log.isCopy() && directory.failure() == null) {
                return log;
            }
        }
        return null;
    }

    /** The logs of all replicas and copies in folders that work. */
    public List<PartitionLog> logs() {
        return online().stream().flatMap(directory -> directory.logs().stream()).toList();
    }

    /** Partitions whose log stands in a folder that works and cannot be served, with the reason. */
    public Map<TopicPartition, String> offline() {
        Map<TopicPartition, String> reasons = new HashMap<>();
        online().forEach(directory -> reasons.putAll(directory.offline()));
        return reasons;
    }

    /**
     * The log of the replica: the one that is there, or a new one in the folder that the metadata
     * name; where they name none, or one that this node has no more, in the one with the fewest
     * partitions. A replica that has no other beside it is never made anew for a folder that is
     * missing.
     *
     * @throws LogStorageException when it cannot be opened or made, or stands in a folder that is
     *     offline
     */
    public PartitionLog replica(
            TopicPartition partition, Uuid topicId, LogConfig config, Placement placement) {
        synchronized (placing) {
            LogDirectory holder = holder(partition, topicId, placement);
            if (holder == null) {
                holder = placeFor(partition, topicId, placement);
            }
            return holder.create(partition, topicId, config);
        }
    }

    /**
     * The folder in which the replica stands. When it stands in two, a move was cut off between its
     * two renames; the metadata name the newer one.
     */
    private @Nullable LogDirectory holder(
            TopicPartition partition, Uuid topicId, Placement placement) {
        List<LogDirectory> holders =
                online().stream()
                        .filter(directory -> directory.holds(partition, topicId))
                        .sorted(
                                Comparator.comparing((LogDirectory directory) ->
                                                !isNamed(directory, placement))
                                        .thenComparingLong(
                                                directory -> -endOf(directory, partition)))
                        .toList();
        for (int i = 1; i < holders.size(); i++) {
            LOG.warn(
                    "{} stands in {} and in {}; the former is taken and the latter set aside",
                    partition,
                    holders.getFirst().path(),
                    holders.get(i).path());
            holders.get(i).setAsStray(partition);
        }
        return holders.isEmpty() ? null : holders.getFirst();
    }

    private static boolean isNamed(LogDirectory directory, Placement placement) {
        return placement instanceof Placement.In named
                && named.directoryId().equals(directory.directoryId());
    }

    private static long endOf(LogDirectory directory, TopicPartition partition) {
        PartitionLog log = directory.log(partition);
        return log == null ? -1 : log.logEndOffset();
    }

    private LogDirectory placeFor(TopicPartition partition, Uuid topicId, Placement placement) {
        PartitionLog copy = copy(partition);
        boolean cutOff = copy != null && copy.topicId().equals(topicId) && anyOffline();
        LogDirectory target =
                switch (placement) {
                    case Placement.In(Uuid directoryId, boolean replicated) ->
                            replicated && isForgotten(directoryId)
                                    ? fewestPartitions()
                                    : online(directoryId);
                    case Placement.Anywhere(boolean isNew) ->
                            isNew || !anyOffline() ? fewestPartitions() : null;
                };
        if (cutOff || target == null) {
            String reason =
                    "The log of %s stands in a data folder that is offline (%s); mend that folder and start the node again"
                            .formatted(partition, placement);
            throw new LogStorageException(reason, new IOException(reason));
        }
        return target;
    }

    /**
     * Whether the folder is none of this node's any more: it was deleted, or another was put in its
     * place. A folder that is offline may still be it.
     */
    private boolean isForgotten(Uuid directoryId) {
        return !anyOffline()
                && opened.stream().noneMatch(one -> one.directoryId().equals(directoryId));
    }

    /** These folders get no new logs while another one works. */
    public void cordon(Set<Path> folders) {
        cordoned = Set.copyOf(folders);
    }

    public boolean isCordoned(LogDirectory directory) {
        return cordoned.contains(directory.path());
    }

    private @Nullable LogDirectory fewestPartitions() {
        return online().stream()
                .min(
                        Comparator.comparing(this::isCordoned)
                                .thenComparingInt(LogDirectory::partitionCount))
                .orElse(null);
    }

    /** Whether this is no folder that works. */
    public boolean isOffline(Uuid directoryId) {
        return online(directoryId) == null;
    }

    /** Takes the replica and its copy out of service; their files go a little later. */
    public void delete(TopicPartition partition) {
        for (LogDirectory directory : online()) {
            directory.delete(partition);
        }
    }

    /** Whether the name of the topic leaves room for that of a copy's folder. */
    public static boolean mayBeCopied(TopicPartition partition) {
        return FolderNames.hasRoomForFuture(partition);
    }

    /** Makes an empty copy of the replica's log in this folder. */
    public PartitionLog createCopy(PartitionLog log, LogDirectory target) {
        return target.createCopy(log.topicPartition(), log.topicId(), log.config());
    }

    /** Gives a copy up. */
    public void dropCopy(TopicPartition partition) {
        for (LogDirectory directory : online()) {
            PartitionLog log = directory.log(partition);
            if (log != null && log.isCopy()) {
                directory.delete(partition);
            }
        }
    }

    /**
     * Puts a copy that has all but the newest records in the place of the replica's log. Nothing is
     * appended to the log meanwhile.
     *
     * @return the log that is the replica's now
     * @throws LogStorageException when it could not be done; the log that was the replica's is so
     *     still, unless it is closed: then the partition cannot be served until the next start
     */
    public PartitionLog replaceByCopy(PartitionLog log, PartitionLog copy) {
        TopicPartition partition = log.topicPartition();
        LogDirectory source = directoryOf(log);
        LogDirectory target = directoryOf(copy);
        log.retire();
        PartitionLog moved;
        try {
            copyTail(log, copy);
            moved = target.promote(copy, log.highWatermark());
        } catch (RuntimeException refusal) {
            if (!target.holds(partition, log.topicId())) {
                log.resume();
            }
            throw refusal;
        }
        try {
            source.delete(partition);
        } catch (LogStorageException refusal) {
            LOG.warn("{}: the log in {} is left over", partition, source.path(), refusal);
        }
        return moved;
    }

    private static void copyTail(PartitionLog log, PartitionLog copy) {
        Follower follower = new Follower(copy);
        LocalLeader leader = new LocalLeader(log);
        boolean progress = true;
        while (progress && copy.logEndOffset() != log.logEndOffset()) {
            long before = copy.logEndOffset();
            Refused refused = follower.take(leader.answer(follower.wanted(), TAIL_BYTES));
            if (refused != null) {
                throw new LogStorageException(refused.message(), new IOException());
            }
            progress = copy.logEndOffset() != before;
        }
        if (copy.logEndOffset() != log.logEndOffset()) {
            String reason = "The end of " + log.folder() + " cannot be read";
            throw new LogStorageException(reason, new IOException(reason));
        }
        follower.take(leader.answer(follower.wanted(), TAIL_BYTES));
    }

    /** The folder in which this log stands. */
    public LogDirectory directoryOf(PartitionLog log) {
        for (LogDirectory directory : opened) {
            if (directory.directoryId().equals(log.directoryId())) {
                return directory;
            }
        }
        throw new IllegalArgumentException(log.folder() + " is in no folder of this node");
    }

    /**
     * Sets aside, and never deletes, logs of replicas that the metadata do not know: called once,
     * when they have been loaded. Of a topic that was deleted meanwhile it is a leftover; of
     * metadata that are not these folders' it is everything.
     */
    public void retainOnly(Function<PartitionLog, Boolean> known) {
        online().forEach(directory -> directory.retainOnly(known));
    }

    /**
     * Epoch of the broker that closed the folders, if it closed all of them cleanly (KIP-966): no
     * record that it acknowledged is missing in them.
     */
    public OptionalLong previousBrokerEpoch() {
        long epoch = Long.MAX_VALUE;
        for (LogDirectory directory : opened) {
            OptionalLong here = directory.previousBrokerEpoch();
            if (here.isPresent()) {
                epoch = Math.min(epoch, here.getAsLong());
            } else if (directory.partitionCount() > 0) {
                return OptionalLong.empty();
            }
        }
        return epoch == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(epoch);
    }

    /** Stretches found damaged in any of the logs since the node was started. */
    public long damagedBatches() {
        return opened.stream().mapToLong(LogDirectory::damagedBatches).sum();
    }

    /** What is configured for compaction has changed. */
    public void wakeCompaction() {
        opened.forEach(directory -> directory.compactor().wake());
    }

    /** Does at once, on this thread, what the background threads do when it is due. */
    public void runBackground() {
        opened.forEach(LogDirectory::runBackground);
    }

    @Override
    public void close() {
        opened.forEach(LogDirectory::close);
    }

    /**
     * Closes all folders, as {@link LogDirectory#close(long)} does.
     *
     * @throws LogStorageException when one could not be closed cleanly; the others are
     */
    public void close(long brokerEpoch) {
        LogStorageException first = null;
        for (LogDirectory directory : opened) {
            try {
                directory.close(brokerEpoch);
            } catch (LogStorageException refusal) {
                first = first == null ? refusal : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
