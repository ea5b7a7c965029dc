package naru.connectors.sqlite;

import io.debezium.connector.jdbc.JdbcSinkConnectorConfig;
import io.debezium.connector.jdbc.dialect.DatabaseDialect;
import io.debezium.connector.jdbc.dialect.DatabaseDialectProvider;

import org.hibernate.SessionFactory;
import org.hibernate.community.dialect.SQLiteDialect;
import org.hibernate.dialect.Dialect;

/** Gives Debezium's JDBC sink the dialect for what Hibernate takes for SQLite. */
public final class SqliteDialectProvider implements DatabaseDialectProvider {
    @Override
    public boolean supports(Dialect dialect) {
        return dialect instanceof SQLiteDialect;
    }

    @Override
    public Class<?> name() {
        return SqliteSinkDialect.class;
    }

    @Override
    public DatabaseDialect instantiate(JdbcSinkConnectorConfig config, SessionFactory sessions) {
        return new SqliteSinkDialect(config, sessions);
    }
}
