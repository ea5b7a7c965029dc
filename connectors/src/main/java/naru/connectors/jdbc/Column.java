package naru.connectors.jdbc;

import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A column of a result: its name, Connect's type for it, and how a value is read.
 *
 * @param schema optional when the column may be null
 */
record Column(String name, Schema schema, Reading reading) {
    /** Reads the value of the current row. */
    @FunctionalInterface
    interface Reading {
        @Nullable Object read(ResultSet row, int column) throws SQLException;
    }
}
