package naru.log.checkpoint;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/**
 * A data folder held by this process: its lock, and {@code meta.properties} that says whose it is.
 *
 * <p>Owned by whoever opened it; closing gives the folder free. The lock dies with the process, so
 * a crash leaves nothing to clean up.
 */
public final class DataFolder implements AutoCloseable {
    public static final String META_PROPERTIES = "meta.properties";
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

    /** Whose folder it is ({@code meta.properties}, version 1). */
    public record Identity(int nodeId, String clusterId, Uuid directoryId) {}

    /** Another process, or another part of this one, holds the folder; the message says who. */
    public static final class HeldException extends IOException {
        private static final long serialVersionUID = 1L;

        HeldException(String message) {
            super(message);
        }
    }

    /** Makes the folder where there is none and takes its lock. */
    public static DataFolder open(Path path) throws IOException {
        Files.createDirectories(path);
        FileChannel channel =
                FileChannel.open(
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

    /** Whose folder it is, or empty when it has not been formatted yet. */
    public Optional<Identity> identity() throws IOException {
        Path file = path.resolve(META_PROPERTIES);
        String text = SmallFile.readText(file);
        if (text == null) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
            if (!required(properties, "version", file).equals("1")) {
                throw new CorruptFileException(file + " does not have version=1.");
            }
            return Optional.of(
                    new Identity(
                            Integer.parseInt(required(properties, "node.id", file)),
                            required(properties, "cluster.id", file),
                            Uuid.fromString(required(properties, "directory.id", file))));
        } catch (IllegalArgumentException malformed) {
            throw new CorruptFileException(
                    file + " has a malformed value: " + malformed.getMessage());
        }
    }

    private static String required(Properties properties, String key, Path file)
            throws CorruptFileException {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new CorruptFileException(file + " lacks the key " + key + ".");
        }
        return value.strip();
    }

    /** Formats the folder, or says anew whose it is. */
    public void writeIdentity(Identity identity, boolean force) throws IOException {
        SmallFile.replace(
                path.resolve(META_PROPERTIES),
                "#\n"
                        + "cluster.id="
                        + identity.clusterId
                        + "\ndirectory.id="
                        + identity.directoryId
                        + "\nnode.id="
                        + identity.nodeId
                        + "\nversion=1\n",
                force);
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockChannel.close();
    }
}
