package naru.schema.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.InvalidSchemaException;
import naru.schema.SchemaLimits;
import naru.schema.json.Shape.Criterion;
import naru.schema.json.Shape.Labels;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/**
 * Makes shapes of schemas as JSON. What a {@code $ref} leads to is made after what it stands in,
 * one by one, so that neither chains of references nor circles go deep. Used by one thread, once.
 */
final class Shapes {
    private static final Set<String> OF_OBJECT =
            Set.of(
                    "properties",
                    "patternProperties",
                    "additionalProperties",
                    "unevaluatedProperties",
                    "required",
                    "dependencies",
                    "dependentRequired",
                    "dependentSchemas",
                    "propertyNames",
                    "minProperties",
                    "maxProperties");
    private static final Set<String> OF_ARRAY =
            Set.of(
                    "items",
                    "prefixItems",
                    "additionalItems",
                    "unevaluatedItems",
                    "contains",
                    "minContains",
                    "maxContains",
                    "minItems",
                    "maxItems",
                    "uniqueItems");
    private static final Set<String> OF_STRING = Set.of("minLength", "maxLength", "pattern");
    private static final Set<String> OF_NUMBER =
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");

    private final Documents documents;
    private final SchemaLimits limits;
    private final boolean isNew;
    private final IdentityHashMap<JsonNode, Shape> made = new IdentityHashMap<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private int fields;

    private record Pending(Shape.Reference reference, JsonNode target) {}

    private Shapes(Documents documents, SchemaLimits limits, boolean isNew) {
        this.documents = documents;
        this.limits = limits;
        this.isNew = isNew;
    }

    /**
     * @param isNew whether patterns that are none are refused
     */
    static Shape of(JsonNode root, Documents documents, SchemaLimits limits, boolean isNew)
            throws InvalidSchemaException {
        Shapes shapes = new Shapes(documents, limits, isNew);
        Shape shape = shapes.shape(root);
        List<Shape.Reference> references = new ArrayList<>();
        while (!shapes.pending.isEmpty()) {
            Pending next = shapes.pending.remove();
            next.reference().leadsTo(shapes.shape(next.target()));
            references.add(next.reference());
        }
        refuseCircles(references);
        return shape;
    }

