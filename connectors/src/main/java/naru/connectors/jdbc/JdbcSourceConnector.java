package naru.connectors.jdbc;

import naru.connectors.ConnectorVersion;
import naru.connectors.Findings;

import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.util.ConnectorUtils;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads rows of a database's tables, or of one query, into topics. It takes the configuration of
 * Confluent's JDBC source as it is, and goes on from its offsets.
 *
 * <p>Threads: a watch for new tables has one of its own from start to stop.
 */
public class JdbcSourceConnector extends SourceConnector {
    static final String BETWEEN_TABLES = "\u001e";

    private static final Duration FIRST_LIST = Duration.ofSeconds(20);

    private Map<String, String> properties = Map.of();
    private @Nullable TableWatch watch;

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public ConfigDef config() {
        return JdbcSourceConfig.DEFINITION;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return JdbcSourceTask.class;
    }

    @Override
    public Config validate(Map<String, String> given) {
        Config config = super.validate(given);
        new SourceValidation(new Findings(config), given).check();
        return config;
    }

    @Override
    public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> given) {
        // By time alone, rows of one time that a batch cuts in two are read again after a restart.
        String mode = given.getOrDefault(JdbcSourceConfig.MODE, "");
        boolean repeats = mode.equalsIgnoreCase("bulk") || mode.equalsIgnoreCase("timestamp");
        return repeats ? ExactlyOnceSupport.UNSUPPORTED : ExactlyOnceSupport.SUPPORTED;
    }

    @Override
    public void start(Map<String, String> given) {
        properties = Map.copyOf(given);
        JdbcSourceConfig config = new JdbcSourceConfig(given);
        if (!config.hasQuery()) {
            TableWatch started =
                    new TableWatch(config, () -> context().requestTaskReconfiguration());
            watch = started;
            started.start();
        }
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        TableWatch watching = watch;
        if (watching == null) {
            return List.of(properties);
        }
        List<TableId> tables = listed(watching);
        if (tables.isEmpty()) {
            return List.of();
        }
        List<Map<String, String>> tasks = new ArrayList<>();
        for (List<TableId> group :
                ConnectorUtils.groupPartitions(tables, Math.min(tables.size(), maxTasks))) {
            Map<String, String> task = new HashMap<>(properties);
            task.put(
                    JdbcSourceConfig.TASK_TABLES,
                    group.stream()
                            .map(TableId::encoded)
                            .collect(Collectors.joining(BETWEEN_TABLES)));
            tasks.add(task);
        }
        return tasks;
    }

    private static List<TableId> listed(TableWatch watching) {
        try {
            List<TableId> tables = watching.tables(FIRST_LIST);
            if (tables != null) {
                return tables;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ConnectException("cannot list the tables of the database: " + watching.fault());
    }

    @Override
    public void stop() {
        TableWatch watching = watch;
        watch = null;
        if (watching != null) {
            watching.stop();
        }
    }
}
