package naru.schema.json;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/**
 * The rules for objects. What may be added or removed depends on what an object may contain that
 * its schema does not name: anything (open), nothing (closed), or what patterns and {@code
 * additionalProperties} describe (partially open).
 */
final class ObjectChanges {
    private static final ValueChanges.Bound MAX_PROPERTIES =
            new ValueChanges.Bound(
                    "maxProperties",
                    Change.MAX_PROPERTIES_ADDED,
                    Change.MAX_PROPERTIES_REMOVED,
                    Change.MAX_PROPERTIES_INCREASED,
                    Change.MAX_PROPERTIES_DECREASED);
    private static final ValueChanges.Bound MIN_PROPERTIES =
            new ValueChanges.Bound(
                    "minProperties",
                    Change.MIN_PROPERTIES_ADDED,
                    Change.MIN_PROPERTIES_REMOVED,
                    Change.MIN_PROPERTIES_INCREASED,
                    Change.MIN_PROPERTIES_DECREASED);
    private static final RestChanges ADDITIONAL =
            new RestChanges(
                    "additionalProperties",
                    Change.ADDITIONAL_PROPERTIES_ADDED,
                    Change.ADDITIONAL_PROPERTIES_REMOVED,
                    Change.ADDITIONAL_PROPERTIES_EXTENDED,
                    Change.ADDITIONAL_PROPERTIES_NARROWED);
    private static final RestChanges UNEVALUATED =
            new RestChanges(
                    "unevaluatedProperties",
                    Change.UNEVALUATED_PROPERTIES_ADDED,
                    Change.UNEVALUATED_PROPERTIES_REMOVED,
                    Change.UNEVALUATED_PROPERTIES_EXTENDED,
                    Change.UNEVALUATED_PROPERTIES_NARROWED);

    private final Comparison comparison;
    private final Shape.ObjectValue writer;
    private final Shape.ObjectValue reader;
    private final Findings found;
    private final Map<String, Optional<BoundedPattern>> patterns = new HashMap<>();

    ObjectChanges(
            Comparison comparison,
            Shape.ObjectValue writer,
            Shape.ObjectValue reader,
            Findings found) {
        this.comparison = comparison;
        this.writer = writer;
        this.reader = reader;
        this.found = found;
    }

    void look() {
        properties();
        names();
        required();
        ADDITIONAL.look(comparison, writer.additional(), reader.additional(), found);
        UNEVALUATED.look(comparison, writer.unevaluated(), reader.unevaluated(), found);
        dependencies();
        MAX_PROPERTIES.look(writer.maxProperties(), reader.maxProperties(), found);
        MIN_PROPERTIES.look(
                ValueChanges.atLeastOne(writer.minProperties()),
                ValueChanges.atLeastOne(reader.minProperties()),
                found);
    }

    private void properties() {
        reader.properties()
                .forEach((name, after) -> {
                    Shape before = writer.properties().get(name);
                    if (before == null) {
                        added(name, after);
                    } else {
                        found.addAll(comparison.compare(before, after), "properties/" + name);
                    }
                });
        writer.properties()
                .forEach((name, before) -> {
                    if (!reader.properties().containsKey(name)) {
                        removed(name, before);
                    }
                });
    }

    /** Data of the writer may have the property already, if its object is open to it. */
    private void added(String name, Shape after) {
        String path = "properties/" + name;
        List<Shape> described = describedBy(writer, name);
        if (described.isEmpty() && writer.additional().open()) {
            found.add(
                    Comparison.resolved(after) instanceof Shape.Anything
                            ? Change.PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL
                            : Change.PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL,
                    path);
            return;
        }
        if (!described.isEmpty()) {
            // All of them hold for it, so that one that fits is enough.
            Findings inner = firstThatFits(described, after);
            found.addAll(inner, path);
            found.add(
                    inner.compatible()
                            ? Change.PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                            : Change.PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                    path);
        }
        found.add(
                !reader.required().contains(name)
                        ? Change.OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL
                        : after.labels().defaultValue() != null
                                ? Change
                                        .REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL
                                : Change.REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL,
                path);
    }

