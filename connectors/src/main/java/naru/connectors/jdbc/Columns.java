package naru.connectors.jdbc;

import naru.connectors.jdbc.Column.Reading;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * From the columns of a result to Connect's types. PostgreSQL's json, uuid and other types without
 * a counterpart become text; json and uuid carry the name by which Debezium's sink writes them back
 * as what they were.
 */
final class Columns {
    static final String JSON = "io.debezium.data.Json";
    static final String UUID = "io.debezium.data.Uuid";

    /** Digits after the point of a NUMERIC that is declared without any bound. */
    static final int UNBOUNDED_SCALE = 18;

    private static final int LONG_DIGITS = 18;
    private static final int DOUBLE_DIGITS = 15;
    private static final int MOST_SCALE = 1_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Dialect dialect;
    private final JdbcSourceConfig config;

    Columns(Dialect dialect, JdbcSourceConfig config) {
        this.dialect = dialect;
        this.config = config;
    }

    /** Whether times of this column say their zone themselves. */
    static boolean isZoned(ResultSetMetaData metadata, int index) throws SQLException {
        return metadata.getColumnType(index) == Types.TIMESTAMP_WITH_TIMEZONE
                || typeName(metadata, index).equals("timestamptz");
    }

    Column column(ResultSetMetaData metadata, int index) throws SQLException {
        String name = metadata.getColumnLabel(index);
        boolean optional = metadata.isNullable(index) != ResultSetMetaData.columnNoNulls;
        Typed typed = typed(metadata, index);
        Schema schema = optional ? typed.schema().optional().build() : typed.schema().build();
        return new Column(name, schema, typed.reading());
    }

    private record Typed(SchemaBuilder schema, Reading reading) {}

    private static String typeName(ResultSetMetaData metadata, int index) throws SQLException {
        return String.valueOf(metadata.getColumnTypeName(index)).toLowerCase(Locale.ROOT);
    }

    private Typed typed(ResultSetMetaData metadata, int index) throws SQLException {
        Typed special = special(typeName(metadata, index));
        if (special != null) {
            return special;
        }
        return switch (metadata.getColumnType(index)) {
            case Types.BOOLEAN -> new Typed(SchemaBuilder.bool(), notNull(ResultSet::getBoolean));
            case Types.BIT ->
                    dialect == Dialect.POSTGRES && !typeName(metadata, index).equals("bool")
                            ? text()
                            : new Typed(SchemaBuilder.bool(), notNull(ResultSet::getBoolean));
            case Types.TINYINT ->
                    metadata.isSigned(index)
                            ? new Typed(SchemaBuilder.int8(), notNull(ResultSet::getByte))
                            : new Typed(SchemaBuilder.int16(), notNull(ResultSet::getShort));
            case Types.SMALLINT -> new Typed(SchemaBuilder.int16(), notNull(ResultSet::getShort));
            // SQLite's INTEGER has 64 bits whatever it is called.
            case Types.INTEGER ->
                    dialect == Dialect.SQLITE || !metadata.isSigned(index)
                            ? integer64()
                            : new Typed(SchemaBuilder.int32(), notNull(ResultSet::getInt));
            case Types.BIGINT -> integer64();
            case Types.REAL ->
                    dialect == Dialect.SQLITE
                            ? float64()
                            : new Typed(SchemaBuilder.float32(), notNull(ResultSet::getFloat));
            case Types.FLOAT, Types.DOUBLE -> float64();
            case Types.NUMERIC, Types.DECIMAL ->
                    numeric(metadata.getPrecision(index), metadata.getScale(index));
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
                    new Typed(SchemaBuilder.bytes(), ResultSet::getBytes);
            case Types.DATE -> new Typed(Date.builder(), this::date);
            case Types.TIME, Types.TIME_WITH_TIMEZONE -> new Typed(Time.builder(), this::time);
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE ->
                    timestamp(isZoned(metadata, index));
            case Types.ARRAY -> ArrayColumns.typed(metadata, index, dialect);
            default -> text();
        };
    }

    /** What JDBC's numbers do not tell apart. */
    private static @Nullable Typed special(String typeName) {
        return switch (typeName) {
            case "json", "jsonb" -> new Typed(SchemaBuilder.string().name(JSON), Columns::plain);
            case "uuid" -> new Typed(SchemaBuilder.string().name(UUID), Columns::plain);
            case "money", "timetz" -> text();
            default -> null;
        };
    }

    private static Typed text() {
        return new Typed(SchemaBuilder.string(), Columns::plain);
    }

    private static @Nullable Object plain(ResultSet row, int column) throws SQLException {
        return row.getString(column);
    }

    private static Typed integer64() {
        return new Typed(SchemaBuilder.int64(), notNull(ResultSet::getLong));
    }

    private static Typed float64() {
        return new Typed(SchemaBuilder.float64(), notNull(ResultSet::getDouble));
    }

    /** Primitive values of a driver do not tell null by themselves. */
    private static Reading notNull(Reading reading) {
        return (row, column) -> {
            Object value = reading.read(row, column);
            return row.wasNull() ? null : value;
        };
    }

