package naru.connectors.jdbc;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.SchemaBuilderException;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The columns of a result as Connect's schemas of a record's value and key. A new one is made for
 * every query, so that it follows the table as columns come and go.
 */
final class RowShape {
    private final String source;
    private final List<Column> columns;
    private final Schema valueSchema;
    private final @Nullable Schema keySchema;
    private final List<String> keyColumns;

    private RowShape(String source, List<Column> columns, List<String> keyColumns) {
        this.source = source;
        this.columns = columns;
        this.keyColumns = keyColumns;
        SchemaBuilder value = SchemaBuilder.struct().name(source);
        for (Column column : columns) {
            try {
                value.field(column.name(), column.schema());
            } catch (SchemaBuilderException e) {
                throw new ConnectException(
                        "%s gives two columns named %s; give one another name with AS"
                                .formatted(source, column.name()),
                        e);
            }
        }
        this.valueSchema = value.build();
        this.keySchema = keyColumns.isEmpty() ? null : keyOfColumns();
    }

    /**
     * The same object as before when the columns are the same: converters look schemas up by it.
     */
    static RowShape of(
            ResultSetMetaData metadata,
            String source,
            Columns types,
            List<String> keyColumns,
            @Nullable RowShape before)
            throws SQLException {
        List<Column> columns = new ArrayList<>();
        for (int index = 1; index <= metadata.getColumnCount(); index++) {
            columns.add(types.column(metadata, index));
        }
        if (before != null && before.hasColumns(columns)) {
            return before;
        }
        return new RowShape(source, columns, keyColumns);
    }

    private boolean hasColumns(List<Column> others) {
        if (columns.size() != others.size()) {
            return false;
        }
        for (int index = 0; index < columns.size(); index++) {
            if (!columns.get(index).name().equals(others.get(index).name())
                    || !columns.get(index).schema().equals(others.get(index).schema())) {
                return false;
            }
        }
        return true;
    }

    private Schema keyOfColumns() {
        SchemaBuilder key = SchemaBuilder.struct().name(source + ".Key");
        for (String name : keyColumns) {
            key.field(
                    name,
                    columns.stream()
                            .filter(column -> column.name().equals(name))
                            .map(Column::schema)
                            .findFirst()
                            .orElseThrow(() ->
                                    new ConnectException(
                                            "key.columns names %s, and %s has no such column; it has %s"
                                                    .formatted(
                                                            name,
                                                            source,
                                                            columns.stream()
                                                                    .map(Column::name)
                                                                    .toList()))));
        }
        return key.build();
    }

    Schema valueSchema() {
        return valueSchema;
    }

    @Nullable Schema keySchema() {
        return keySchema;
    }

    Struct value(ResultSet row) throws SQLException {
        Struct value = new Struct(valueSchema);
        for (int index = 0; index < columns.size(); index++) {
            Column column = columns.get(index);
            try {
                value.put(column.name(), column.reading().read(row, index + 1));
            } catch (DataException e) {
                throw new DataException(
                        "column %s of %s: %s".formatted(column.name(), source, e.getMessage()), e);
            } catch (SQLException e) {
                if (String.valueOf(e.getSQLState()).startsWith("22")) {
                    throw new DataException(
                            "column %s of %s: %s".formatted(column.name(), source, e.getMessage()),
                            e);
                }
                throw e;
            }
        }
        return value;
    }

    @Nullable Struct key(Struct value) {
        if (keySchema == null) {
            return null;
        }
        Struct key = new Struct(Objects.requireNonNull(keySchema));
        keyColumns.forEach(name -> key.put(name, value.get(name)));
        return key;
    }
}
