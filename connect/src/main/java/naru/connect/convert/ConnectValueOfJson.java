package naru.connect.convert;

import com.fasterxml.jackson.databind.JsonNode;

import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as values of Connect, by the schema that {@link ConnectSchemaOfJson} made. */
final class ConnectValueOfJson {
    private static final int SCALE_MOST = 10_000;

    private ConnectValueOfJson() {}

    /**
     * @param path where the value stands, for messages
     */
    static @Nullable Object of(Schema schema, JsonNode json, String path) {
        if (json.isNull() || json.isMissingNode()) {
            if (schema.defaultValue() != null) {
                return schema.defaultValue();
            }
            if (schema.isOptional()) {
                return null;
            }
            throw new DataException(
                    "%s is missing, and its schema wants %s; with use.optional.for.nonrequired=true what is not required may be missing"
                            .formatted(where(path), schema.type()));
        }
        return switch (schema.type()) {
            case INT8, INT16, INT32, INT64 -> {
                require(json.canConvertToLong() && json.isNumber(), schema, json, path);
                yield LogicalValues.ofNumber(schema, json.asLong());
            }
            case FLOAT32 -> {
                require(json.isNumber(), schema, json, path);
                yield json.floatValue();
            }
            case FLOAT64 -> {
                require(json.isNumber(), schema, json, path);
                yield json.doubleValue();
            }
            case BOOLEAN -> {
                require(json.isBoolean(), schema, json, path);
                yield json.booleanValue();
            }
            case STRING -> {
                require(json.isValueNode(), schema, json, path);
                yield json.asText();
            }
            case BYTES -> bytes(schema, json, path);
            case ARRAY -> {
                require(json.isArray(), schema, json, path);
                List<@Nullable Object> list = new ArrayList<>();
                json.forEach(each -> list.add(of(schema.valueSchema(), each, path + "[]")));
                yield list;
            }
            case MAP -> map(schema, json, path);
            case STRUCT -> struct(schema, json, path);
        };
    }

    private static String where(String path) {
        return path.isEmpty() ? "the value" : "the field " + path;
    }

    private static void require(boolean fits, Schema schema, JsonNode json, String path) {
        if (!fits) {
            throw new DataException(
                    "%s is a JSON %s, and its schema wants %s"
                            .formatted(
                                    where(path),
                                    json.getNodeType().name().toLowerCase(java.util.Locale.ROOT),
                                    schema.type()));
        }
    }

    private static Object bytes(Schema schema, JsonNode json, String path) {
        boolean isDecimal = Decimal.LOGICAL_NAME.equals(schema.name());
        int scale =
                isDecimal
                        ? Integer.parseInt(
                                schema.parameters().getOrDefault(Decimal.SCALE_FIELD, "0"))
                        : 0;
        if (isDecimal && json.isNumber()) {
            BigDecimal number = json.decimalValue();
            // A few characters can stand for digits without end.
            if (Math.abs((long) number.scale()) > SCALE_MOST) {
                throw new DataException(where(path) + " is a number out of all bounds");
            }
            return number.setScale(scale, RoundingMode.HALF_UP);
        }
        require(json.isTextual() || json.isBinary(), schema, json, path);
        try {
            byte[] bytes = json.binaryValue();
            return isDecimal ? new BigDecimal(new BigInteger(bytes), scale) : bytes;
        } catch (IOException | NumberFormatException notBase64) {
            throw new DataException(where(path) + " is no base64 of bytes", notBase64);
        }
    }

    private static Object map(Schema schema, JsonNode json, String path) {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        if (json.isObject()) {
            for (Map.Entry<String, JsonNode> each : json.properties()) {
                map.put(each.getKey(), of(schema.valueSchema(), each.getValue(), path + "{}"));
            }
            return map;
        }
        require(json.isArray(), schema, json, path);
        for (JsonNode entry : json) {
            map.put(
                    of(schema.keySchema(), entry.path("key"), path + "{}"),
                    of(schema.valueSchema(), entry.path("value"), path + "{}"));
        }
        return map;
    }

    private static Object struct(Schema schema, JsonNode json, String path) {
        if (schema.name() != null && schema.name().startsWith(ConfluentNames.JSON_UNION)) {
            return union(schema, json, path);
        }
        require(json.isObject(), schema, json, path);
        Struct struct = new Struct(schema);
        for (Field field : schema.fields()) {
            String at = path.isEmpty() ? field.name() : path + "." + field.name();
            struct.put(field, of(field.schema(), json.path(field.name()), at));
        }
        return struct;
    }

    /** The first branch that the value is of. */
    private static Struct union(Schema schema, JsonNode json, String path) {
        DataException last = null;
        for (Field field : schema.fields()) {
            boolean text = field.schema().type() == Schema.Type.STRING;
            if (text && !json.isTextual()) {
                continue;
            }
            try {
                Object value = of(field.schema(), json, path);
                return new Struct(schema).put(field, value);
            } catch (DataException notThisOne) {
                last = notThisOne;
            }
        }
        throw last == null ? new DataException(where(path) + " is of no branch") : last;
    }
}
