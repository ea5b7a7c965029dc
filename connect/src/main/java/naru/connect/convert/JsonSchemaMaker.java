package naru.connect.convert;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;

import java.util.Map;

/** The JSON Schema of a schema of Connect, as Confluent's converter makes it. */
final class JsonSchemaMaker {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private JsonSchemaMaker() {}

    static ObjectNode of(Schema schema, boolean decimalsAsNumbers) {
        ObjectNode plain = plain(schema, decimalsAsNumbers);
        if (!schema.isOptional()) {
            return plain;
        }
        ObjectNode nullable = JSON.objectNode();
        ArrayNode one = nullable.putArray("oneOf");
        one.addObject().put("type", "null");
        one.add(plain);
        return nullable;
    }

    private static ObjectNode plain(Schema schema, boolean numbers) {
        ObjectNode made = JSON.objectNode();
        switch (schema.type()) {
            case INT8 -> made.put("type", "integer").put(ConfluentNames.TYPE, "int8");
            case INT16 -> made.put("type", "integer").put(ConfluentNames.TYPE, "int16");
            case INT32 -> made.put("type", "integer").put(ConfluentNames.TYPE, "int32");
            case INT64 -> made.put("type", "integer").put(ConfluentNames.TYPE, "int64");
            case FLOAT32 -> made.put("type", "number").put(ConfluentNames.TYPE, "float32");
            case FLOAT64 -> made.put("type", "number").put(ConfluentNames.TYPE, "float64");
            case BOOLEAN -> made.put("type", "boolean");
            case STRING -> string(made, schema);
            case BYTES -> {
                boolean number = numbers && Decimal.LOGICAL_NAME.equals(schema.name());
                made.put("type", number ? "number" : "string").put(ConfluentNames.TYPE, "bytes");
            }
            case ARRAY -> made.put("type", "array").set("items", of(schema.valueSchema(), numbers));
            case MAP -> map(made, schema, numbers);
            case STRUCT -> struct(made, schema, numbers);
        }
        addMore(made, schema);
        return made;
    }

    private static void string(ObjectNode made, Schema schema) {
        Map<String, String> parameters = schema.parameters();
        made.put("type", "string");
        if (parameters != null && parameters.containsKey(ConfluentNames.JSON_ENUM)) {
            ArrayNode symbols = made.putArray("enum");
            parameters.forEach((key, symbol) -> {
                if (key.startsWith(ConfluentNames.JSON_ENUM + ".")) {
                    symbols.add(symbol);
                }
            });
        }
    }

    private static void map(ObjectNode made, Schema schema, boolean numbers) {
        if (schema.keySchema().type() == Schema.Type.STRING && !schema.keySchema().isOptional()) {
            made.put("type", "object").put(ConfluentNames.TYPE, "map");
            made.set("additionalProperties", of(schema.valueSchema(), numbers));
            return;
        }
        made.put("type", "array").put(ConfluentNames.TYPE, "map");
        ObjectNode entry = made.putObject("items").put("type", "object");
        ObjectNode properties = entry.putObject("properties");
        properties.set("key", of(schema.keySchema(), numbers).put(ConfluentNames.INDEX, 0));
        properties.set("value", of(schema.valueSchema(), numbers).put(ConfluentNames.INDEX, 1));
    }

    private static void struct(ObjectNode made, Schema schema, boolean numbers) {
        boolean union =
                schema.name() != null && schema.name().startsWith(ConfluentNames.JSON_UNION);
        if (union) {
            ArrayNode one = made.putArray("oneOf");
            for (Field field : schema.fields()) {
                one.add(plain(field.schema(), numbers));
            }
            return;
        }
        made.put("type", "object");
        ObjectNode properties = made.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        for (Field field : schema.fields()) {
            properties.set(
                    field.name(),
                    of(field.schema(), numbers).put(ConfluentNames.INDEX, field.index()));
            if (!field.schema().isOptional() && field.schema().defaultValue() == null) {
                required.add(field.name());
            }
        }
        if (!required.isEmpty()) {
            made.set("required", required);
        }
    }

    private static void addMore(ObjectNode made, Schema schema) {
        if (schema.name() != null) {
            made.put("title", schema.name());
        }
        if (schema.doc() != null) {
            made.put("description", schema.doc());
        }
        if (schema.version() != null) {
            made.put(ConfluentNames.VERSION, schema.version());
        }
        if (schema.parameters() != null && !schema.parameters().isEmpty()) {
            ObjectNode kept = made.putObject(ConfluentNames.PARAMETERS);
            schema.parameters().forEach(kept::put);
        }
        if (schema.defaultValue() != null) {
            made.set("default", new JsonValueMaker(false).of(schema, schema.defaultValue()));
        }
    }
}
