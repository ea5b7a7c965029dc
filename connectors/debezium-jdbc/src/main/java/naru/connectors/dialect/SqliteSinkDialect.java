package naru.connectors.dialect;

import io.debezium.connector.jdbc.JdbcSinkConnectorConfig;
import io.debezium.connector.jdbc.JdbcSinkRecord;
import io.debezium.connector.jdbc.dialect.DatabaseDialect;
import io.debezium.connector.jdbc.dialect.DatabaseDialectProvider;
import io.debezium.connector.jdbc.dialect.GeneralDatabaseDialect;
import io.debezium.connector.jdbc.dialect.SqlStatementBuilder;
import io.debezium.connector.jdbc.relational.TableDescriptor;
import io.debezium.connector.jdbc.type.JdbcType;

import org.apache.kafka.connect.errors.ConnectException;
import org.hibernate.SessionFactory;
import org.hibernate.community.dialect.SQLiteDialect;
import org.hibernate.dialect.Dialect;

import java.util.Set;

/** SQLite, which replaces a row by {@code ON CONFLICT} and adds one column at a time. */
public final class SqliteSinkDialect extends GeneralDatabaseDialect {
    /** Found as a service. */
    public static final class Provider implements DatabaseDialectProvider {
        @Override
        public boolean supports(Dialect dialect) {
            return dialect instanceof SQLiteDialect;
        }

        @Override
        public Class<?> name() {
            return SqliteSinkDialect.class;
        }

        @Override
        public DatabaseDialect instantiate(
                JdbcSinkConnectorConfig config, SessionFactory sessionFactory) {
            return new SqliteSinkDialect(config, sessionFactory);
        }
    }

    private SqliteSinkDialect(JdbcSinkConnectorConfig config, SessionFactory sessionFactory) {
        super(config, sessionFactory);
    }

    /** Debezium has one of each type in a process, which would be of the dialect that came last. */
    @Override
    protected void registerType(JdbcType type) {
        super.registerType(OwnTypes.copied(type));
    }

    @Override
    public String getUpsertStatement(TableDescriptor table, JdbcSinkRecord record) {
        SqlStatementBuilder sql = new SqlStatementBuilder();
        sql.append("INSERT INTO ").append(getQualifiedTableName(table.getId())).append(" (");
        sql.appendLists(
                ", ",
                record.keyFieldNames(),
                record.nonKeyFieldNames(),
                name -> columnNameFromField(name, record));
        sql.append(") VALUES (");
        sql.appendLists(
                ", ",
                record.keyFieldNames(),
                record.nonKeyFieldNames(),
                name -> columnQueryBindingFromField(name, table, record));
        sql.append(") ON CONFLICT (");
        sql.appendList(", ", record.keyFieldNames(), name -> columnNameFromField(name, record));
        if (record.nonKeyFieldNames().isEmpty()) {
            return sql.append(") DO NOTHING").build();
        }
        sql.append(") DO UPDATE SET ");
        sql.appendList(
                ", ",
                record.nonKeyFieldNames(),
                name -> {
                    String column = columnNameFromField(name, record);
                    return column + " = excluded." + column;
                });
        return sql.build();
    }

    @Override
    public String getAlterTableStatement(
            TableDescriptor table, JdbcSinkRecord record, Set<String> missingFields) {
        if (missingFields.size() > 1) {
            throw new ConnectException(
                    "SQLite adds one column at a time; add %s to %s by hand and restart the task"
                            .formatted(missingFields, table.getId()));
        }
        return super.getAlterTableStatement(table, record, missingFields);
    }

    @Override
    public String getAlterTablePrefix() {
        return "";
    }

    @Override
    public String getAlterTableSuffix() {
        return "";
    }

    @Override
    public String getAlterTableColumnPrefix() {
        return "ADD COLUMN ";
    }
}
