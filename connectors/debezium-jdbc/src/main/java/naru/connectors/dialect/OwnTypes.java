package naru.connectors.dialect;

import io.debezium.connector.jdbc.type.JdbcType;

import org.apache.kafka.connect.errors.ConnectException;

/**
 * Debezium's types keep the dialect that was made last, whichever sink that belongs to: two sinks
 * to different databases would write each other's SQL. A dialect with types of its own takes no
 * part in that.
 */
final class OwnTypes {
    private OwnTypes() {}

    static JdbcType copied(JdbcType type) {
        try {
            return type.getClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException changed) {
            throw new ConnectException(
                    type.getClass() + " of this version of Debezium cannot be copied", changed);
        }
    }
}
