package naru.connectors.files;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of one partition. A file that is written has another name until it is finished; then it
 * is named by its first and last offset, in one step. What the names say is therefore exactly what
 * is there, and a restart goes on behind the last of them.
 *
 * <p>Owned by the task's thread.
 */
final class PartitionFiles {
    private static final String UNFINISHED = ".part";
    private static final int NOTHING = -1;

    private final FileSinkConfig config;
    private final TopicPartition partition;
    private final Path folder;
    private final Pattern finished;
    private @Nullable OpenFile open;
    private long nextOffset;

    /** A file under way. */
    private static final class OpenFile {
        private final Path path;
        private final FileChannel channel;
        private final Counted bytes;
        private final RecordWriter writer;
        private final long first;
        private final long sinceNanos = System.nanoTime();
        private long last;
        private long records;

        OpenFile(Path path, FileChannel channel, Counted bytes, RecordWriter writer, long first) {
            this.path = path;
            this.channel = channel;
            this.bytes = bytes;
            this.writer = writer;
            this.first = first;
        }
    }

    /** Counts what is written, and leaves the channel open so that it can be forced to disk. */
    private static final class Counted extends FilterOutputStream {
        private long count;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    PartitionFiles(FileSinkConfig config, TopicPartition partition) throws IOException {
        this.config = config;
        this.partition = partition;
        this.folder = config.folder().resolve(partition.topic());
        this.finished =
                Pattern.compile(
                        Pattern.quote(partition.topic() + "-" + partition.partition())
                                + "-(\\d{20})-(\\d{20})\\.[a-z]+");
        Files.createDirectories(folder);
        Files.deleteIfExists(unfinished());
        this.nextOffset = lastFinished() + 1;
    }

    /** Behind the last finished file; 0 when there is none. */
    long nextOffset() {
        return nextOffset;
    }

    boolean hasFinished() {
        return nextOffset > 0;
    }

    private long lastFinished() throws IOException {
        long last = NOTHING;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Matcher name = finished.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    last = Math.max(last, Long.parseLong(name.group(2)));
                }
            }
        }
        return last;
    }

    private Path unfinished() {
        return folder.resolve("." + partition.topic() + "-" + partition.partition() + UNFINISHED);
    }

    void write(SinkRecord record) throws IOException {
        if (record.kafkaOffset() < nextOffset) {
            return;
        }
        OpenFile current = open;
        if (current != null && !current.writer.takes(record.valueSchema())) {
            finish();
            current = null;
        }
        if (current == null) {
            current = begin(record);
            open = current;
        }
        current.writer.write(record);
        current.records++;
        current.last = record.kafkaOffset();
        if (current.records >= config.rotateRecords()
                || current.bytes.count >= config.rotateBytes()) {
            finish();
        }
    }

    private OpenFile begin(SinkRecord record) throws IOException {
        Path path = unfinished();
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        try {
            Counted bytes =
                    new Counted(new BufferedOutputStream(Channels.newOutputStream(channel)));
            RecordWriter writer = RecordWriter.open(config, record, bytes);
            return new OpenFile(path, channel, bytes, writer, record.kafkaOffset());
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** Finishes the file under way when its time is over. */
    void finishWhenDue() throws IOException {
        OpenFile current = open;
        if (current != null
                && System.nanoTime() - current.sinceNanos >= config.rotateInterval().toNanos()) {
            finish();
        }
    }

    private void finish() throws IOException {
        OpenFile current = open;
        open = null;
        if (current == null) {
            return;
        }
        current.writer.close();
        current.channel.force(true);
        current.channel.close();
        if (current.records == 0) {
            Files.deleteIfExists(current.path);
            return;
        }
        if (lastFinished() >= current.first) {
            throw new ConnectException(
                    "another task has written %s from offset %d on; two connectors must not share the folder %s"
                            .formatted(partition, current.first, folder));
        }
        move(current.path, folder.resolve(name(current)));
        nextOffset = current.last + 1;
    }

    private String name(OpenFile file) {
        return "%s-%d-%020d-%020d.%s"
                .formatted(
                        partition.topic(),
                        partition.partition(),
                        file.first,
                        file.last,
                        config.format().ending());
    }

    private void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException(folder + " is on a file system without atomic renames", e);
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Leaves the file under way out: its records were not committed and come again. */
    void abandon() throws IOException {
        OpenFile current = open;
        open = null;
        if (current != null) {
            current.channel.close();
            Files.deleteIfExists(current.path);
        }
    }
}