    private Typed numeric(int precision, int scale) {
        // Drivers say so when the column has no bound: PostgreSQL 0 and 0, H2 100,000.
        boolean unbounded = precision <= 0 || scale < 0 || scale > MOST_SCALE;
        int digits = unbounded ? UNBOUNDED_SCALE : scale;
        return switch (config.numericMapping()) {
            case NONE -> decimal(digits);
            case PRECISION_ONLY -> isLong(precision, scale) ? whole(precision) : decimal(digits);
            case BEST_FIT -> {
                if (isLong(precision, scale)) {
                    yield whole(precision);
                }
                yield unbounded || (scale > 0 && precision <= DOUBLE_DIGITS)
                        ? float64()
                        : decimal(digits);
            }
            case BEST_FIT_EAGER_DOUBLE -> {
                if (isLong(precision, scale)) {
                    yield whole(precision);
                }
                yield unbounded || scale > 0 ? float64() : decimal(digits);
            }
        };
    }

    private static boolean isLong(int precision, int scale) {
        return precision > 0 && precision <= LONG_DIGITS && scale == 0;
    }

    private static Typed whole(int precision) {
        if (precision < 3) {
            return new Typed(SchemaBuilder.int8(), notNull(ResultSet::getByte));
        }
        if (precision < 5) {
            return new Typed(SchemaBuilder.int16(), notNull(ResultSet::getShort));
        }
        return precision < 10
                ? new Typed(SchemaBuilder.int32(), notNull(ResultSet::getInt))
                : integer64();
    }

    private static Typed decimal(int scale) {
        return new Typed(
                Decimal.builder(scale),
                (row, column) -> {
                    BigDecimal value = row.getBigDecimal(column);
                    return value == null ? null : scaled(value, scale);
                });
    }

    /** Digits are never dropped. */
    private static BigDecimal scaled(BigDecimal value, int scale) {
        try {
            return value.setScale(scale);
        } catch (ArithmeticException e) {
            throw new DataException(
                    "%s has more than %d digits after the point; declare the column with the scale that it needs, or set numeric.mapping=best_fit"
                            .formatted(value.toPlainString(), scale),
                    e);
        }
    }

    private @Nullable Object date(ResultSet row, int column) throws SQLException {
        if (row.getObject(column) == null) {
            return null;
        }
        LocalDate date =
                dialect == Dialect.SQLITE
                        ? dialect.time(row, column, ZoneOffset.UTC, false)
                                .atOffset(ZoneOffset.UTC)
                                .toLocalDate()
                        : row.getObject(column, LocalDate.class);
        return java.sql.Timestamp.from(date.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    private @Nullable Object time(ResultSet row, int column) throws SQLException {
        Object value = row.getObject(column);
        if (value == null) {
            return null;
        }
        LocalTime time =
                switch (value) {
                    case OffsetTime zoned -> zoned.toLocalTime();
                    case String text -> LocalTime.parse(text);
                    default -> row.getObject(column, LocalTime.class);
                };
        return java.sql.Timestamp.from(Instant.ofEpochMilli(time.toNanoOfDay() / 1_000_000));
    }

    private Typed timestamp(boolean zoned) {
        SchemaBuilder schema =
                switch (config.timestampGranularity()) {
                    case CONNECT_LOGICAL -> Timestamp.builder();
                    case MICROS_LONG, NANOS_LONG -> SchemaBuilder.int64();
                    case NANOS_ISO_DATETIME_STRING -> SchemaBuilder.string();
                };
        return new Typed(
                schema,
                (row, column) ->
                        row.getObject(column) == null
                                ? null
                                : written(dialect.time(row, column, config.zone(), zoned)));
    }

    private Object written(Instant time) {
        long seconds = time.getEpochSecond();
        return switch (config.timestampGranularity()) {
            case CONNECT_LOGICAL -> java.sql.Timestamp.from(time);
            case MICROS_LONG -> Math.addExact(seconds * 1_000_000, time.getNano() / 1_000);
            case NANOS_LONG ->
                    Math.addExact(Math.multiplyExact(seconds, NANOS_PER_SECOND), time.getNano());
            case NANOS_ISO_DATETIME_STRING -> time.toString();
        };
    }

    /** Arrays of PostgreSQL and H2, of one dimension. */
    private static final class ArrayColumns {
        private ArrayColumns() {}

        static Typed typed(ResultSetMetaData metadata, int index, Dialect dialect)
                throws SQLException {
            Schema element = element(typeName(metadata, index), dialect);
            return new Typed(
                    SchemaBuilder.array(element),
                    (row, column) -> {
                        java.sql.Array array = row.getArray(column);
                        return array == null ? null : ArrayValues.list(array, element);
                    });
        }

        private static Schema element(String typeName, Dialect dialect) {
            String name =
                    dialect == Dialect.POSTGRES && typeName.startsWith("_")
                            ? typeName.substring(1)
                            : typeName.replaceFirst(" array.*$", "");
            return switch (name) {
                case "int2", "smallint" -> Schema.OPTIONAL_INT16_SCHEMA;
                case "int4", "integer" -> Schema.OPTIONAL_INT32_SCHEMA;
                case "int8", "bigint" -> Schema.OPTIONAL_INT64_SCHEMA;
                case "float4", "real" -> Schema.OPTIONAL_FLOAT32_SCHEMA;
                case "float8", "double precision" -> Schema.OPTIONAL_FLOAT64_SCHEMA;
                case "bool", "boolean" -> Schema.OPTIONAL_BOOLEAN_SCHEMA;
                default -> Schema.OPTIONAL_STRING_SCHEMA;
            };
        }
    }
}
