package naru.connectors.files;

import naru.connectors.ConnectorVersion;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes partitions into files. The offset of a partition is what the names of its finished files
 * say; Connect's own is only set after it.
 *
 * <p>Threads: Connect's thread of the task.
 */
public final class FileSinkTask extends SinkTask {
    private final Map<TopicPartition, PartitionFiles> partitions = new HashMap<>();
    private FileSinkConfig config = unset();

    @SuppressWarnings("NullAway") // Connect starts a task before it uses it.
    private static FileSinkConfig unset() {
        return null;
    }

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public void start(Map<String, String> properties) {
        config = new FileSinkConfig(properties);
    }

    @Override
    public void open(Collection<TopicPartition> opened) {
        for (TopicPartition partition : opened) {
            begin(partition);
        }
    }

    private PartitionFiles begin(TopicPartition partition) {
        try {
            PartitionFiles files = new PartitionFiles(config, partition);
            partitions.put(partition, files);
            if (files.hasFinished()) {
                context.offset(partition, files.nextOffset());
            }
            return files;
        } catch (IOException e) {
            throw new ConnectException(
                    "cannot use the folder %s: %s".formatted(config.folder(), e.getMessage()), e);
        }
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        for (SinkRecord record : records) {
            // Names of files are of what was read, whatever transforms call it: so are offsets.
            TopicPartition partition =
                    new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
            PartitionFiles files = partitions.get(partition);
            try {
                (files == null ? begin(partition) : files).write(record);
            } catch (DataException e) {
                report(record, e);
            } catch (IOException e) {
                throw failed(partition, e);
            }
        }
    }

    private void report(SinkRecord record, DataException fault) {
        ErrantRecordReporter reporter = context.errantRecordReporter();
        if (reporter == null) {
            throw new DataException(
                    "the record at offset %d of %s-%d cannot be written: %s"
                            .formatted(
                                    record.kafkaOffset(),
                                    record.topic(),
                                    record.kafkaPartition(),
                                    fault.getMessage()),
                    fault);
        }
        reporter.report(record, fault);
    }

    /** What is not in a finished file was not committed, and comes again when the task restarts. */
    private ConnectException failed(TopicPartition partition, IOException fault) {
        abandon(partition);
        return new ConnectException(
                "cannot write the files of %s: %s".formatted(partition, fault.getMessage()), fault);
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(
            Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, OffsetAndMetadata> finished = new HashMap<>();
        partitions.forEach((partition, files) -> {
            try {
                files.finishWhenDue();
            } catch (IOException e) {
                throw new ConnectException(
                        "cannot finish a file of %s: %s".formatted(partition, e.getMessage()), e);
            }
            if (files.hasFinished()) {
                finished.put(partition, new OffsetAndMetadata(files.nextOffset()));
            }
        });
        return finished;
    }

    @Override
    public void close(Collection<TopicPartition> closed) {
        closed.forEach(this::abandon);
    }

    private void abandon(TopicPartition partition) {
        @Nullable PartitionFiles files = partitions.remove(partition);
        if (files != null) {
            try {
                files.abandon();
            } catch (IOException e) {
                throw new ConnectException(
                        "cannot close the file of %s: %s".formatted(partition, e.getMessage()), e);
            }
        }
    }

    @Override
    public void stop() {
        close(List.copyOf(partitions.keySet()));
    }
}
