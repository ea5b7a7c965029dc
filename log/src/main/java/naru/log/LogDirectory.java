package naru.log;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;

/**
 * One data folder and the partition logs in it: {@code topic-partition/} folders, the checkpoint
 * files, the clean-shutdown marker, and the threads that sync and expire.
 *
 * <p>Threads: safe for use by many. A partition whose log cannot be opened is offline, with the
 * reason; the others are served.
 */
public abstract class LogDirectory implements AutoCloseable {
    /** {@code directory.id} of the folder, as {@code meta.properties} has it. */
    public abstract Uuid directoryId();

    public abstract @Nullable PartitionLog log(TopicPartition partition);

    public abstract Collection<PartitionLog> logs();

    /** Partitions that have a folder here and cannot be served, with the reason. */
    public abstract Map<TopicPartition, String> offline();

    /**
     * The log of this partition, made if there is none. A folder of another topic id is set aside.
     */
    public abstract PartitionLog create(TopicPartition partition, Uuid topicId, LogConfig config);

    /** Takes the log out of service at once; its files go after {@code file.delete.delay.ms}. */
    public abstract void delete(TopicPartition partition);

    /**
     * Deletes logs of topics that are no longer known: called once, when metadata has been loaded.
     */
    public abstract void retainOnly(Function<PartitionLog, Boolean> known);

    /** Total and usable bytes of the volume. */
    public abstract long totalBytes();

    public abstract long usableBytes();

    /** Syncs all, writes checkpoints, snapshots and the clean-shutdown marker. */
    @Override
    public abstract void close();
}
