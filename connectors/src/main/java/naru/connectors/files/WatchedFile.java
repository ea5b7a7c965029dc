package naru.connectors.files;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One file of the folder: how far it was read, and how many of its records are still under way.
 * Owned by the task's thread but for the count.
 */
final class WatchedFile {
    private final Path path;
    private final AtomicInteger underWay = new AtomicInteger();
    private Place place;
    private long sizeAtEnd = -1;
    private @Nullable Instant modifiedAtEnd;
    private boolean finished;

    WatchedFile(Path path, Place place) {
        this.path = path;
        this.place = place;
    }

    Path path() {
        return path;
    }

    Place place() {
        return place;
    }

    Map<String, Object> partition() {
        return partition(path);
    }

    static Map<String, Object> partition(Path path) {
        return Map.of("file", path.toString());
    }

    AtomicInteger underWay() {
        return underWay;
    }

    void advance(RecordReader.Found found) throws IOException {
        place = place.at(path, found.position(), found.index(), found.read());
    }

    /** Nothing is to be read until the file changes. */
    void atEnd(BasicFileAttributes attributes, boolean complete) {
        sizeAtEnd = attributes.size();
        modifiedAtEnd = attributes.lastModifiedTime().toInstant();
        finished = complete;
    }

    /** Whether it was read to its end as a complete file. */
    boolean isFinished() {
        return finished;
    }

    /** Whether it was written to since its end was seen, or has become complete since. */
    boolean hasMore(BasicFileAttributes attributes, boolean complete) throws IOException {
        boolean changed =
                attributes.size() != sizeAtEnd
                        || !attributes.lastModifiedTime().toInstant().equals(modifiedAtEnd);
        if (changed) {
            finished = false;
            if (!place.isBeginning() && !place.isIn(path, attributes.size())) {
                place = Place.BEGINNING;
            }
        }
        return changed || (complete && !finished);
    }

    static boolean isSettled(BasicFileAttributes attributes, Duration settle) {
        return !attributes.lastModifiedTime().toInstant().plus(settle).isAfter(Instant.now());
    }

    BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }
}
