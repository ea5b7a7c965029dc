package naru.connect;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A source of its own task that runs and has never anything. */
public final class TickingConnector extends SourceConnector {
    private Map<String, String> given = Map.of();

    @Override
    public String version() {
        return "1";
    }

    @Override
    public void start(Map<String, String> properties) {
        given = Map.copyOf(properties);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return TickingTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return List.of(given);
    }

    @Override
    public void stop() {}

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    /** Waits until it is stopped. */
    public static final class TickingTask extends SourceTask {
        private final CountDownLatch stopped = new CountDownLatch(1);

        @Override
        public String version() {
            return "1";
        }

        @Override
        public void start(Map<String, String> properties) {}

        @Override
        public List<SourceRecord> poll() throws InterruptedException {
            var _ = stopped.await(100, TimeUnit.MILLISECONDS);
            return List.of();
        }

        @Override
        public void stop() {
            stopped.countDown();
        }
    }
}
