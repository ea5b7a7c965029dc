package naru.log.checkpoint;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

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
    public static void replace(Path file, ByteBuffer content, boolean force) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
        try (FileChannel channel =
                FileChannel.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            if (force) {
                channel.force(true);
            }
        }
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        if (force) {
            forceFolder(file);
        }
    }

    public static void replace(Path file, String content, boolean force) throws IOException {
        replace(file, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), force);
    }

    /**
     * Writes a file that is not there yet, without a detour and without waiting for the disk. After
     * a power cut it may be empty or hold zeros, which its reader has to take for no file.
     */
    public static void write(Path file, String content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    /** The file's content, or null when there is no such file. */
    public static byte @Nullable [] read(Path file) throws IOException {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new CorruptFileException(file + " has " + size + " bytes.");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    /** The file's content as text, or null when there is no such file. */
    public static @Nullable String readText(Path file) throws IOException {
        byte[] content = read(file);
        return content == null ? null : new String(content, StandardCharsets.UTF_8);
    }

    private static void forceFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
