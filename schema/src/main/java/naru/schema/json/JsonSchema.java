package naru.schema.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.Incompatibility;
import naru.schema.ParsedSchema;
import naru.schema.PayloadCheck;
import naru.schema.SchemaFormat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A JSON Schema. Its text keeps the order of the keys; that of its normalized text is by name. */
public final class JsonSchema implements ParsedSchema {
    private static final int LOOKS = 200_000;

    private final JsonNode root;
    private final Map<String, JsonNode> references;
    private final Shape shape;
    private final String canonical;
    private final String normalized;

    JsonSchema(JsonNode root, Map<String, JsonNode> references, Shape shape) {
        this.root = root;
        this.references = references;
        this.shape = shape;
        this.canonical = root.toString();
        this.normalized = sorted(root).toString();
    }

    @Override
    public SchemaFormat format() {
        return SchemaFormat.JSON;
    }

    @Override
    public String canonical() {
        return canonical;
    }

    @Override
    public String normalized() {
        return normalized;
    }

    /** No format of the API changes a JSON Schema. */
    @Override
    public String formatted(String format) {
        return canonical;
    }

    @Override
    public String name() {
        return root.path("title").asText("");
    }

    @Override
    public Set<String> topLevelFields() {
        Set<String> names = new LinkedHashSet<>();
        root.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Override
    public List<Incompatibility> differencesFrom(ParsedSchema writer) {
        try {
            return findings((JsonSchema) writer, true).stream().map(JsonSchema::told).toList();
        } catch (Comparison.TooLarge | BoundedPattern.TooCostly e) {
            return List.of(Incompatibility.TOO_LARGE);
        }
    }

    @Override
    public PayloadCheck payloadCheck() {
        return JsonPayloadCheck.of(root, references);
    }

    /** All differences, or only those that do harm. */
    List<Findings.Finding> findings(JsonSchema writer, boolean harmful) {
        return new Comparison(LOOKS).run(writer.shape, shape, harmful);
    }

    private static Incompatibility told(Findings.Finding finding) {
        String path = "#/" + finding.path();
        return new Incompatibility(
                finding.change().name(),
                path,
                (reader, writer) -> finding.change().message(path, reader, writer));
    }

    private static JsonNode sorted(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode copy = JsonNodeFactory.instance.objectNode();
                Map<String, JsonNode> properties = new TreeMap<>();
                object.properties()
                        .forEach(entry -> properties.put(entry.getKey(), entry.getValue()));
                properties.forEach((name, value) -> copy.set(name, sorted(value)));
                yield copy;
            }
            case ArrayNode array -> {
                ArrayNode copy = JsonNodeFactory.instance.arrayNode();
                array.forEach(element -> copy.add(sorted(element)));
                yield copy;
            }
            default -> node;
        };
    }
}