    /** Data of the writer may have the property still; the reader's object must be open to it. */
    private void removed(String name, Shape before) {
        String path = "properties/" + name;
        List<Shape> described = describedBy(reader, name);
        if (!described.isEmpty()) {
            Findings inner = new Findings(comparison);
            described.forEach(after -> inner.addAll(comparison.compare(before, after), ""));
            found.addAll(inner, path);
            found.add(
                    inner.compatible()
                            ? Change.PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                            : Change.PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                    path);
        } else if (reader.additional().open()) {
            found.add(Change.PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL, path);
        } else if (Comparison.resolved(before) instanceof Shape.Nothing) {
            found.add(Change.PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL, path);
        } else {
            found.add(
                    reader.patterns().isEmpty()
                            ? Change.PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL
                            : Change.PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                    path);
        }
    }

    private Findings firstThatFits(List<Shape> described, Shape after) {
        Findings last = new Findings(comparison);
        for (Shape before : described) {
            last = comparison.compare(before, after);
            if (last.compatible()) {
                return last;
            }
        }
        return last;
    }

    /** What holds for a property that the object does not name; empty: nothing special. */
    private List<Shape> describedBy(Shape.ObjectValue object, String name) {
        List<Shape> described = new ArrayList<>();
        object.patterns()
                .forEach((pattern, shape) -> {
                    if (matches(pattern, name)) {
                        described.add(shape);
                    }
                });
        Shape additional = object.additional().shape();
        if (described.isEmpty() && additional != null) {
            described.add(additional);
        }
        return described;
    }

    private boolean matches(String text, String name) {
        comparison.step();
        return patterns.computeIfAbsent(text, ObjectChanges::pattern)
                .map(pattern -> pattern.find(name))
                .orElse(false);
    }

    private static Optional<BoundedPattern> pattern(String text) {
        try {
            return Optional.of(new BoundedPattern(text));
        } catch (PatternSyntaxException e) {
            return Optional.empty();
        }
    }

    private void names() {
        compareOptional(comparison, writer.names(), reader.names(), "propertyNames", found);
    }

    /** Compares what may be missing on either side; to ask for something new is incompatible. */
    static void compareOptional(
            Comparison comparison,
            @Nullable Shape writer,
            @Nullable Shape reader,
            String path,
            Findings found) {
        if (writer == null && reader != null) {
            found.add(Change.SCHEMA_ADDED, path);
        } else if (writer != null && reader == null) {
            found.add(Change.SCHEMA_REMOVED, path);
        } else if (writer != null && reader != null) {
            found.addAll(comparison.compare(writer, reader), path);
        }
    }

    /** Only properties that the writer names: what comes with a new one is told there. */
    private void required() {
        for (String name : reader.required()) {
            if (!writer.required().contains(name) && writer.properties().containsKey(name)) {
                Shape property = reader.properties().get(name);
                boolean hasDefault = property != null && property.labels().defaultValue() != null;
                found.add(
                        hasDefault
                                ? Change.REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED
                                : Change.REQUIRED_ATTRIBUTE_ADDED,
                        "required/" + name);
            }
        }
        for (String name : writer.required()) {
            if (!reader.required().contains(name) && reader.properties().containsKey(name)) {
                found.add(Change.REQUIRED_ATTRIBUTE_REMOVED, "required/" + name);
            }
        }
    }

    private void dependencies() {
        for (String name : all(writer.dependentNames(), reader.dependentNames())) {
            Set<String> before = writer.dependentNames().get(name);
            Set<String> after = reader.dependentNames().get(name);
            String path = "dependencies/" + name;
            if (before == null) {
                found.add(Change.DEPENDENCY_ARRAY_ADDED, path);
            } else if (after == null) {
                found.add(Change.DEPENDENCY_ARRAY_REMOVED, path);
            } else if (!before.equals(after)) {
                found.add(
                        after.containsAll(before)
                                ? Change.DEPENDENCY_ARRAY_EXTENDED
                                : before.containsAll(after)
                                        ? Change.DEPENDENCY_ARRAY_NARROWED
                                        : Change.DEPENDENCY_ARRAY_CHANGED,
                        path);
            }
        }
        for (String name : all(writer.dependentShapes(), reader.dependentShapes())) {
            Shape before = writer.dependentShapes().get(name);
            Shape after = reader.dependentShapes().get(name);
            String path = "dependencies/" + name;
            if (before == null) {
                found.add(Change.DEPENDENCY_SCHEMA_ADDED, path);
            } else if (after == null) {
                found.add(Change.DEPENDENCY_SCHEMA_REMOVED, path);
            } else {
                found.addAll(comparison.compare(before, after), path);
            }
        }
    }

    private static Set<String> all(Map<String, ?> first, Map<String, ?> second) {
        Set<String> names = new TreeSet<>(first.keySet());
        names.addAll(second.keySet());
        return names;
    }
}
