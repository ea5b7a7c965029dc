package naru.connect.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The Avro schema of a schema of Connect, as Confluent's converter makes it: what Avro has no word
 * for is kept in properties that begin with {@code connect.}.
 */
final class AvroSchemaMaker {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final boolean keepsMore;
    private final boolean scrubs;

    /**
     * @param keepsMore whether what Avro has no word for is kept
     * @param scrubs whether characters that Avro's names cannot have become underscores
     */
    AvroSchemaMaker(boolean keepsMore, boolean scrubs) {
        this.keepsMore = keepsMore;
        this.scrubs = scrubs;
    }

    String text(Schema schema) {
        return new Run().of(schema).toString();
    }

    String name(String given) {
        return scrubs
                ? given.replaceAll("[^A-Za-z0-9_]", "_").replaceFirst("^(\\d)", "_$1")
                : given;
    }

    private String fullName(String given) {
        if (!scrubs) {
            return given;
        }
        StringBuilder scrubbed = new StringBuilder();
        for (String part : given.split("\\.", -1)) {
            scrubbed.append(scrubbed.isEmpty() ? "" : ".").append(name(part));
        }
        return scrubbed.toString();
    }

    /** One schema: names that stand in it already are only named the second time. */
    private final class Run {
        private final Set<String> defined = new HashSet<>();
        private int unnamed;
        private int entries;

        JsonNode of(Schema schema) {
            JsonNode plain = plain(schema);
            if (!schema.isOptional() || plain.isArray()) {
                return plain;
            }
            ArrayNode union = JSON.arrayNode();
            return schema.defaultValue() == null
                    ? union.add("null").add(plain)
                    : union.add(plain).add("null");
        }

        private JsonNode plain(Schema schema) {
            return switch (schema.type()) {
                case STRUCT ->
                        ConfluentNames.AVRO_UNION.equals(schema.name())
                                ? union(schema)
                                : record(schema);
                case ARRAY -> {
                    ObjectNode array = JSON.objectNode().put("type", "array");
                    array.set("items", of(schema.valueSchema()));
                    yield withMore(array, schema);
                }
                case MAP -> map(schema);
                default -> primitive(schema);
            };
        }

        private JsonNode union(Schema schema) {
            ArrayNode union = JSON.arrayNode();
            if (schema.isOptional()) {
                union.add("null");
            }
            for (Field field : schema.fields()) {
                union.add(plain(field.schema()));
            }
            return union;
        }

        private JsonNode record(Schema schema) {
            String name =
                    schema.name() == null
                            ? ConfluentNames.AVRO
                                    + "."
                                    + ConfluentNames.AVRO_RECORD
                                    + number(++unnamed)
                            : fullName(schema.name());
            if (schema.name() != null && !defined.add(name)) {
                return JSON.textNode(name);
            }
            ObjectNode record = JSON.objectNode().put("type", "record");
            putName(record, name);
            if (schema.doc() != null) {
                record.put("doc", schema.doc());
            }
            ArrayNode fields = record.putArray("fields");
            for (Field field : schema.fields()) {
                ObjectNode made = fields.addObject().put("name", name(field.name()));
                if (field.schema().doc() != null) {
                    made.put("doc", field.schema().doc());
                }
                made.set("type", of(field.schema()));
                Object otherwise = field.schema().defaultValue();
                if (otherwise != null) {
                    made.set("default", AvroDefaults.json(field.schema(), otherwise));
                } else if (field.schema().isOptional()) {
                    made.putNull("default");
                }
            }
            return withMore(record, schema);
        }

        private JsonNode map(Schema schema) {
            Schema key = schema.keySchema();
            if (key.type() == Schema.Type.STRING && !key.isOptional()) {
                ObjectNode map = JSON.objectNode().put("type", "map");
                map.set("values", of(schema.valueSchema()));
                return withMore(map, schema);
            }
            ObjectNode entry = JSON.objectNode().put("type", "record");
            putName(
                    entry,
                    ConfluentNames.AVRO + "." + ConfluentNames.AVRO_MAP_ENTRY + number(++entries));
            entry.put(ConfluentNames.INTERNAL_TYPE, ConfluentNames.AVRO_MAP_ENTRY);
            ArrayNode fields = entry.putArray("fields");
            fields.addObject().put("name", "key").set("type", of(key));
            fields.addObject().put("name", "value").set("type", of(schema.valueSchema()));
            ObjectNode array = JSON.objectNode().put("type", "array");
            array.set("items", entry);
            return withMore(array, schema);
        }

