package naru.connectors;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.apache.kafka.connect.sink.SinkTaskContext;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Runs a sink task as a worker does: opens partitions, puts records, asks for offsets. */
public final class SinkRun implements AutoCloseable {
    private final SinkTask task;
    private final Map<TopicPartition, Long> rewound = new HashMap<>();
    private final List<SinkRecord> errant = new ArrayList<>();

    public SinkRun(SinkTask task, Map<String, String> properties, TopicPartition... partitions) {
        this.task = task;
        task.initialize(new Context(properties));
        task.start(properties);
        task.open(Arrays.asList(partitions));
    }

    public void put(List<SinkRecord> records) {
        task.put(records);
    }

    public Map<TopicPartition, OffsetAndMetadata> offsets() {
        return task.preCommit(Map.of());
    }

    /** What the task asked for when it began. */
    public Map<TopicPartition, Long> rewound() {
        return rewound;
    }

    /** Records that the task reported. */
    public List<SinkRecord> errant() {
        return errant;
    }

    @Override
    public void close() {
        task.stop();
        task.stop();
    }

    private final class Context implements SinkTaskContext {
        private final Map<String, String> properties;

        Context(Map<String, String> properties) {
            this.properties = properties;
        }

        @Override
        public Map<String, String> configs() {
            return properties;
        }

        @Override
        public void offset(Map<TopicPartition, Long> offsets) {
            rewound.putAll(offsets);
        }

        @Override
        public void offset(TopicPartition partition, long offset) {
            rewound.put(partition, offset);
        }

        @Override
        public void timeout(long timeoutMillis) {
            // Puts are repeated by the test.
        }

        @Override
        public Set<TopicPartition> assignment() {
            return rewound.keySet();
        }

        @Override
        public void pause(TopicPartition... partitions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resume(TopicPartition... partitions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void requestCommit() {
            // The test asks when it wants to.
        }

        @Override
        public ErrantRecordReporter errantRecordReporter() {
            return (record, fault) -> {
                errant.add(record);
                return CompletableFuture.runAsync(() -> {}, Runnable::run);
            };
        }

        @Override
        public PluginMetrics pluginMetrics() {
            throw new UnsupportedOperationException("no connector here has metrics of its own");
        }
    }
}
