package naru.schema.json;

import com.fasterxml.jackson.databind.JsonNode;

import naru.schema.BoundedJson;
import naru.schema.InvalidSchemaException;
import naru.schema.SchemaLimits;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes JSON Schemas of texts. */
public final class JsonSchemaParser {
    private JsonSchemaParser() {}

    /**
     * Parses the text; {@code $ref}s may lead to the references.
     *
     * @param isNew whether what its draft's metaschema does not allow is refused
     */
    public static JsonSchema parse(
            String text, Map<String, String> references, SchemaLimits limits, boolean isNew)
            throws InvalidSchemaException {
        JsonNode root = root(text, limits);
        Map<String, JsonNode> referenced = new LinkedHashMap<>();
        Documents documents = new Documents();
        documents.add("", root);
        for (Map.Entry<String, String> reference : references.entrySet()) {
            try {
                JsonNode node = root(reference.getValue(), limits);
                referenced.put(reference.getKey(), node);
                documents.add(reference.getKey(), node);
            } catch (InvalidSchemaException e) {
                throw new InvalidSchemaException(
                        "Reference " + reference.getKey() + ": " + e.getMessage(), e);
            }
        }
        if (isNew) {
            Metaschema.check(root, Draft.of(root));
        }
        return new JsonSchema(root, referenced, Shapes.of(root, documents, limits, isNew));
    }

    private static JsonNode root(String text, SchemaLimits limits) throws InvalidSchemaException {
        JsonNode root = BoundedJson.read(text, limits);
        if (!root.isObject() && !root.isBoolean()) {
            throw new InvalidSchemaException("A JSON Schema must be an object or a boolean");
        }
        checkValues(root, limits);
        return root;
    }

    /** What a validator would put into sets or calculate with. */
    private static void checkValues(JsonNode root, SchemaLimits limits)
            throws InvalidSchemaException {
        Deque<JsonNode> open = new ArrayDeque<>();
        open.add(root);
        while (!open.isEmpty()) {
            JsonNode node = open.remove();
            if (node.isArray() && node.size() > limits.symbols()) {
                throw new InvalidSchemaException(
                        "The schema has more than %d values in one list"
                                .formatted(limits.symbols()));
            }
            if (node.isNumber() && !BoundedJson.isOrdinary(node.decimalValue())) {
                throw new InvalidSchemaException("A number in the schema is out of all bounds");
            }
            node.forEach(open::add);
        }
    }
}
