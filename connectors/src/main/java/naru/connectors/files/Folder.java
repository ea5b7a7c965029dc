package naru.connectors.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files of a folder that belong to one task, in the order in which they are to be read. */
final class Folder {
    private final FileSourceConfig config;
    private final PathMatcher pattern;

    Folder(FileSourceConfig config) {
        this.config = config;
        this.pattern = FileSystems.getDefault().getPathMatcher("glob:" + config.pattern());
    }

    /** Without hidden files and folders. */
    List<Path> files() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(config.folder())) {
            for (Path entry : entries) {
                if (isWanted(entry) && Files.isRegularFile(entry)) {
                    found.add(entry);
                }
            }
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
        found.sort(Comparator.comparing(Path::getFileName));
        if (!config.byName()) {
            Map<Path, FileTime> times = new HashMap<>();
            for (Path file : found) {
                times.put(file, Files.getLastModifiedTime(file));
            }
            found.sort(Comparator.comparing(times::get));
        }
        return found;
    }

    private boolean isWanted(Path file) {
        Path name = file.getFileName();
        return !name.toString().startsWith(".")
                && pattern.matches(name)
                && Math.floorMod(name.toString().hashCode(), config.tasks()) == config.task();
    }
}
