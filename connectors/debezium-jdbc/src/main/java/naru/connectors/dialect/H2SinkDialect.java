package naru.connectors.dialect;

import io.debezium.connector.jdbc.JdbcSinkConnectorConfig;
import io.debezium.connector.jdbc.JdbcSinkRecord;
import io.debezium.connector.jdbc.dialect.DatabaseDialect;
import io.debezium.connector.jdbc.dialect.DatabaseDialectProvider;
import io.debezium.connector.jdbc.dialect.GeneralDatabaseDialect;
import io.debezium.connector.jdbc.dialect.SqlStatementBuilder;
import io.debezium.connector.jdbc.relational.TableDescriptor;
import io.debezium.connector.jdbc.type.JdbcType;

import org.hibernate.SessionFactory;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;

/** H2, which replaces a row by {@code MERGE}. */
public final class H2SinkDialect extends GeneralDatabaseDialect {
    /** Found as a service. */
    public static final class Provider implements DatabaseDialectProvider {
        @Override
        public boolean supports(Dialect dialect) {
            return dialect instanceof H2Dialect;
        }

        @Override
        public Class<?> name() {
            return H2SinkDialect.class;
        }

        @Override
        public DatabaseDialect instantiate(
                JdbcSinkConnectorConfig config, SessionFactory sessionFactory) {
            return new H2SinkDialect(config, sessionFactory);
        }
    }

    private H2SinkDialect(JdbcSinkConnectorConfig config, SessionFactory sessionFactory) {
        super(config, sessionFactory);
    }

    /** Debezium has one of each type in a process, which would be of the dialect that came last. */
    @Override
    protected void registerType(JdbcType type) {
        super.registerType(OwnTypes.copied(type));
    }

    /** A name without quotes is kept in capitals, and looked for as such. */
    @Override
    protected boolean isIdentifierUppercaseWhenNotQuoted() {
        return true;
    }

    @Override
    public String getUpsertStatement(TableDescriptor table, JdbcSinkRecord record) {
        SqlStatementBuilder sql = new SqlStatementBuilder();
        sql.append("MERGE INTO ").append(getQualifiedTableName(table.getId())).append(" (");
        sql.appendLists(
                ", ",
                record.keyFieldNames(),
                record.nonKeyFieldNames(),
                name -> columnNameFromField(name, record));
        sql.append(") KEY (");
        sql.appendList(", ", record.keyFieldNames(), name -> columnNameFromField(name, record));
        sql.append(") VALUES (");
        sql.appendLists(
                ", ",
                record.keyFieldNames(),
                record.nonKeyFieldNames(),
                name -> columnQueryBindingFromField(name, table, record));
        return sql.append(")").build();
    }
}
