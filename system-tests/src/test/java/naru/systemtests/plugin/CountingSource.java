package naru.systemtests.plugin;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Writes the numbers from 0, some at a time; may throw at one of them. */
public final class CountingSource extends SourceConnector {
    private Map<String, String> config = Map.of();

    @Override
    public void start(Map<String, String> properties) {
        config = Map.copyOf(properties);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return Counting.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int most) {
        return List.of(config);
    }

    @Override
    public void stop() {}

    @Override
    public ConfigDef config() {
        return new ConfigDef()
                .define(
                        "topic",
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        ConfigDef.Importance.HIGH,
                        "Where the numbers go. Any name of a topic.")
                .define(
                        "fail.at",
                        ConfigDef.Type.INT,
                        -1,
                        ConfigDef.Importance.LOW,
                        "The number at which it throws.");
    }

    @Override
    public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> properties) {
        return ExactlyOnceSupport.SUPPORTED;
    }

    @Override
    public String version() {
        return "1";
    }

    /** The one task. */
    public static final class Counting extends SourceTask {
        private static final int AT_ONCE = 10;
        private static final Map<String, String> PARTITION = Map.of("numbers", "all");

        private final CountDownLatch stopped = new CountDownLatch(1);
        private String topic = "";
        private long failAt;
        private long next;

        @Override
        public void start(Map<String, String> properties) {
            topic = String.valueOf(properties.get("topic"));
            failAt = Long.parseLong(properties.getOrDefault("fail.at", "-1"));
            @Nullable Map<String, Object> offset = context.offsetStorageReader().offset(PARTITION);
            next = offset == null ? 0 : 1 + (Long) Objects.requireNonNull(offset.get("number"));
        }

        @Override
        public List<SourceRecord> poll() throws InterruptedException {
            stopped.await(20, TimeUnit.MILLISECONDS);
            List<SourceRecord> records = new ArrayList<>();
            for (int each = 0; each < AT_ONCE; each++, next++) {
                if (next == failAt) {
                    throw new ConnectException("the number " + next + " is not to my taste");
                }
                records.add(
                        new SourceRecord(
                                PARTITION,
                                Map.of("number", next),
                                topic,
                                0,
                                Schema.INT64_SCHEMA,
                                next));
            }
            return records;
        }

        @Override
        public void stop() {
            stopped.countDown();
        }

        @Override
        public String version() {
            return "1";
        }
    }
}