    /** References that only lead to one another describe nothing. */
    private static void refuseCircles(List<Shape.Reference> references)
            throws InvalidSchemaException {
        Set<Shape> leadOut = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Shape.Reference first : references) {
            Set<Shape> way = Collections.newSetFromMap(new IdentityHashMap<>());
            Shape next = first;
            while (next instanceof Shape.Reference reference && !leadOut.contains(reference)) {
                if (!way.add(reference)) {
                    throw new InvalidSchemaException("A $ref leads back to itself");
                }
                next = reference.target();
            }
            leadOut.addAll(way);
        }
    }

    private Shape shape(JsonNode node) throws InvalidSchemaException {
        Shape known = made.get(node);
        if (known == null) {
            known = make(node);
            made.put(node, known);
        }
        return known;
    }

    private @Nullable Shape optional(JsonNode node) throws InvalidSchemaException {
        return node.isMissingNode() ? null : shape(node);
    }

    private Shape make(JsonNode node) throws InvalidSchemaException {
        if (node.isBoolean()) {
            return node.booleanValue()
                    ? new Shape.Anything(Labels.NONE)
                    : new Shape.Nothing(Labels.NONE);
        }
        if (!(node instanceof ObjectNode object)) {
            throw new InvalidSchemaException(
                    "A schema must be an object or a boolean, not " + shortened(node.toString()));
        }
        Labels labels = labels(object);
        Shape reference = reference(object, labels);
        Draft draft = documents.draft(object);
        if (reference != null && !draft.referenceHasSiblings()) {
            return reference;
        }
        List<Shape> parts = new ArrayList<>();
        if (reference != null) {
            parts.add(reference);
        }
        combinations(object, labels, parts);
        types(object, labels, draft, parts);
        return switch (parts.size()) {
            case 0 -> new Shape.Anything(labels);
            case 1 -> parts.getFirst();
            default -> new Shape.Combined(labels, Criterion.ALL, parts);
        };
    }

    private static Labels labels(ObjectNode object) {
        String id = object.path("$id").asText(object.path("id").asText(""));
        return new Labels(
                id,
                object.path("title").asText(""),
                object.path("description").asText(""),
                object.get("default"),
                object.path("connect.type").asText(""));
    }

    private @Nullable Shape reference(ObjectNode object, Labels labels)
            throws InvalidSchemaException {
        for (String keyword : new String[] {"$ref", "$dynamicRef", "$recursiveRef"}) {
            JsonNode text = object.path(keyword);
            if (text.isTextual()) {
                Shape.Reference reference = new Shape.Reference(labels);
                pending.add(new Pending(reference, documents.target(object, text.asText())));
                return reference;
            }
        }
        return null;
    }

    private void combinations(ObjectNode object, Labels labels, List<Shape> parts)
            throws InvalidSchemaException {
        if (object.path("enum").isArray()) {
            Set<JsonNode> values = new LinkedHashSet<>();
            object.path("enum").forEach(values::add);
            parts.add(new Shape.Enumeration(labels, values));
        }
        for (Criterion criterion : Criterion.values()) {
            JsonNode list = object.path(criterion.keyword());
            if (list.isArray() && !list.isEmpty()) {
                atMost(list.size(), limits.branches(), "parts in one " + criterion.keyword());
                Set<JsonNode> distinct = new LinkedHashSet<>();
                list.forEach(distinct::add);
                List<Shape> shapes = new ArrayList<>();
                for (JsonNode part : distinct) {
                    shapes.add(shape(part));
                }
                parts.add(new Shape.Combined(labels, criterion, shapes));
            }
        }
        if (object.has("not")) {
            parts.add(new Shape.Not(labels, shape(object.get("not")), object.get("not")));
        }
        if (object.has("const")) {
            parts.add(new Shape.Constant(labels, object.get("const")));
        }
        if (object.has("if")) {
            for (String keyword : new String[] {"if", "then", "else"}) {
                optional(object.path(keyword));
            }
            parts.add(new Shape.Condition(labels));
        }
    }

    private void types(ObjectNode object, Labels labels, Draft draft, List<Shape> parts)
            throws InvalidSchemaException {
        JsonNode type = object.path("type");
        if (type.isTextual()) {
            parts.add(type(type.asText(), object, labels, draft));
        } else if (type.isArray() && !type.isEmpty()) {
            List<Shape> alternatives = new ArrayList<>();
            for (JsonNode alternative : type) {
                alternatives.add(type(alternative.asText(), object, Labels.NONE, draft));
            }
            parts.add(new Shape.Combined(labels, Criterion.ANY, alternatives));
        } else {
            if (hasOneOf(object, OF_ARRAY)) {
                parts.add(array(object, labels, draft));
            }
            if (hasOneOf(object, OF_OBJECT)) {
                parts.add(object(object, labels));
            }
            if (hasOneOf(object, OF_NUMBER)) {
                parts.add(number(object, labels, false));
            }
            if (hasOneOf(object, OF_STRING)) {
                parts.add(string(object, labels));
            }
        }
    }

    private static boolean hasOneOf(ObjectNode object, Set<String> keywords) {
        return keywords.stream().anyMatch(object::has);
    }

    private Shape type(String type, ObjectNode object, Labels labels, Draft draft)
            throws InvalidSchemaException {
        return switch (type) {
            case "string" -> string(object, labels);
            case "number" -> number(object, labels, false);
            case "integer" -> number(object, labels, true);
            case "boolean" -> new Shape.BooleanValue(labels);
            case "null" -> new Shape.NullValue(labels);
            case "object" -> object(object, labels);
            case "array" -> array(object, labels, draft);
            default -> throw new InvalidSchemaException("Unknown type '" + type + "'");
        };
    }

    private Shape string(ObjectNode object, Labels labels) throws InvalidSchemaException {
        JsonNode pattern = object.path("pattern");
        checkPattern(pattern.asText(""));
        return new Shape.StringValue(
                labels,
                number(object, "minLength"),
                number(object, "maxLength"),
                pattern.isTextual() ? pattern.asText() : null);
    }

    private static Shape number(ObjectNode object, Labels labels, boolean integer) {
        return new Shape.NumberValue(
                labels,
                integer,
                number(object, "minimum"),
                number(object, "maximum"),
                number(object, "exclusiveMinimum"),
                number(object, "exclusiveMaximum"),
                object.path("exclusiveMinimum").asBoolean(false),
                object.path("exclusiveMaximum").asBoolean(false),
                number(object, "multipleOf"));
    }

    private void checkPattern(String pattern) throws InvalidSchemaException {
        try {
            if (isNew) {
                new BoundedPattern(pattern);
            }
        } catch (PatternSyntaxException e) {
            throw new InvalidSchemaException(
                    "Not a pattern: %s (%s)".formatted(shortened(pattern), e.getDescription()), e);
        }
    }

    private Shape object(ObjectNode object, Labels labels) throws InvalidSchemaException {
        Map<String, Set<String>> dependentNames = new LinkedHashMap<>();
        Map<String, Shape> dependentShapes = new LinkedHashMap<>();
        for (String keyword :
                new String[] {"dependencies", "dependentRequired", "dependentSchemas"}) {
            for (Map.Entry<String, JsonNode> dependency : object.path(keyword).properties()) {
                if (dependency.getValue().isArray()) {
                    dependentNames.put(dependency.getKey(), texts(dependency.getValue()));
                } else {
                    dependentShapes.put(dependency.getKey(), shape(dependency.getValue()));
                }
            }
        }
        for (Map.Entry<String, JsonNode> pattern : object.path("patternProperties").properties()) {
            checkPattern(pattern.getKey());
        }
        return new Shape.ObjectValue(
                labels,
                shapes(object.path("properties")),
                shapes(object.path("patternProperties")),
                rest(object.path("additionalProperties")),
                rest(object.path("unevaluatedProperties")),
                texts(object.path("required")),
                dependentNames,
                dependentShapes,
                optional(object.path("propertyNames")),
                number(object, "minProperties"),
                number(object, "maxProperties"));
    }

    private Shape array(ObjectNode object, Labels labels, Draft draft)
            throws InvalidSchemaException {
        JsonNode items = object.path("items");
        JsonNode prefix = object.path("prefixItems");
        JsonNode additional = object.path("additionalItems");
        Shape every = null;
        List<Shape> first = new ArrayList<>();
        if (draft.hasPrefixItems() && !items.isArray()) {
            for (JsonNode element : prefix) {
                first.add(shape(element));
            }
            if (prefix.isEmpty() && items.isObject()) {
                every = shape(items);
            } else {
                additional = items;
            }
        } else if (items.isArray()) {
            for (JsonNode element : items) {
                first.add(shape(element));
            }
        } else {
            every = optional(items);
        }
        return new Shape.ArrayValue(
                labels,
                every,
                first,
                every == null ? rest(additional) : Shape.Rest.OPEN,
                rest(object.path("unevaluatedItems")),
                optional(object.path("contains")),
                number(object, "minContains"),
                number(object, "maxContains"),
                number(object, "minItems"),
                number(object, "maxItems"),
                object.path("uniqueItems").asBoolean(false));
    }

    private Shape.Rest rest(JsonNode node) throws InvalidSchemaException {
        if (node.isMissingNode() || (node.isObject() && node.isEmpty())) {
            return Shape.Rest.OPEN;
        }
        if (node.isBoolean()) {
            return node.booleanValue() ? Shape.Rest.OPEN : Shape.Rest.CLOSED;
        }
        return new Shape.Rest(true, shape(node));
    }

    private Map<String, Shape> shapes(JsonNode object) throws InvalidSchemaException {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : object.properties()) {
            atMost(++fields, limits.fields(), "properties");
            shapes.put(property.getKey(), shape(property.getValue()));
        }
        return shapes;
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new LinkedHashSet<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static @Nullable BigDecimal number(ObjectNode object, String keyword) {
        JsonNode node = object.path(keyword);
        return node.isNumber() ? node.decimalValue() : null;
    }

    private static void atMost(int count, int limit, String what) throws InvalidSchemaException {
        if (count > limit) {
            throw new InvalidSchemaException("The schema has more than " + limit + " " + what);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
