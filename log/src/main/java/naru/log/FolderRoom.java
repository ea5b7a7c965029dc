package naru.log;

import naru.log.disk.Disk;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of a folder's volume its logs may still take. The last megabytes are left to what must
 * go on when the logs have filled the disk: the metadata, by which topics are deleted and settings
 * changed, checkpoints, indexes, the copies that compaction makes.
 *
 * <p>Threads: any. The volume is looked at once a second, or for each megabyte that is written.
 */
final class FolderRoom {
    private static final long MOST_KEPT_BYTES = 64L << 20;
    private static final long KEPT_SHARE = 16;
    private static final long GRANT_BYTES = 1 << 20;
    private static final long BETWEEN_LOOKS_MILLIS = 1000;

    private final Disk disk;
    private final Path folder;
    private final Clock clock;
    private final AtomicLong granted = new AtomicLong();
    private volatile long lookAtMillis = Long.MIN_VALUE;

    FolderRoom(Disk disk, Path folder, Clock clock) {
        this.disk = disk;
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Notes that so much is about to be written.
     *
     * @throws IOException when it would take of what is kept
     */
    void take(long bytes) throws IOException {
        if (granted.addAndGet(-bytes) < 0 || clock.millis() >= lookAtMillis) {
            look(bytes);
        }
    }

    private synchronized void look(long bytes) throws IOException {
        long total = disk.totalBytes(folder);
        long kept = Math.min(MOST_KEPT_BYTES, total / KEPT_SHARE);
        long left = total <= 0 ? Long.MAX_VALUE : disk.usableBytes(folder) - kept - bytes;
        if (left < 0) {
            granted.set(0);
            throw new IOException(
                    "No space left for records: the last "
                            + kept
                            + " bytes of the volume are kept for metadata and checkpoints");
        }
        granted.set(Math.min(left, GRANT_BYTES));
        lookAtMillis = clock.millis() + BETWEEN_LOOKS_MILLIS;
    }
}
