package naru.schema.json;

import java.util.List;

/** The rules for arrays; positions are to them what names are to objects. */
final class ArrayChanges {
    private static final ValueChanges.Bound MAX_ITEMS =
            new ValueChanges.Bound(
                    "maxItems",
                    Change.MAX_ITEMS_ADDED,
                    Change.MAX_ITEMS_REMOVED,
                    Change.MAX_ITEMS_INCREASED,
                    Change.MAX_ITEMS_DECREASED);
    private static final ValueChanges.Bound MIN_ITEMS =
            new ValueChanges.Bound(
                    "minItems",
                    Change.MIN_ITEMS_ADDED,
                    Change.MIN_ITEMS_REMOVED,
                    Change.MIN_ITEMS_INCREASED,
                    Change.MIN_ITEMS_DECREASED);
    private static final ValueChanges.Bound MAX_CONTAINS =
            new ValueChanges.Bound(
                    "maxContains",
                    Change.MAX_CONTAINS_ADDED,
                    Change.MAX_CONTAINS_REMOVED,
                    Change.MAX_CONTAINS_INCREASED,
                    Change.MAX_CONTAINS_DECREASED);
    private static final ValueChanges.Bound MIN_CONTAINS =
            new ValueChanges.Bound(
                    "minContains",
                    Change.MIN_CONTAINS_ADDED,
                    Change.MIN_CONTAINS_REMOVED,
                    Change.MIN_CONTAINS_INCREASED,
                    Change.MIN_CONTAINS_DECREASED);
    private static final RestChanges ADDITIONAL =
            new RestChanges(
                    "additionalItems",
                    Change.ADDITIONAL_ITEMS_ADDED,
                    Change.ADDITIONAL_ITEMS_REMOVED,
                    Change.ADDITIONAL_ITEMS_EXTENDED,
                    Change.ADDITIONAL_ITEMS_NARROWED);
    private static final RestChanges UNEVALUATED =
            new RestChanges(
                    "unevaluatedItems",
                    Change.UNEVALUATED_ITEMS_ADDED,
                    Change.UNEVALUATED_ITEMS_REMOVED,
                    Change.UNEVALUATED_ITEMS_EXTENDED,
                    Change.UNEVALUATED_ITEMS_NARROWED);

    private final Comparison comparison;
    private final Shape.ArrayValue writer;
    private final Shape.ArrayValue reader;
    private final Findings found;

    ArrayChanges(
            Comparison comparison,
            Shape.ArrayValue writer,
            Shape.ArrayValue reader,
            Findings found) {
        this.comparison = comparison;
        this.writer = writer;
        this.reader = reader;
        this.found = found;
    }

    void look() {
        MAX_ITEMS.look(writer.maxItems(), reader.maxItems(), found);
        MIN_ITEMS.look(
                ValueChanges.atLeastOne(writer.minItems()),
                ValueChanges.atLeastOne(reader.minItems()),
                found);
        if (!writer.unique() && reader.unique()) {
            found.add(Change.UNIQUE_ITEMS_ADDED, "uniqueItems");
        } else if (writer.unique() && !reader.unique()) {
            found.add(Change.UNIQUE_ITEMS_REMOVED, "uniqueItems");
        }
        ADDITIONAL.look(comparison, writer.additional(), reader.additional(), found);
        UNEVALUATED.look(comparison, writer.unevaluated(), reader.unevaluated(), found);
        ObjectChanges.compareOptional(
                comparison, writer.contained(), reader.contained(), "contains", found);
        MAX_CONTAINS.look(writer.maxContains(), reader.maxContains(), found);
        MIN_CONTAINS.look(writer.minContains(), reader.minContains(), found);
        ObjectChanges.compareOptional(comparison, writer.every(), reader.every(), "items", found);
        first();
    }

    private void first() {
        List<Shape> before = writer.first();
        List<Shape> after = reader.first();
        int common = Math.min(before.size(), after.size());
        for (int i = 0; i < common; i++) {
            found.addAll(comparison.compare(before.get(i), after.get(i)), "items/" + i);
        }
        for (int i = common; i < after.size(); i++) {
            added("items/" + i, after.get(i));
        }
        for (int i = common; i < before.size(); i++) {
            removed("items/" + i, before.get(i));
        }
    }

    private void added(String path, Shape after) {
        Shape described = writer.additional().shape();
        if (writer.additional().closed()) {
            found.add(Change.ITEM_ADDED_TO_CLOSED_CONTENT_MODEL, path);
        } else if (described == null) {
            found.add(
                    Comparison.resolved(after) instanceof Shape.Anything
                            ? Change.ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL
                            : Change.ITEM_ADDED_TO_OPEN_CONTENT_MODEL,
                    path);
        } else {
            Findings inner = comparison.compare(described, after);
            found.addAll(inner, path);
            found.add(
                    inner.compatible()
                            ? Change.ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                            : Change.ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                    path);
        }
    }

    private void removed(String path, Shape before) {
        Shape described = reader.additional().shape();
        if (described != null) {
            Findings inner = comparison.compare(before, described);
            found.addAll(inner, path);
            found.add(
                    inner.compatible()
                            ? Change.ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                            : Change.ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
                    path);
        } else if (!reader.additional().closed()) {
            found.add(Change.ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL, path);
        } else {
            found.add(
                    Comparison.resolved(before) instanceof Shape.Nothing
                            ? Change.ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL
                            : Change.ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL,
                    path);
        }
    }
}
