package naru.connectors.jdbc;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The values of an array of a database, as a list of Connect's. */
final class ArrayValues {
    private ArrayValues() {}

    static List<@Nullable Object> list(Array array, Schema element) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>();
        for (@Nullable Object value : (@Nullable Object[]) array.getArray()) {
            values.add(value == null ? null : value(value, element));
        }
        array.free();
        return values;
    }

    private static Object value(Object value, Schema element) {
        if (value instanceof Object[]) {
            throw new DataException(
                    "an array of arrays has no type in Connect; select it as text (column::text)"
                            + " with the property query");
        }
        if (!(value instanceof Number number)) {
            return element.type() == Schema.Type.STRING ? value.toString() : value;
        }
        return switch (element.type()) {
            case INT16 -> number.shortValue();
            case INT32 -> number.intValue();
            case INT64 -> number.longValue();
            case FLOAT32 -> number.floatValue();
            case FLOAT64 -> number.doubleValue();
            case STRING ->
                    number instanceof BigDecimal exact ? exact.toPlainString() : number.toString();
            case INT8, BOOLEAN, BYTES, ARRAY, MAP, STRUCT -> value;
        };
    }
}
