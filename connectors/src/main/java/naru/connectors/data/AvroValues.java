package naru.connectors.data;

import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Avro's generic data as Connect's, and the other way. */
public final class AvroValues {
    private static final int MICROS_PER_MILLI = 1_000;

    private AvroValues() {}

    public static org.apache.kafka.connect.data.Schema connectSchema(Schema avro) {
        return AvroSchemas.connect(avro);
    }

    public static Schema avroSchema(org.apache.kafka.connect.data.Schema schema, String name) {
        Schema avro = AvroSchemas.avro(schema, name);
        return avro.getType() == Schema.Type.UNION ? Objects.requireNonNull(other(avro)) : avro;
    }

    /** From Avro to Connect. */
    public static @Nullable Object connect(
            Schema avro, org.apache.kafka.connect.data.Schema schema, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        Schema type =
                avro.getType() == Schema.Type.UNION ? Objects.requireNonNull(other(avro)) : avro;
        return switch (Logical.of(schema)) {
            case DECIMAL -> new BigDecimal(new BigInteger(raw(value)), Logical.scale(schema));
            case DATE ->
                    time(
                            LocalDate.ofEpochDay(((Number) value).longValue())
                                    .atStartOfDay()
                                    .toInstant(ZoneOffset.UTC)
                                    .toEpochMilli());
            case TIME -> time(((Number) value).longValue());
            case TIMESTAMP ->
                    time(
                            type.getLogicalType() instanceof LogicalTypes.TimestampMicros
                                    ? Math.floorDiv(((Number) value).longValue(), MICROS_PER_MILLI)
                                    : ((Number) value).longValue());
            case NONE -> plain(type, schema, value);
        };
    }

    private static Object plain(
            Schema avro, org.apache.kafka.connect.data.Schema schema, Object value) {
        return switch (avro.getType()) {
            case RECORD -> {
                Struct struct = new Struct(schema);
                IndexedRecord record = (IndexedRecord) value;
                for (Schema.Field field : avro.getFields()) {
                    struct.put(
                            field.name(),
                            connect(
                                    field.schema(),
                                    schema.field(field.name()).schema(),
                                    record.get(field.pos())));
                }
                yield struct;
            }
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (Object element : (Iterable<?>) value) {
                    list.add(connect(avro.getElementType(), schema.valueSchema(), element));
                }
                yield list;
            }
            case MAP -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                ((Map<?, ?>) value)
                        .forEach((key, element) ->
                                map.put(
                                        key.toString(),
                                        connect(
                                                avro.getValueType(),
                                                schema.valueSchema(),
                                                element)));
                yield map;
            }
            case ENUM, STRING -> value.toString();
            case BYTES, FIXED -> raw(value);
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL, UNION -> value;
        };
    }

    private static byte[] raw(Object value) {
        return switch (value) {
            case GenericFixed fixed -> fixed.bytes();
            case ByteBuffer buffer -> JsonValues.bytes(buffer);
            case byte[] bytes -> bytes;
            default -> throw new DataException(value.getClass() + " is not bytes");
        };
    }

    private static Object time(long millis) {
        return java.sql.Timestamp.from(Instant.ofEpochMilli(millis));
    }

    /** From Connect to Avro. */
    public static @Nullable Object avro(
            Schema avro, org.apache.kafka.connect.data.Schema schema, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        Schema type =
                avro.getType() == Schema.Type.UNION ? Objects.requireNonNull(other(avro)) : avro;
        return switch (Logical.of(schema)) {
            case DECIMAL -> ByteBuffer.wrap(((BigDecimal) value).unscaledValue().toByteArray());
            case DATE ->
                    (int)
                            Instant.ofEpochMilli(Logical.millis(schema, value))
                                    .atOffset(ZoneOffset.UTC)
                                    .toLocalDate()
                                    .toEpochDay();
            case TIME -> (int) Logical.millis(schema, value);
            case TIMESTAMP -> Logical.millis(schema, value);
            case NONE -> physical(type, schema, value);
        };
    }

    private static Object physical(
            Schema avro, org.apache.kafka.connect.data.Schema schema, Object value) {
        return switch (schema.type()) {
            case STRUCT -> {
                GenericData.Record record = new GenericData.Record(avro);
                Struct struct = (Struct) value;
                for (Field field : schema.fields()) {
                    record.put(
                            field.index(),
                            avro(
                                    avro.getFields().get(field.index()).schema(),
                                    field.schema(),
                                    struct.get(field)));
                }
                yield record;
            }
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (Object element : (List<?>) value) {
                    list.add(avro(avro.getElementType(), schema.valueSchema(), element));
                }
                yield list;
            }
            case MAP -> {
                Map<String, @Nullable Object> map = new HashMap<>();
                ((Map<?, ?>) value)
                        .forEach((key, element) ->
                                map.put(
                                        key.toString(),
                                        avro(avro.getValueType(), schema.valueSchema(), element)));
                yield map;
            }
            case BYTES -> ByteBuffer.wrap(raw(value));
            case INT8, INT16 -> ((Number) value).intValue();
            case INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING -> value;
        };
    }

    /** The one type of a union beside null. */
    private static @Nullable Schema other(Schema union) {
        for (Schema one : union.getTypes()) {
            if (one.getType() != Schema.Type.NULL) {
                return one;
            }
        }
        return null;
    }
}
