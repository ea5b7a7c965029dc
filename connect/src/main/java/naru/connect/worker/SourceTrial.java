package naru.connect.worker;

import naru.http.Refusal;

import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceConnectorContext;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A source that is run until its first record, as if it had never run before. */
final class SourceTrial {
    private static final OffsetStorageReader NO_OFFSETS =
            new OffsetStorageReader() {
                @Override
                public <T> @Nullable Map<String, Object> offset(Map<String, T> partition) {
                    return null;
                }

                @Override
                public <T> Map<Map<String, T>, Map<String, Object>> offsets(
                        Collection<Map<String, T>> partitions) {
                    return new HashMap<>();
                }
            };

    private final Plugins plugins;
    private final SourceConnector connector;
    private final Map<String, String> config;
    private volatile @Nullable Exception raised;

    SourceTrial(Plugins plugins, SourceConnector connector, Map<String, String> config) {
        this.plugins = plugins;
        this.connector = connector;
        this.config = config;
    }

    /** Null when none came in time. */
    @Nullable SourceRecord first(int seconds) throws InterruptedException {
        connector.initialize(new ConnectorSurroundings());
        connector.start(config);
        try {
            List<Map<String, String>> tasks = connector.taskConfigs(1);
            if (tasks == null || tasks.isEmpty()) {
                throw new Refusal(422, "the source has nothing to do: it makes no task");
            }
            SourceTask task =
                    (SourceTask)
                            plugins.newTask(connector.taskClass().asSubclass(SourceTask.class));
            task.initialize(new TaskSurroundings(tasks.getFirst()));
            task.start(tasks.getFirst());
            try {
                return poll(task, seconds);
            } finally {
                task.stop();
            }
        } finally {
            connector.stop();
        }
    }

    private @Nullable SourceRecord poll(SourceTask task, int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            List<SourceRecord> records = task.poll();
            if (records != null && !records.isEmpty()) {
                return records.getFirst();
            }
            Exception fault = raised;
            if (fault != null) {
                throw new IllegalStateException(fault.getMessage(), fault);
            }
            Thread.onSpinWait();
        }
        return null;
    }

    private final class ConnectorSurroundings implements SourceConnectorContext {
        @Override
        public void requestTaskReconfiguration() {}

        @Override
        public void raiseError(Exception fault) {
            raised = fault;
        }

        @Override
        public OffsetStorageReader offsetStorageReader() {
            return NO_OFFSETS;
        }

        @Override
        public @Nullable PluginMetrics pluginMetrics() {
            return null;
        }
    }

    private record TaskSurroundings(Map<String, String> configs) implements SourceTaskContext {
        @Override
        public OffsetStorageReader offsetStorageReader() {
            return NO_OFFSETS;
        }

        @Override
        public @Nullable PluginMetrics pluginMetrics() {
            return null;
        }
    }
}
