package naru.connectors.files;

import naru.connectors.ConnectorVersion;
import naru.connectors.StopSignal;
import naru.connectors.files.RecordReader.BadRecordException;
import naru.connectors.files.RecordReader.Found;

import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads its share of a folder's files, one after the other. A file that is complete is moved or
 * deleted when all its records are safely in the topic.
 *
 * <p>Threads: Connect's thread of the task; records are confirmed from the producer's.
 */
public final class FileSourceTask extends SourceTask {
    private static final Logger LOG = LoggerFactory.getLogger(FileSourceTask.class);
    private static final String FILE_HEADER = "file";

    /** So many files without anything new are looked into before Connect has its turn. */
    private static final int FILES_AT_ONCE = 100;

    private final StopSignal stop = new StopSignal();
    private final Map<Path, WatchedFile> files = new ConcurrentHashMap<>();
    private FileSourceConfig config = unset();
    private @Nullable Folder folder;
    private @Nullable Open open;
    private long nextLookNanos = System.nanoTime();

    /** A trial of a configuration confirms nothing, and its files stay where they are. */
    private volatile boolean confirmed;

    private record Open(
            WatchedFile file,
            RecordReader reader,
            BasicFileAttributes attributes,
            boolean complete) {}

    @SuppressWarnings("NullAway") // Connect starts a task before it uses it.
    private static FileSourceConfig unset() {
        return null;
    }

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public void start(Map<String, String> properties) {
        config = new FileSourceConfig(properties);
        folder = new Folder(config);
    }

