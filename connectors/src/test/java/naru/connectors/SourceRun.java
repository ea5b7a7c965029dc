package naru.connectors;

import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs source tasks as a worker does: polls, keeps the offset of every record that it got, and
 * gives the offsets to the next task.
 */
public final class SourceRun implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Supplier<SourceTask> tasks;
    private final Map<String, String> properties;
    private final Map<Map<String, ?>, Map<String, ?>> offsets = new HashMap<>();
    private SourceTask task;

    public SourceRun(Supplier<SourceTask> tasks, Map<String, String> properties) {
        this.tasks = tasks;
        this.properties = new HashMap<>(properties);
        this.task = begin();
    }

    private SourceTask begin() {
        SourceTask begun = tasks.get();
        begun.initialize(new Context());
        begun.start(properties);
        return begun;
    }

    public void set(String name, String value) {
        properties.put(name, value);
    }

    public Map<Map<String, ?>, Map<String, ?>> offsets() {
        return offsets;
    }

    /** Ends the task and starts another with the offsets of what was read. */
    public void restart() {
        task.stop();
        task = begin();
    }

    /** Exactly what one poll gives. */
    public List<SourceRecord> poll() throws InterruptedException {
        List<SourceRecord> records = task.poll();
        if (records == null) {
            return List.of();
        }
        for (SourceRecord record : records) {
            offsets.put(record.sourcePartition(), record.sourceOffset());
            task.commitRecord(record, null);
        }
        task.commit();
        return records;
    }

    /** Polls until so many records were read. */
    public List<SourceRecord> read(int count) throws InterruptedException {
        List<SourceRecord> records = new ArrayList<>();
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (records.size() < count) {
            records.addAll(poll());
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        "%d records instead of %d".formatted(records.size(), count));
            }
        }
        return records;
    }

    @Override
    public void close() {
        task.stop();
        task.stop();
    }

    private final class Context implements SourceTaskContext {
        @Override
        public Map<String, String> configs() {
            return properties;
        }

        @Override
        public OffsetStorageReader offsetStorageReader() {
            return new OffsetStorageReader() {
                @Override
                @SuppressWarnings({"unchecked", "NullAway"}) // null is what Connect says for none
                public <T> Map<String, Object> offset(Map<String, T> partition) {
                    return (Map<String, Object>) offsets.get(partition);
                }

                @Override
                public <T> Map<Map<String, T>, Map<String, Object>> offsets(
                        Collection<Map<String, T>> partitions) {
                    Map<Map<String, T>, Map<String, Object>> found = new HashMap<>();
                    partitions.forEach(one -> found.put(one, offset(one)));
                    return found;
                }
            };
        }

        @Override
        public PluginMetrics pluginMetrics() {
            throw new UnsupportedOperationException("no connector here has metrics of its own");
        }
    }
}
