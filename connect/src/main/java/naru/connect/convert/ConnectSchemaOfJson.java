package naru.connect.convert;

import com.fasterxml.jackson.databind.JsonNode;

import naru.http.Json;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The schema of Connect of a JSON Schema: one that {@link JsonSchemaMaker} made, or anybody's. */
final class ConnectSchemaOfJson {
    private static final int DEEPEST = 100;

    private final JsonNode root;
    private final boolean optionalWhereNotRequired;
    private int depth;

    private ConnectSchemaOfJson(JsonNode root, boolean optionalWhereNotRequired) {
        this.root = root;
        this.optionalWhereNotRequired = optionalWhereNotRequired;
    }

    static Schema of(String text, boolean optionalWhereNotRequired) {
        JsonNode root = Json.parse(text.getBytes(StandardCharsets.UTF_8));
        return new ConnectSchemaOfJson(root, optionalWhereNotRequired).of(root, false);
    }

    private Schema of(JsonNode json, boolean optional) {
        if (++depth > DEEPEST) {
            throw new DataException(
                    "the JSON Schema contains itself or is nested deeper than " + DEEPEST);
        }
        try {
            JsonNode resolved = resolved(json);
            List<JsonNode> choices = choices(resolved);
            boolean nullable = choices.removeIf(each -> "null".equals(type(each)));
            if (choices.size() == 1) {
                return of(choices.getFirst(), optional || nullable);
            }
            SchemaBuilder builder = choices.isEmpty() ? builder(resolved) : union(choices);
            addMore(builder, resolved);
            return (optional || nullable ? builder.optional() : builder).build();
        } finally {
            depth--;
        }
    }

    private JsonNode resolved(JsonNode json) {
        String reference = json.path("$ref").asText("");
        if (!reference.startsWith("#")) {
            if (!reference.isEmpty()) {
                throw new DataException(
                        "the JSON Schema refers to %s, which is in another schema"
                                .formatted(reference));
            }
            return json;
        }
        JsonNode found = root.at(reference.substring(1));
        if (found.isMissingNode()) {
            throw new DataException("the JSON Schema has no " + reference);
        }
        return found;
    }

    /** Of oneOf, anyOf and lists of types; empty where there is no choice. */
    private static List<JsonNode> choices(JsonNode json) {
        List<JsonNode> choices = new ArrayList<>();
        for (String word : List.of("oneOf", "anyOf")) {
            json.path(word).forEach(choices::add);
        }
        if (choices.isEmpty() && json.path("type").isArray()) {
            for (JsonNode each : json.get("type")) {
                com.fasterxml.jackson.databind.node.ObjectNode copy = json.deepCopy();
                copy.set("type", each);
                choices.add(copy);
            }
        }
        return choices;
    }

    private static @Nullable String type(JsonNode json) {
        return json.path("type").textValue();
    }

    private SchemaBuilder union(List<JsonNode> choices) {
        SchemaBuilder union = SchemaBuilder.struct().name(ConfluentNames.JSON_UNION);
        for (int index = 0; index < choices.size(); index++) {
            union.field(
                    ConfluentNames.JSON_UNION + ".field." + index, of(choices.get(index), true));
        }
        return union;
    }

    private SchemaBuilder builder(JsonNode json) {
        String kept = json.path(ConfluentNames.TYPE).asText("");
        String type = type(json);
        if (type == null) {
            type = json.has("properties") ? "object" : json.has("enum") ? "string" : "";
        }
        return switch (type) {
            case "integer" -> integer(json, kept);
            case "number" ->
                    kept.equals("float32")
                            ? SchemaBuilder.float32()
                            : kept.equals("bytes") ? decimal(json) : SchemaBuilder.float64();
            case "boolean" -> SchemaBuilder.bool();
            case "string" -> kept.equals("bytes") ? bytes(json) : text(json);
            case "array" -> {
                JsonNode items = json.path("items");
                if (kept.equals("map")) {
                    yield SchemaBuilder.map(
                            of(items.path("properties").path("key"), false),
                            of(items.path("properties").path("value"), false));
                }
                yield SchemaBuilder.array(of(items, false));
            }
            case "object" ->
                    kept.equals("map") || isMap(json)
                            ? SchemaBuilder.map(
                                    Schema.STRING_SCHEMA,
                                    of(json.path("additionalProperties"), false))
                            : struct(json);
            default ->
                    throw new DataException(
                            "Connect has no type for the JSON Schema "
                                    + json.toString()
                                            .substring(0, Math.min(200, json.toString().length())));
        };
    }

