package naru.junit;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Where a node has its data.
 *
 * @param temporary whether the folder was made for this node and goes with it
 */
record DataFolder(Path path, boolean temporary) {

    static DataFolder made() {
        try {
            return new DataFolder(Files.createTempDirectory("naru-"), true);
        } catch (IOException fault) {
            throw new UncheckedIOException("no temporary folder can be made", fault);
        }
    }

    static DataFolder given(Path path) {
        return new DataFolder(path, false);
    }

    void release() {
        if (!temporary) {
            return;
        }
        try {
            Files.walkFileTree(path, new Removal());
        } catch (IOException fault) {
            throw new UncheckedIOException("the folder " + path + " cannot be deleted", fault);
        }
    }

    /** Deletes bottom up; what vanishes meanwhile is as good as deleted. */
    private static final class Removal extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException fault) throws IOException {
            if (fault instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw fault;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException fault)
                throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
