package naru.connectors.http;

import naru.connectors.ConnectorVersion;
import naru.connectors.Findings;

import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Hands the records of topics to an HTTP API, those of each partition in their order. */
public final class HttpSinkConnector extends SinkConnector {
    private Map<String, String> properties = Map.of();

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public ConfigDef config() {
        return HttpSinkConfig.DEFINITION;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return HttpSinkTask.class;
    }

    @Override
    public Config validate(Map<String, String> given) {
        Config config = super.validate(given);
        Findings findings = new Findings(config);
        if (findings.none()) {
            HttpSinkConfig sink = new HttpSinkConfig(given);
            HttpSettings.check(sink.settings(), findings);
            boolean perRecord = sink.url().contains("${key}") || sink.url().contains("${offset}");
            if (sink.batch() > 1 && perRecord) {
                findings.add(
                        HttpSinkConfig.BATCH,
                        "must be 1 when url has ${key} or ${offset}: many records would share one"
                                + " URL");
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
