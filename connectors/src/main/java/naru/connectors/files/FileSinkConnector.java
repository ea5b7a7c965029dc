package naru.connectors.files;

import naru.connectors.ConnectorVersion;
import naru.connectors.Findings;

import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Writes topics into files of a folder, each record in exactly one finished file. */
public final class FileSinkConnector extends SinkConnector {
    private Map<String, String> properties = Map.of();

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public ConfigDef config() {
        return FileSinkConfig.DEFINITION;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return FileSinkTask.class;
    }

    @Override
    public Config validate(Map<String, String> given) {
        Config config = super.validate(given);
        Findings findings = new Findings(config);
        if (findings.none()) {
            Path folder = new FileSinkConfig(given).folder();
            try {
                Files.createDirectories(folder);
                if (!Files.isWritable(folder)) {
                    findings.add(
                            FileSinkConfig.PATH,
                            "the worker may not write into the folder " + folder);
                }
            } catch (IOException e) {
                findings.add(
                        FileSinkConfig.PATH,
                        "the worker cannot make the folder %s: %s".formatted(folder, e));
            }
        }
        return config;
    }

    @Override
    public void start(Map<String, String> given) {
        properties = Map.copyOf(given);
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return Collections.nCopies(maxTasks, properties);
    }

    @Override
    public void stop() {
        // Holds nothing.
    }
}
