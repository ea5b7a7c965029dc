package naru.broker.audit;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A file that grows to a size and is then put aside as FILE.1, what was FILE.1 as FILE.2, and so
 * on; the oldest is deleted. Owned by one thread.
 */
final class RotatingFile {
    private final Path file;
    private final long maxBytes;
    private final int keptFiles;
    private OutputStream out;
    private long sizeBytes;

    private RotatingFile(Path file, long maxBytes, int keptFiles) throws IOException {
        this.file = file;
        this.maxBytes = maxBytes;
        this.keptFiles = keptFiles;
        this.out = appending(file);
        this.sizeBytes = Files.size(file);
    }

    static RotatingFile open(Path file, long maxBytes, int keptFiles) throws IOException {
        return new RotatingFile(file, maxBytes, keptFiles);
    }

    /** A new file may be read by its owner alone, where the file system knows owners. */
    private static OutputStream appending(Path file) throws IOException {
        if (!Files.exists(file)
                && Files.getFileStore(file.toAbsolutePath().getParent())
                        .supportsFileAttributeView("posix")) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    void append(byte[] line) throws IOException {
        if (sizeBytes > 0 && sizeBytes + line.length > maxBytes) {
            rotate();
        }
        out.write(line);
        sizeBytes += line.length;
    }

    private void rotate() throws IOException {
        out.close();
        for (int number = keptFiles; number > 0; number--) {
            Path older = number == 1 ? file : aside(number - 1);
            if (Files.exists(older)) {
                Files.move(older, aside(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (keptFiles == 0) {
            Files.deleteIfExists(file);
        }
        out = appending(file);
        sizeBytes = 0;
    }

    private Path aside(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    void flush() throws IOException {
        out.flush();
    }

    void close() throws IOException {
        out.close();
    }
}
