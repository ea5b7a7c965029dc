package naru.connect.convert;

import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Avro's generic data as values of Connect, by the schema that {@link ConnectSchemaOfAvro} made.
 */
final class ConnectValueOfAvro {
    private ConnectValueOfAvro() {}

    static @Nullable Object of(Schema schema, org.apache.avro.Schema avro, @Nullable Object data) {
        if (data == null) {
            return null;
        }
        if (avro.getType() == org.apache.avro.Schema.Type.UNION) {
            return union(schema, avro, data);
        }
        return switch (schema.type()) {
            case STRUCT -> struct(schema, (IndexedRecord) data);
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (Object each : (Collection<?>) data) {
                    list.add(of(schema.valueSchema(), avro.getElementType(), each));
                }
                yield list;
            }
            case MAP -> map(schema, avro, data);
            case STRING -> data.toString();
            case BYTES -> bytes(schema, data);
            case BOOLEAN -> data;
            case FLOAT32, FLOAT64 -> data;
            case INT8, INT16, INT32, INT64 ->
                    LogicalValues.ofNumber(schema, ((Number) data).longValue());
        };
    }

    private static @Nullable Object union(Schema schema, org.apache.avro.Schema avro, Object data) {
        org.apache.avro.Schema branch =
                avro.getTypes()
                        .get(org.apache.avro.generic.GenericData.get().resolveUnion(avro, data));
        if (!ConfluentNames.AVRO_UNION.equals(schema.name())) {
            return of(schema, branch, data);
        }
        String name = ConnectSchemaOfAvro.branchName(branch);
        Field field = schema.field(name);
        if (field == null) {
            throw new DataException("the union has no branch " + name);
        }
        return new Struct(schema).put(field, of(field.schema(), branch, data));
    }

    private static Struct struct(Schema schema, IndexedRecord record) {
        Struct struct = new Struct(schema);
        for (Field field : schema.fields()) {
            org.apache.avro.Schema.Field own = record.getSchema().getField(field.name());
            struct.put(field, of(field.schema(), own.schema(), record.get(own.pos())));
        }
        return struct;
    }

    private static Object map(Schema schema, org.apache.avro.Schema avro, Object data) {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        if (data instanceof Map<?, ?> own) {
            own.forEach((key, value) ->
                    map.put(key.toString(), of(schema.valueSchema(), avro.getValueType(), value)));
        } else {
            for (Object each : (Collection<?>) data) {
                GenericRecord entry = (GenericRecord) each;
                org.apache.avro.Schema of = entry.getSchema();
                map.put(
                        of(schema.keySchema(), of.getField("key").schema(), entry.get("key")),
                        of(
                                schema.valueSchema(),
                                of.getField("value").schema(),
                                entry.get("value")));
            }
        }
        return map;
    }

    private static Object bytes(Schema schema, Object data) {
        ByteBuffer bytes =
                data instanceof GenericFixed fixed
                        ? ByteBuffer.wrap(fixed.bytes())
                        : ((ByteBuffer) data).duplicate();
        if (!Decimal.LOGICAL_NAME.equals(schema.name())) {
            return bytes;
        }
        int scale = Integer.parseInt(schema.parameters().getOrDefault(Decimal.SCALE_FIELD, "0"));
        return new BigDecimal(new BigInteger(LogicalValues.bytes(bytes)), scale);
    }
}
