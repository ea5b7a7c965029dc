package naru.schema.json;

import com.fasterxml.jackson.databind.JsonNode;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.Set;

/** The rules for strings, numbers, enumerations, and bounds of every kind. */
final class ValueChanges {
    private ValueChanges() {}

    /**
     * What happens to a bound: {@code added}, {@code removed}, {@code increased}, {@code
     * decreased}.
     */
    record Bound(String path, Change added, Change removed, Change increased, Change decreased) {
        void look(@Nullable BigDecimal writer, @Nullable BigDecimal reader, Findings found) {
            if (writer == null && reader != null) {
                found.add(added, path);
            } else if (writer != null && reader == null) {
                found.add(removed, path);
            } else if (writer != null && reader != null) {
                int compared = reader.compareTo(writer);
                if (compared > 0) {
                    found.add(increased, path);
                } else if (compared < 0) {
                    found.add(decreased, path);
                }
            }
        }
    }

    private static final Bound MAX_LENGTH =
            new Bound(
                    "maxLength",
                    Change.MAX_LENGTH_ADDED,
                    Change.MAX_LENGTH_REMOVED,
                    Change.MAX_LENGTH_INCREASED,
                    Change.MAX_LENGTH_DECREASED);
    private static final Bound MIN_LENGTH =
            new Bound(
                    "minLength",
                    Change.MIN_LENGTH_ADDED,
                    Change.MIN_LENGTH_REMOVED,
                    Change.MIN_LENGTH_INCREASED,
                    Change.MIN_LENGTH_DECREASED);
    private static final Bound MAXIMUM =
            new Bound(
                    "maximum",
                    Change.MAXIMUM_ADDED,
                    Change.MAXIMUM_REMOVED,
                    Change.MAXIMUM_INCREASED,
                    Change.MAXIMUM_DECREASED);
    private static final Bound MINIMUM =
            new Bound(
                    "minimum",
                    Change.MINIMUM_ADDED,
                    Change.MINIMUM_REMOVED,
                    Change.MINIMUM_INCREASED,
                    Change.MINIMUM_DECREASED);
    private static final Bound EXCLUSIVE_MAXIMUM =
            new Bound(
                    "exclusiveMaximum",
                    Change.EXCLUSIVE_MAXIMUM_ADDED,
                    Change.EXCLUSIVE_MAXIMUM_REMOVED,
                    Change.EXCLUSIVE_MAXIMUM_INCREASED,
                    Change.EXCLUSIVE_MAXIMUM_DECREASED);
    private static final Bound EXCLUSIVE_MINIMUM =
            new Bound(
                    "exclusiveMinimum",
                    Change.EXCLUSIVE_MINIMUM_ADDED,
                    Change.EXCLUSIVE_MINIMUM_REMOVED,
                    Change.EXCLUSIVE_MINIMUM_INCREASED,
                    Change.EXCLUSIVE_MINIMUM_DECREASED);

    static void ofString(Shape.StringValue writer, Shape.StringValue reader, Findings found) {
        MAX_LENGTH.look(writer.maxLength(), reader.maxLength(), found);
        MIN_LENGTH.look(atLeastOne(writer.minLength()), atLeastOne(reader.minLength()), found);
        String before = writer.pattern();
        String after = reader.pattern();
        if (before == null && after != null) {
            found.add(Change.PATTERN_ADDED, "pattern");
        } else if (before != null && after == null) {
            found.add(Change.PATTERN_REMOVED, "pattern");
        } else if (before != null && !before.equals(after)) {
            found.add(Change.PATTERN_CHANGED, "pattern");
        }
    }

    /** A least length of zero says nothing. */
    static @Nullable BigDecimal atLeastOne(@Nullable BigDecimal bound) {
        return bound == null || bound.signum() <= 0 ? null : bound;
    }

    static void ofNumber(Shape.NumberValue writer, Shape.NumberValue reader, Findings found) {
        MAXIMUM.look(writer.maximum(), reader.maximum(), found);
        MINIMUM.look(writer.minimum(), reader.minimum(), found);
        EXCLUSIVE_MAXIMUM.look(writer.exclusiveMaximum(), reader.exclusiveMaximum(), found);
        EXCLUSIVE_MINIMUM.look(writer.exclusiveMinimum(), reader.exclusiveMinimum(), found);
        flag(
                writer.maximumIsExclusive(),
                reader.maximumIsExclusive(),
                EXCLUSIVE_MAXIMUM,
                writer.maximum(),
                reader.maximum(),
                found);
        flag(
                writer.minimumIsExclusive(),
                reader.minimumIsExclusive(),
                EXCLUSIVE_MINIMUM,
                writer.minimum(),
                reader.minimum(),
                found);
        multiple(writer.multipleOf(), reader.multipleOf(), found);
        if (writer.integer() && !reader.integer()) {
            found.add(Change.TYPE_EXTENDED);
        } else if (!writer.integer() && reader.integer()) {
            found.add(Change.TYPE_NARROWED);
        }
    }

    /** Draft 4: only where the bound itself stays does it matter whether it is allowed. */
    private static void flag(
            boolean writer,
            boolean reader,
            Bound bound,
            @Nullable BigDecimal writerBound,
            @Nullable BigDecimal readerBound,
            Findings found) {
        if (writerBound == null || readerBound == null || writerBound.compareTo(readerBound) != 0) {
            return;
        }
        if (!writer && reader) {
            found.add(bound.added(), bound.path());
        } else if (writer && !reader) {
            found.add(bound.removed(), bound.path());
        }
    }

    private static void multiple(
            @Nullable BigDecimal writer, @Nullable BigDecimal reader, Findings found) {
        String path = "multipleOf";
        if (writer == null && reader != null) {
            found.add(Change.MULTIPLE_OF_ADDED, path);
        } else if (writer != null && reader == null) {
            found.add(Change.MULTIPLE_OF_REMOVED, path);
        } else if (writer != null && reader != null && writer.compareTo(reader) != 0) {
            found.add(
                    isMultiple(writer, reader)
                            ? Change.MULTIPLE_OF_REDUCED
                            : isMultiple(reader, writer)
                                    ? Change.MULTIPLE_OF_EXPANDED
                                    : Change.MULTIPLE_OF_CHANGED,
                    path);
        }
    }

    private static boolean isMultiple(BigDecimal number, BigDecimal of) {
        return of.signum() != 0 && number.remainder(of).signum() == 0;
    }

    static void ofEnumeration(Shape.Enumeration writer, Shape.Enumeration reader, Findings found) {
        Set<JsonNode> before = writer.values();
        Set<JsonNode> after = reader.values();
        if (before.equals(after)) {
            return;
        }
        found.add(
                after.containsAll(before)
                        ? Change.ENUM_ARRAY_EXTENDED
                        : before.containsAll(after)
                                ? Change.ENUM_ARRAY_NARROWED
                                : Change.ENUM_ARRAY_CHANGED,
                "enum");
    }
}
