package io.confluent.connect.jdbc;

import io.debezium.connector.jdbc.JdbcSinkConnectorTask;

import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

import java.util.List;
import java.util.Map;

/**
 * The name and the properties by which configurations made for Confluent's JDBC sink ask for one;
 * what works is Debezium's.
 */
public final class JdbcSinkConnector extends SinkConnector {
    private final naru.connectors.sink.JdbcSinkConnector sink =
            new naru.connectors.sink.JdbcSinkConnector();

    @Override
    public String version() {
        return sink.version();
    }

    @Override
    public ConfigDef config() {
        return SinkProperties.DEFINITION;
    }

    @Override
    public Config validate(Map<String, String> given) {
        Config config = super.validate(given);
        boolean right =
                config.configValues().stream().allMatch(value -> value.errorMessages().isEmpty());
        if (right) {
            for (ConfigValue found :
                    sink.validate(SinkProperties.translated(given)).configValues()) {
                found.errorMessages()
                        .forEach(error ->
                                add(
                                        config,
                                        SinkProperties.confluentName(found.name()),
                                        SinkProperties.confluentNames(error)));
            }
        }
        return config;
    }

    private static void add(Config config, String property, String error) {
        for (ConfigValue value : config.configValues()) {
            if (value.name().equals(property)) {
                value.addErrorMessage(error);
                return;
            }
        }
        ConfigValue other = new ConfigValue(SinkProperties.URL);
        other.addErrorMessage(property + ": " + error);
        config.configValues().add(other);
    }

    @Override
    public void start(Map<String, String> given) {
        sink.start(SinkProperties.translated(given));
    }

    @Override
    public Class<? extends Task> taskClass() {
        return JdbcSinkConnectorTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return sink.taskConfigs(maxTasks);
    }

    @Override
    public void stop() {
        sink.stop();
    }
}