        private static String number(int count) {
            return count == 1 ? "" : String.valueOf(count);
        }

        private JsonNode primitive(Schema schema) {
            ObjectNode made = JSON.objectNode();
            Map<String, String> parameters =
                    schema.parameters() == null ? Map.of() : schema.parameters();
            switch (schema.type()) {
                case INT8 -> made.put("type", "int").put(ConfluentNames.TYPE, "int8");
                case INT16 -> made.put("type", "int").put(ConfluentNames.TYPE, "int16");
                case INT32 -> {
                    made.put("type", "int");
                    if (Date.LOGICAL_NAME.equals(schema.name())) {
                        made.put("logicalType", "date");
                    } else if (Time.LOGICAL_NAME.equals(schema.name())) {
                        made.put("logicalType", "time-millis");
                    }
                }
                case INT64 -> {
                    made.put("type", "long");
                    if (Timestamp.LOGICAL_NAME.equals(schema.name())) {
                        made.put("logicalType", "timestamp-millis");
                    }
                }
                case FLOAT32 -> made.put("type", "float");
                case FLOAT64 -> made.put("type", "double");
                case BOOLEAN -> made.put("type", "boolean");
                case STRING -> {
                    if (parameters.containsKey(ConfluentNames.AVRO_ENUM)) {
                        return enumeration(schema, parameters);
                    }
                    made.put("type", "string");
                }
                case BYTES -> {
                    if (parameters.containsKey(ConfluentNames.FIXED_SIZE)) {
                        return fixed(schema, parameters);
                    }
                    made.put("type", "bytes");
                    putDecimal(made, schema, parameters);
                }
                case ARRAY, MAP, STRUCT -> throw new DataException("no primitive: " + schema);
            }
            withMore(made, schema);
            return made.size() == 1 ? made.get("type") : made;
        }

        private JsonNode enumeration(Schema schema, Map<String, String> parameters) {
            String name = String.valueOf(parameters.get(ConfluentNames.AVRO_ENUM));
            if (!defined.add(name)) {
                return JSON.textNode(name);
            }
            ObjectNode made = JSON.objectNode().put("type", "enum");
            putName(made, name);
            ArrayNode symbols = made.putArray("symbols");
            parameters.forEach((key, symbol) -> {
                if (key.startsWith(ConfluentNames.AVRO_ENUM + ".")) {
                    symbols.add(symbol);
                }
            });
            return schema.name() == null ? made : withMore(made, schema);
        }

        private JsonNode fixed(Schema schema, Map<String, String> parameters) {
            String name =
                    schema.name() == null || Decimal.LOGICAL_NAME.equals(schema.name())
                            ? ConfluentNames.AVRO + ".Fixed" + number(++unnamed)
                            : fullName(schema.name());
            if (!defined.add(name)) {
                return JSON.textNode(name);
            }
            ObjectNode made = JSON.objectNode().put("type", "fixed");
            putName(made, name);
            made.put(
                    "size",
                    Integer.parseInt(String.valueOf(parameters.get(ConfluentNames.FIXED_SIZE))));
            putDecimal(made, schema, parameters);
            return withMore(made, schema);
        }
    }

    private static void putDecimal(ObjectNode made, Schema schema, Map<String, String> parameters) {
        if (Decimal.LOGICAL_NAME.equals(schema.name())) {
            made.put("scale", Integer.parseInt(parameters.getOrDefault(Decimal.SCALE_FIELD, "0")));
            made.put(
                    "precision",
                    Integer.parseInt(
                            parameters.getOrDefault(
                                    ConfluentNames.DECIMAL_PRECISION,
                                    String.valueOf(ConfluentNames.DECIMAL_PRECISION_DEFAULT))));
            made.put("logicalType", "decimal");
        }
    }

    private static void putName(ObjectNode named, String fullName) {
        int dot = fullName.lastIndexOf('.');
        named.put("name", fullName.substring(dot + 1));
        if (dot > 0) {
            named.put("namespace", fullName.substring(0, dot));
        }
    }

    private ObjectNode withMore(ObjectNode made, Schema schema) {
        if (!keepsMore) {
            return made;
        }
        @Nullable Map<String, String> parameters = schema.parameters();
        if (schema.version() != null) {
            made.put(ConfluentNames.VERSION, schema.version());
        }
        if (parameters != null && !parameters.isEmpty()) {
            ObjectNode kept = made.putObject(ConfluentNames.PARAMETERS);
            parameters.forEach(kept::put);
        }
        if (schema.name() != null) {
            made.put(ConfluentNames.NAME, schema.name());
        }
        return made;
    }
}
