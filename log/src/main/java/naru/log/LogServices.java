package naru.log;

import naru.log.disk.Disk;
import naru.log.segment.CursorPool;

import org.apache.kafka.common.Uuid;

import java.io.IOException;
import java.time.Clock;

/** What a log needs of the folder it stands in. */
interface LogServices {
    Disk disk();

    Clock clock();

    CursorPool cursors();

    /** What the folder's volume has left for records. */
    FolderRoom room();

    /** {@code directory.id} of the folder. */
    Uuid directoryId();

    /** The disk has refused something: has it looked soon whether the folder still works. */
    void suspectFolder();

    /** Has the log synced soon by the syncing thread. */
    void requestSync(PartitionLog log);

    /** Runs the deletion after the delay. */
    void later(long delayMillis, Deletion deletion);

    /**
     * Has the recovery point on the disk lowered before this returns, if it is above the log's:
     * what is appended next must not be taken for durable after a crash.
     */
    void recoveryPointFell(PartitionLog log) throws IOException;

    /** Notes that the log's recovery point or start has moved and the checkpoint is now wrong. */
    void checkpointNow();

    /** The log has another sealed segment, or another configuration. */
    void compactionMayBeDue(PartitionLog log, boolean reconfigured);

    /** Something that deletes files. */
    interface Deletion {
        void run() throws IOException;
    }
}
