package naru.schema.avro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.BoundedJson;
import naru.schema.InvalidSchemaException;
import naru.schema.SchemaLimits;

import org.apache.avro.Schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The texts of an Avro schema. Normalized are what has no meaning: the order of properties that are
 * not Avro's own, of aliases, and of the keys within such properties and within defaults.
 */
final class AvroText {
    private static final Set<String> OF_SCHEMA =
            Set.of(
                    "type",
                    "name",
                    "namespace",
                    "doc",
                    "aliases",
                    "fields",
                    "symbols",
                    "default",
                    "items",
                    "values",
                    "size");
    private static final Set<String> OF_FIELD =
            Set.of("name", "type", "doc", "order", "aliases", "default");
    private static final Set<String> NAMED = Set.of("record", "error", "enum", "fixed");

    /** Written first, in this order, where a schema of a primitive or fixed type has them. */
    private static final List<String> OF_LOGICAL_TYPE =
            List.of("logicalType", "precision", "scale");

    private AvroText() {}

    /** The text with the references' types by name. */
    @SuppressWarnings("deprecation") // Avro has no other way to leave types out.
    static String of(Schema schema, List<Schema> references) {
        return schema.toString(references, false);
    }

    static String normalized(String canonical, List<Schema> references, SchemaLimits limits)
            throws InvalidSchemaException {
        JsonNode sorted = schema(BoundedJson.read(canonical, limits));
        Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
        parser.addTypes(references);
        return of(parser.parse(sorted.toString()), references);
    }

    private static JsonNode schema(JsonNode node) {
        return switch (node) {
            case ArrayNode union -> {
                ArrayNode branches = JsonNodeFactory.instance.arrayNode();
                union.forEach(branch -> branches.add(schema(branch)));
                yield branches;
            }
            case ObjectNode object -> type(object);
            default -> node;
        };
    }

    private static ObjectNode type(ObjectNode object) {
        ObjectNode sorted = JsonNodeFactory.instance.objectNode();
        String kind = object.path("type").asText();
        for (Map.Entry<String, JsonNode> property : object.properties()) {
            JsonNode value = property.getValue();
            switch (property.getKey()) {
                case "fields" -> {
                    ArrayNode fields = sorted.putArray("fields");
                    value.forEach(field -> fields.add(field((ObjectNode) field)));
                }
                case "items", "values" -> sorted.set(property.getKey(), schema(value));
                case "aliases" -> sorted.set("aliases", sortedNames(value));
                case "doc" -> {
                    if (!value.asText().isEmpty() || !NAMED.contains(kind)) {
                        sorted.set("doc", value);
                    }
                }
                case "type", "name", "namespace", "symbols", "default", "size" ->
                        sorted.set(property.getKey(), value);
                default -> {}
            }
        }
        boolean mayBeLogical = !Set.of("record", "error", "enum", "array", "map").contains(kind);
        if (mayBeLogical && object.has("logicalType")) {
            for (String property : OF_LOGICAL_TYPE) {
                if (object.has(property)) {
                    sorted.set(property, object.get(property));
                }
            }
        }
        addSorted(object, OF_SCHEMA, sorted);
        return sorted;
    }

    private static ObjectNode field(ObjectNode object) {
        ObjectNode sorted = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> property : object.properties()) {
            JsonNode value = property.getValue();
            switch (property.getKey()) {
                case "type" -> sorted.set("type", schema(value));
                case "aliases" -> sorted.set("aliases", sortedNames(value));
                case "default" -> sorted.set("default", sortedKeys(value));
                case "name", "doc", "order" -> sorted.set(property.getKey(), value);
                default -> {}
            }
        }
        addSorted(object, OF_FIELD, sorted);
        return sorted;
    }

    private static void addSorted(ObjectNode from, Set<String> reserved, ObjectNode to) {
        Map<String, JsonNode> properties = new TreeMap<>();
        from.properties()
                .forEach(property -> properties.put(property.getKey(), property.getValue()));
        properties.forEach((name, value) -> {
            if (!reserved.contains(name) && !to.has(name)) {
                to.set(name, sortedKeys(value));
            }
        });
    }

    private static ArrayNode sortedNames(JsonNode names) {
        List<String> sorted = new ArrayList<>();
        names.forEach(name -> sorted.add(name.asText()));
        sorted.sort(null);
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        sorted.forEach(array::add);
        return array;
    }

    private static JsonNode sortedKeys(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode sorted = JsonNodeFactory.instance.objectNode();
                addSorted(object, Set.of(), sorted);
                yield sorted;
            }
            case ArrayNode array -> {
                ArrayNode sorted = JsonNodeFactory.instance.arrayNode();
                array.forEach(element -> sorted.add(sortedKeys(element)));
                yield sorted;
            }
            default -> node;
        };
    }
}
