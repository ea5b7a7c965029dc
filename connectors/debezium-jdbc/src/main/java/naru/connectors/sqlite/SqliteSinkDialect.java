package naru.connectors.sqlite;

import io.debezium.connector.jdbc.JdbcSinkConnectorConfig;
import io.debezium.connector.jdbc.JdbcSinkRecord;
import io.debezium.connector.jdbc.dialect.GeneralDatabaseDialect;
import io.debezium.connector.jdbc.dialect.SqlStatementBuilder;
import io.debezium.connector.jdbc.relational.TableDescriptor;

import org.hibernate.SessionFactory;

/** SQLite's words where they differ from standard SQL. */
final class SqliteSinkDialect extends GeneralDatabaseDialect {
    SqliteSinkDialect(JdbcSinkConnectorConfig config, SessionFactory sessions) {
        super(config, sessions);
    }

    @Override
    public String getUpsertStatement(TableDescriptor table, JdbcSinkRecord record) {
        SqlStatementBuilder statement =
                new SqlStatementBuilder()
                        .append("INSERT INTO ")
                        .append(getQualifiedTableName(table.getId()))
                        .append(" (")
                        .appendLists(
                                ", ",
                                record.keyFieldNames(),
                                record.nonKeyFieldNames(),
                                name -> columnNameFromField(name, record))
                        .append(") VALUES (")
                        .appendLists(
                                ", ",
                                record.keyFieldNames(),
                                record.nonKeyFieldNames(),
                                name -> columnQueryBindingFromField(name, table, record))
                        .append(") ON CONFLICT (")
                        .appendList(
                                ", ",
                                record.keyFieldNames(),
                                name -> columnNameFromField(name, record))
                        .append(")");
        if (record.nonKeyFieldNames().isEmpty()) {
            return statement.append(" DO NOTHING").build();
        }
        return statement
                .append(" DO UPDATE SET ")
                .appendList(
                        ", ",
                        record.nonKeyFieldNames(),
                        name -> {
                            String column = columnNameFromField(name, record);
                            return column + " = EXCLUDED." + column;
                        })
                .build();
    }
}
