package naru.log.disk;

import org.apache.kafka.common.Uuid;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system under a data folder. Bytes are read and written through the {@link FileChannel}s
 * that {@link #open} gives, so that the real disk costs the hot path nothing; a disk that is to
 * fail in a test gives channels of its own.
 *
 * <p>Threads: safe for use by many.
 */
public interface Disk {
    /** One entry of a folder; {@code sizeBytes} is 0 for a folder. */
    record Entry(String name, boolean folder, long sizeBytes) {}

    FileChannel open(Path file, OpenOption... options) throws IOException;

    boolean exists(Path path);

    long lastModifiedMillis(Path file) throws IOException;

    void setLastModified(Path file, long millis) throws IOException;

    /** What stands in the folder, sorted by name. */
    List<Entry> list(Path folder) throws IOException;

    void createFolder(Path folder) throws IOException;

    /** Moves within one volume, replacing what stands at the target. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file or an empty folder; false when there was none. */
    boolean delete(Path path) throws IOException;

    /** Makes the entries of a folder durable: files made, renamed and deleted in it. */
    void forceFolder(Path folder) throws IOException;

    long usableBytes(Path folder);

    long totalBytes(Path folder);

    /** An id that no name on this disk has yet, as chance has it. */
    default Uuid uniqueId() {
        return Uuid.randomUuid();
    }
}
