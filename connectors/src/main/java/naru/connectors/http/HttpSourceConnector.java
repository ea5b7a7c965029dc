package naru.connectors.http;

import naru.connectors.ConnectorVersion;
import naru.connectors.Findings;

import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.SourceConnector;

import java.util.List;
import java.util.Map;

/** Reads the records of an HTTP API into a topic, in one task. */
public final class HttpSourceConnector extends SourceConnector {
    private Map<String, String> properties = Map.of();

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public ConfigDef config() {
        return HttpSourceConfig.DEFINITION;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return HttpSourceTask.class;
    }

    @Override
    public Config validate(Map<String, String> given) {
        Config config = super.validate(given);
        Findings findings = new Findings(config);
        if (findings.none()) {
            new HttpSourceConfig(given).check(findings);
        }
        return config;
    }

    @Override
    public void start(Map<String, String> given) {
        properties = Map.copyOf(given);
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return List.of(properties);
    }

    @Override
    public void stop() {
        // Holds nothing.
    }
}