    private static boolean isMap(JsonNode json) {
        return !json.has("properties") && json.path("additionalProperties").isObject();
    }

    private static SchemaBuilder integer(JsonNode json, String kept) {
        String title = json.path("title").asText("");
        if (title.equals(Date.LOGICAL_NAME)) {
            return Date.builder();
        }
        if (title.equals(Time.LOGICAL_NAME)) {
            return Time.builder();
        }
        if (title.equals(Timestamp.LOGICAL_NAME)) {
            return Timestamp.builder();
        }
        return switch (kept) {
            case "int8" -> SchemaBuilder.int8();
            case "int16" -> SchemaBuilder.int16();
            case "int32" -> SchemaBuilder.int32();
            default -> SchemaBuilder.int64();
        };
    }

    private static SchemaBuilder bytes(JsonNode json) {
        return json.path("title").asText("").equals(Decimal.LOGICAL_NAME)
                ? decimal(json)
                : SchemaBuilder.bytes();
    }

    private static SchemaBuilder decimal(JsonNode json) {
        return Decimal.builder(
                json.path(ConfluentNames.PARAMETERS).path(Decimal.SCALE_FIELD).asInt(0));
    }

    private static SchemaBuilder text(JsonNode json) {
        SchemaBuilder text = SchemaBuilder.string();
        if (json.path("enum").isArray()) {
            text.parameter(ConfluentNames.JSON_ENUM, json.path("title").asText(""));
            for (JsonNode symbol : json.get("enum")) {
                text.parameter(ConfluentNames.JSON_ENUM + "." + symbol.asText(), symbol.asText());
            }
        }
        return text;
    }

    private SchemaBuilder struct(JsonNode json) {
        SchemaBuilder struct = SchemaBuilder.struct();
        Set<String> required = new HashSet<>();
        json.path("required").forEach(each -> required.add(each.asText()));
        List<Map.Entry<String, JsonNode>> fields =
                new ArrayList<>(json.path("properties").properties());
        fields.sort(
                Comparator.comparingInt(each ->
                        each.getValue().path(ConfluentNames.INDEX).asInt(Integer.MAX_VALUE)));
        for (Map.Entry<String, JsonNode> field : fields) {
            boolean optional = optionalWhereNotRequired && !required.contains(field.getKey());
            struct.field(field.getKey(), of(field.getValue(), optional));
        }
        return struct;
    }

    private static void addMore(SchemaBuilder builder, JsonNode json) {
        if (json.path("title").isTextual() && builder.name() == null) {
            builder.name(json.get("title").asText());
        }
        if (json.path("description").isTextual()) {
            builder.doc(json.get("description").asText());
        }
        if (json.path(ConfluentNames.VERSION).isInt() && builder.version() == null) {
            builder.version(json.get(ConfluentNames.VERSION).asInt());
        }
        for (Map.Entry<String, JsonNode> each : json.path(ConfluentNames.PARAMETERS).properties()) {
            if (builder.parameters() == null || !builder.parameters().containsKey(each.getKey())) {
                builder.parameter(each.getKey(), each.getValue().asText());
            }
        }
        if (json.has("default") && !json.get("default").isNull()) {
            builder.defaultValue(ConnectValueOfJson.of(builder, json.get("default"), "default"));
        }
    }
}
