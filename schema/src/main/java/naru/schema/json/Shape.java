package naru.schema.json;

import com.fasterxml.jackson.databind.JsonNode;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a schema allows, with the differences between drafts gone: one kind for each kind of value,
 * and combinations of them. A schema that describes several things at once (a type and an
 * enumeration, an object and an {@code anyOf}) is an {@link Combined} of them all.
 *
 * <p>Shapes are compared by identity, since they may contain themselves through {@link Reference}.
 */
sealed interface Shape {
    Labels labels();

    /** What a schema says that does not decide over validity. */
    record Labels(
            String id,
            String title,
            String description,
            @Nullable JsonNode defaultValue,
            String connectType) {
        static final Labels NONE = new Labels("", "", "", null, "");
    }

    /** Allows everything: {@code {}} or {@code true}. */
    record Anything(Labels labels) implements Shape {}

    /** Allows nothing: {@code false}. */
    record Nothing(Labels labels) implements Shape {}

    record BooleanValue(Labels labels) implements Shape {}

    record NullValue(Labels labels) implements Shape {}

    record StringValue(
            Labels labels,
            @Nullable BigDecimal minLength,
            @Nullable BigDecimal maxLength,
            @Nullable String pattern)
            implements Shape {}

    /**
     * @param exclusiveMinimum bound of its own, as since draft 6
     * @param minimumIsExclusive that {@code minimum} itself is not allowed, as in draft 4
     */
    record NumberValue(
            Labels labels,
            boolean integer,
            @Nullable BigDecimal minimum,
            @Nullable BigDecimal maximum,
            @Nullable BigDecimal exclusiveMinimum,
            @Nullable BigDecimal exclusiveMaximum,
            boolean minimumIsExclusive,
            boolean maximumIsExclusive,
            @Nullable BigDecimal multipleOf)
            implements Shape {}

    /** What is allowed beyond what is listed by name or position. */
    record Rest(boolean allowed, @Nullable Shape shape) {
        static final Rest OPEN = new Rest(true, null);
        static final Rest CLOSED = new Rest(false, null);

        boolean open() {
            return allowed && shape == null;
        }

        boolean closed() {
            return !allowed;
        }
    }

    record ObjectValue(
            Labels labels,
            Map<String, Shape> properties,
            Map<String, Shape> patterns,
            Rest additional,
            Rest unevaluated,
            Set<String> required,
            Map<String, Set<String>> dependentNames,
            Map<String, Shape> dependentShapes,
            @Nullable Shape names,
            @Nullable BigDecimal minProperties,
            @Nullable BigDecimal maxProperties)
            implements Shape {}

    /**
     * @param every what each element must be
     * @param first what the first elements must be, one by one
     * @param additional what those after {@code first} may be
     */
    record ArrayValue(
            Labels labels,
            @Nullable Shape every,
            List<Shape> first,
            Rest additional,
            Rest unevaluated,
            @Nullable Shape contained,
            @Nullable BigDecimal minContains,
            @Nullable BigDecimal maxContains,
            @Nullable BigDecimal minItems,
            @Nullable BigDecimal maxItems,
            boolean unique)
            implements Shape {}

    record Enumeration(Labels labels, Set<JsonNode> values) implements Shape {}

    record Constant(Labels labels, JsonNode value) implements Shape {}

    /**
     * @param text what is refused, as it was written
     */
    record Not(Labels labels, Shape refused, JsonNode text) implements Shape {}

    /** {@code if}, {@code then}, {@code else}: no published rule compares them. */
    record Condition(Labels labels) implements Shape {}

    record Combined(Labels labels, Criterion criterion, List<Shape> parts) implements Shape {}

    /** How many parts of a {@link Combined} a value must fit. */
    enum Criterion {
        ALL("allOf"),
        ANY("anyOf"),
        ONE("oneOf");

        private final String keyword;

        Criterion(String keyword) {
            this.keyword = keyword;
        }

        String keyword() {
            return keyword;
        }
    }

    /** A {@code $ref}; what it leads to is set once everything is loaded. */
    final class Reference implements Shape {
        private final Labels labels;
        private @Nullable Shape target;

        Reference(Labels labels) {
            this.labels = labels;
        }

        @Override
        public Labels labels() {
            return labels;
        }

        void leadsTo(Shape shape) {
            target = shape;
        }

        @Nullable Shape target() {
            return target;
        }
    }
}
