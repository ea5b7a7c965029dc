package naru.log.checkpoint;

import naru.log.disk.Disk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Reading and replacing a file whole. A reader, and a start after a crash, sees the old content or
 * the new one, never a mixture.
 *
 * <p>Threads: one writer per file. A temporary file that a crash left behind is overwritten.
 */
public final class SmallFile {
    /** No small file is larger; a larger one is taken for corrupt. */
    public static final int MAX_BYTES = 256 << 20;

    private static final String TEMPORARY_SUFFIX = ".tmp";

    private SmallFile() {}

    /**
     * Replaces the file's content.
     *
     * @param force whether content and name are on the disk when this returns
     */
    public static void replace(Disk disk, Path file, ByteBuffer content, boolean force)
            throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
        try (FileChannel channel =
                disk.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            write(channel, content);
            if (force) {
                channel.force(true);
            }
        }
        disk.rename(temporary, file);
        if (force) {
            forceFolder(disk, file);
        }
    }

    public static void replace(Disk disk, Path file, String content, boolean force)
            throws IOException {
        replace(disk, file, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), force);
    }

    private static void write(FileChannel channel, ByteBuffer content) throws IOException {
        long at = 0;
        while (content.hasRemaining()) {
            at += channel.write(content, at);
        }
    }

    /** The file's content, or null when there is no such file. */
    public static byte @Nullable [] read(Disk disk, Path file) throws IOException {
        try (FileChannel channel = disk.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size > MAX_BYTES) {
                throw new CorruptFileException(file + " has " + size + " bytes.");
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            while (content.hasRemaining() && channel.read(content, content.position()) >= 0) {}
            return Arrays.copyOf(content.array(), content.position());
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    /** The file's content as text, or null when there is no such file. */
    public static @Nullable String readText(Disk disk, Path file) throws IOException {
        byte[] content = read(disk, file);
        return content == null ? null : new String(content, StandardCharsets.UTF_8);
    }

    private static void forceFolder(Disk disk, Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            disk.forceFolder(folder);
        }
    }
}