    @Override
    public @Nullable List<SourceRecord> poll() throws InterruptedException {
        try {
            for (int files = 0; files < FILES_AT_ONCE && !stop.isStopped(); files++) {
                Open current = open == null ? next() : open;
                open = current;
                if (current == null) {
                    break;
                }
                List<SourceRecord> records = read(current);
                if (!records.isEmpty()) {
                    return records;
                }
            }
        } catch (NoSuchFileException e) {
            LOG.info("{} has gone while it was read", e.getFile());
            closeFile();
        } catch (IOException e) {
            String file = open == null ? config.folder().toString() : open.file().path().toString();
            closeFile();
            throw new ConnectException("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
        stop.await(config.pollInterval());
        return null;
    }

    /** The first file in which there is something to be read; looked for once in a while. */
    private @Nullable Open next() throws IOException {
        long now = System.nanoTime();
        Folder watched = folder;
        if (watched == null || nextLookNanos - now > 0) {
            return null;
        }
        List<Path> present = watched.files();
        files.keySet().retainAll(present);
        learn(present);
        for (Path path : present) {
            WatchedFile file = files.get(path);
            Open found = file == null ? null : opened(file);
            if (found != null) {
                return found;
            }
        }
        nextLookNanos = now + config.pollInterval().toNanos() / 2;
        return null;
    }

    private void learn(List<Path> present) {
        List<Map<String, Object>> unknown =
                present.stream()
                        .filter(path -> !files.containsKey(path))
                        .map(WatchedFile::partition)
                        .toList();
        if (unknown.isEmpty()) {
            return;
        }
        var kept = context.offsetStorageReader().offsets(unknown);
        for (Map<String, Object> partition : unknown) {
            Path path = Path.of(String.valueOf(partition.get("file")));
            files.put(path, new WatchedFile(path, Place.of(kept.get(partition))));
        }
    }

    private @Nullable Open opened(WatchedFile file) throws IOException {
        try {
            BasicFileAttributes attributes = file.attributes();
            boolean complete =
                    !config.follows() && WatchedFile.isSettled(attributes, config.settle());
            if (!file.hasMore(attributes, complete)) {
                tidy(file);
                return null;
            }
            return new Open(file, reader(file), attributes, complete);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new IOException(file.path() + ": " + e.getMessage(), e);
        }
    }

    private RecordReader reader(WatchedFile file) throws IOException {
        Path path = file.path();
        Place place = file.place();
        return switch (config.format()) {
            case LINES -> new LineRecords(path, place, config.recordBytes(), false);
            case CSV -> new CsvRecords(path, place, config.csv());
            case JSON ->
                    JsonArrayRecords.begins(path)
                            ? new JsonArrayRecords(path, place)
                            : new LineRecords(path, place, config.recordBytes(), true);
            case AVRO ->
                    config.follows() || WatchedFile.isSettled(file.attributes(), config.settle())
                            ? new AvroRecords(path, place)
                            : new Unready();
        };
    }

    /** For a file that cannot be looked into yet. */
    private static final class Unready implements RecordReader {
        @Override
        public @Nullable Found next(boolean complete) {
            return null;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }

    private List<SourceRecord> read(Open current) throws IOException {
        List<SourceRecord> records = new ArrayList<>();
        while (records.size() < config.batch()) {
            Found found;
            try {
                found = current.reader().next(current.complete());
            } catch (BadRecordException e) {
                String sentence = current.file().path() + ": " + e.getMessage();
                if (!config.skipsBadRecords()) {
                    closeFile();
                    throw new ConnectException(
                            sentence + "; mend the file, or set bad.records=skip", e);
                }
                LOG.warn("left out: {}", sentence);
                continue;
            }
            if (found == null) {
                current.file().atEnd(current.attributes(), current.complete());
                closeFile();
                break;
            }
            current.file().advance(found);
            records.add(record(current.file(), found));
        }
        return records;
    }

    private SourceRecord record(WatchedFile file, Found found) {
        file.underWay().incrementAndGet();
        Key key = key(found);
        return new SourceRecord(
                file.partition(),
                file.place().offset(),
                config.topic(),
                null,
                key.schema(),
                key.value(),
                found.schema(),
                found.value(),
                null,
                new ConnectHeaders()
                        .addString(FILE_HEADER, String.valueOf(file.path().getFileName())));
    }

    private record Key(@Nullable Schema schema, @Nullable Object value) {}

    private Key key(Found found) {
        String field = config.keyField();
        if (field.isEmpty()) {
            return new Key(null, null);
        }
        return switch (found.value()) {
            case Struct struct -> {
                if (struct.schema().field(field) == null) {
                    throw new ConnectException(
                            "key.field names %s, and there is no such field; there are %s"
                                    .formatted(
                                            field,
                                            struct.schema().fields().stream()
                                                    .map(one -> one.name())
                                                    .toList()));
                }
                yield new Key(struct.schema().field(field).schema(), struct.get(field));
            }
            case Map<?, ?> map -> new Key(null, map.get(field));
            default -> new Key(null, null);
        };
    }

    @Override
    public void commit() {
        confirmed = true;
    }

    @Override
    public void commitRecord(SourceRecord record, @Nullable RecordMetadata metadata) {
        confirmed = true;
        WatchedFile file = files.get(Path.of(String.valueOf(record.sourcePartition().get("file"))));
        if (file != null) {
            file.underWay().decrementAndGet();
        }
    }

    /** Moves or deletes a file whose last record is in the topic. */
    private void tidy(WatchedFile file) throws IOException {
        if (!confirmed || !file.isFinished() || file.underWay().get() > 0) {
            return;
        }
        Path target = config.finishedFolder();
        if (config.deletes()) {
            Files.deleteIfExists(file.path());
        } else if (config.moves() && target != null) {
            Files.createDirectories(target);
            Files.move(file.path(), unused(target, String.valueOf(file.path().getFileName())));
        }
    }

    /** Files come again under names that others had; none takes the place of another. */
    private static Path unused(Path target, String name) {
        Path found = target.resolve(name);
        for (int number = 1; Files.exists(found); number++) {
            found = target.resolve(name + "." + number);
        }
        return found;
    }

    private void closeFile() {
        Open current = open;
        open = null;
        if (current != null) {
            try {
                current.reader().close();
            } catch (IOException e) {
                LOG.debug("{} did not close: {}", current.file().path(), e.getMessage());
            }
        }
    }

    @Override
    public void stop() {
        stop.stop();
        closeFile();
    }
}
