package naru.log.checkpoint;

import naru.log.disk.Disk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * A data folder held by this process.
 *
 * <p>Owned by whoever opened it; closing gives the folder free. The lock dies with the process, so
 * a crash leaves nothing to clean up.
 */
public final class DataFolder implements AutoCloseable {
    public static final String LOCK = ".lock";

    private static final int MAX_HOLDER_BYTES = 200;

    private final Path path;
    private final FileChannel lockChannel;
    private final FileLock lock;

    private DataFolder(Path path, FileChannel lockChannel, FileLock lock) {
        this.path = path;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /** Another process, or another part of this one, holds the folder; the message says who. */
    public static final class HeldException extends IOException {
        private static final long serialVersionUID = 1L;

        HeldException(String message) {
            super(message);
        }
    }

    /** Makes the folder where there is none and takes its lock. */
    public static DataFolder open(Disk disk, Path path) throws IOException {
        make(disk, path);
        FileChannel channel =
                disk.open(
                        path.resolve(LOCK),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = tryLock(channel);
            if (lock == null) {
                throw new HeldException(
                        "The data folder "
                                + path
                                + " is held by "
                                + holder(channel)
                                + "; stop that first or choose another folder.");
            }
            writeHolder(channel);
            return new DataFolder(path, channel, lock);
        } finally {
            if (lock == null || !lock.isValid()) {
                channel.close();
            }
        }
    }

    /** Makes the folder where there is none; it is on the disk when this returns. */
    public static void make(Disk disk, Path path) throws IOException {
        Path folder = path.toAbsolutePath();
        Path parent = folder.getParent();
        if (parent != null && !disk.exists(folder)) {
            make(disk, parent);
            disk.createFolder(folder);
            disk.forceFolder(parent);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(MAX_HOLDER_BYTES);
        int length = channel.read(content, 0);
        return length <= 0
                ? "another process"
                : new String(content.array(), 0, length, StandardCharsets.UTF_8).strip();
    }

    private static void writeHolder(FileChannel channel) throws IOException {
        ProcessHandle self = ProcessHandle.current();
        Instant start = self.info().startInstant().orElseGet(Instant::now);
        String holder = "process " + self.pid() + ", started " + start + '\n';
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockChannel.close();
    }
}
