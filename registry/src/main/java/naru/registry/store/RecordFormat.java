package naru.registry.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.SchemaFormat;
import naru.schema.SchemaReference;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Values of the topic's records, in Confluent's JSON. */
public final class RecordFormat {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RecordFormat() {}

    /** The value of a version. */
    public static ObjectNode of(SchemaVersion version) {
        SchemaContent content = version.content();
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("subject", version.subject().qualified());
        tree.put("version", version.version());
        tree.put("id", version.id());
        if (version.guid() != null) {
            tree.put("guid", version.guid());
        }
        if (content.format() != SchemaFormat.AVRO) {
            tree.put("schemaType", content.format().name());
        }
        if (!content.references().isEmpty()) {
            tree.set("references", references(content.references()));
        }
        if (content.metadata() != null) {
            tree.set("metadata", content.metadata());
        }
        if (content.ruleSet() != null) {
            tree.set("ruleSet", content.ruleSet());
        }
        tree.put("schema", content.text());
        tree.put("deleted", version.deleted());
        return tree;
    }

    /**
     * Reads the value of a version.
     *
     * @throws IllegalArgumentException when it lacks what a version has
     */
    static SchemaVersion version(StoreKey.Schema key, ObjectNode tree, long timestampMillis) {
        JsonNode text = tree.get("schema");
        JsonNode id = tree.get("id");
        if (text == null || !text.isTextual() || id == null || !id.canConvertToInt()) {
            throw new IllegalArgumentException("a version without schema or id");
        }
        JsonNode type = tree.get("schemaType");
        SchemaFormat format =
                SchemaFormat.parse(type == null || type.isNull() ? null : type.asText())
                        .orElseThrow(() -> new IllegalArgumentException("schemaType is " + type));
        JsonNode guid = tree.get("guid");
        return new SchemaVersion(
                key.subject(),
                key.version(),
                id.asInt(),
                new SchemaContent(
                        format,
                        text.asText(),
                        references(tree.get("references")),
                        object(tree.get("metadata")),
                        object(tree.get("ruleSet"))),
                tree.path("deleted").asBoolean(false),
                guid == null || !guid.isTextual() ? null : guid.asText(),
                timestampMillis);
    }

    /** References as records and requests have them. */
    public static List<SchemaReference> references(@Nullable JsonNode tree) {
        List<SchemaReference> references = new ArrayList<>();
        if (tree != null) {
            for (JsonNode each : tree) {
                references.add(
                        new SchemaReference(
                                each.path("name").asText(""),
                                each.path("subject").asText(""),
                                each.path("version").asInt(-1)));
            }
        }
        return List.copyOf(references);
    }

    public static ArrayNode references(List<SchemaReference> references) {
        ArrayNode tree = JsonNodeFactory.instance.arrayNode();
        for (SchemaReference each : references) {
            tree.addObject()
                    .put("name", each.name())
                    .put("subject", each.subject())
                    .put("version", each.version());
        }
        return tree;
    }

    /** The object, or null when there is none. */
    public static @Nullable ObjectNode object(@Nullable JsonNode tree) {
        return tree instanceof ObjectNode object && !object.isEmpty() ? object : null;
    }

    static JsonNode parse(byte[] bytes) {
        try {
            return MAPPER.readTree(bytes);
        } catch (IOException malformed) {
            throw new IllegalArgumentException("no JSON: " + malformed.getMessage(), malformed);
        }
    }

    static byte[] bytes(JsonNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException("a tree that is no JSON", bug);
        }
    }
}
