package naru.log;

import naru.log.disk.Disk;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Whether a data folder still works: it takes a small file, or has no room for it. Looked at only
 * when the disk has refused something. A folder that has failed stays failed until it is opened
 * anew.
 *
 * <p>Threads: {@link #check} by one at a time; the rest by any.
 */
final class FolderHealth {
    private static final Logger LOG = LoggerFactory.getLogger(FolderHealth.class);
    private static final String PROBE = ".probe";
    private static final String IDENTITY = "meta.properties";
    private static final long BETWEEN_PROBES_MILLIS = 1000;

    /** With less than this, a write that was refused was refused for want of room. */
    private static final long FULL_BELOW_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path folder;
    private final boolean hadIdentity;
    private volatile boolean suspected;
    private boolean full;
    private volatile @Nullable String failure;
    private long nextProbeMillis = Long.MIN_VALUE;

    FolderHealth(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
        this.hadIdentity = disk.exists(folder.resolve(IDENTITY));
    }

    /** Why the folder cannot be used any more, or null. */
    @Nullable String failure() {
        return failure;
    }

    void suspect() {
        suspected = true;
    }

    /** When the folder is to be looked at, or never. */
    long dueMillis(long nowMillis) {
        return suspected && failure == null ? Math.max(nowMillis, nextProbeMillis) : Long.MAX_VALUE;
    }

    /** It is looked at until it has room. */
    private void noteFull(IOException refusal) {
        suspected = true;
        if (!full) {
            full = true;
            LOG.warn("The data folder {} has no room: {}", folder, refusal.getMessage());
        }
    }

    private void noteRoom() {
        if (full) {
            full = false;
            LOG.info("The data folder {} has room again", folder);
        }
    }

    /** Probes a folder that is suspected; true when it has been found to have failed now. */
    boolean check(long nowMillis) {
        if (!suspected || failure != null || nowMillis < nextProbeMillis) {
            return false;
        }
        suspected = false;
        nextProbeMillis = nowMillis + BETWEEN_PROBES_MILLIS;
        try {
            probe();
            noteRoom();
            return false;
        } catch (IOException refusal) {
            if (isFull(refusal)) {
                noteFull(refusal);
                return false;
            }
            failure =
                    "The data folder %s has failed (%s); its partitions are offline until it is mended and the node is started again"
                            .formatted(folder, refusal);
            return true;
        }
    }

    private void probe() throws IOException {
        if (hadIdentity && !disk.exists(folder.resolve(IDENTITY))) {
            throw new NoSuchFileException(folder.resolve(IDENTITY).toString());
        }
        Path file = folder.resolve(PROBE);
        try (FileChannel channel =
                disk.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(ByteBuffer.allocate(1), 0);
            channel.force(true);
        }
        disk.delete(file);
    }

    private boolean isFull(IOException refusal) {
        if (refusal instanceof NoSuchFileException) {
            return false;
        }
        String message = String.valueOf(refusal.getMessage());
        return message.contains("No space left")
                || message.contains("quota exceeded")
                || (disk.totalBytes(folder) > 0 && disk.usableBytes(folder) < FULL_BELOW_BYTES);
    }
}
