package naru.connectors.sink;

import org.apache.kafka.common.config.Config;

import java.util.Map;

/**
 * Debezium's JDBC sink, which itself takes any property and fails with the first record: here
 * properties are checked, alone and together, and the database is asked.
 */
public final class JdbcSinkConnector extends io.debezium.connector.jdbc.JdbcSinkConnector {
    @Override
    public Config validate(Map<String, String> given) {
        Config config = super.validate(given);
        new SinkValidation(config, given).check(getConfigFields());
        return config;
    }
}
