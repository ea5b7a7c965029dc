package naru.schema.json;

import java.util.Arrays;
import java.util.List;

/**
 * The rules for {@code allOf}, {@code anyOf}, {@code oneOf}. Order has no meaning: as many parts of
 * the one as there are in the smaller must each fit another part of the other.
 */
final class CombinedChanges {
    private static final byte FITS = 1;
    private static final byte FAILS = 2;

    private final Comparison comparison;
    private final Shape.Combined writer;
    private final Shape.Combined reader;
    private final Findings found;
    private final byte[][] fits;

    /** For each part of the reader the part of the writer that it is matched with, or -1. */
    private final int[] matched;

    CombinedChanges(
            Comparison comparison, Shape.Combined writer, Shape.Combined reader, Findings found) {
        this.comparison = comparison;
        this.writer = writer;
        this.reader = reader;
        this.found = found;
        this.fits = new byte[writer.parts().size()][reader.parts().size()];
        this.matched = new int[reader.parts().size()];
        Arrays.fill(matched, -1);
    }

    void look() {
        if (writer.criterion() != reader.criterion()) {
            boolean extended = criterionIsExtended();
            found.add(extended ? Change.COMBINED_TYPE_EXTENDED : Change.COMBINED_TYPE_CHANGED);
            if (!extended) {
                return;
            }
        }
        int before = writer.parts().size();
        int after = reader.parts().size();
        if (before < after) {
            found.add(
                    reader.criterion() == Shape.Criterion.ALL
                            ? Change.PRODUCT_TYPE_EXTENDED
                            : Change.SUM_TYPE_EXTENDED);
        } else if (before > after) {
            found.add(
                    writer.criterion() == Shape.Criterion.ALL
                            ? Change.PRODUCT_TYPE_NARROWED
                            : Change.SUM_TYPE_NARROWED);
        }
        lookAtParts(Math.min(before, after));
    }

    /** Whether the reader's combination asks for no more, its parts being the same. */
    private boolean criterionIsExtended() {
        boolean oneBefore = writer.parts().size() == 1;
        boolean oneAfter = reader.parts().size() == 1;
        return switch (reader.criterion()) {
            case ANY -> true;
            case ONE -> oneBefore || (oneAfter && writer.criterion() == Shape.Criterion.ALL);
            case ALL -> oneBefore && oneAfter;
        };
    }

    private void lookAtParts(int wanted) {
        int count = 0;
        for (int part = 0; part < writer.parts().size() && count < wanted; part++) {
            if (match(part, new boolean[matched.length])) {
                count++;
            }
        }
        if (count < wanted) {
            found.add(Change.COMBINED_TYPE_SUBSCHEMAS_CHANGED);
            return;
        }
        List<Shape> before = writer.parts();
        for (int i = 0; i < matched.length; i++) {
            if (matched[i] >= 0) {
                found.addAll(
                        comparison.compare(before.get(matched[i]), reader.parts().get(i)),
                        writer.criterion().keyword() + "/" + matched[i]);
            }
        }
    }

    /** Finds the part a partner, moving others to other partners if need be. */
    private boolean match(int part, boolean[] tried) {
        int count = matched.length;
        for (int i = 0; i < count; i++) {
            int candidate = (part + i) % count;
            if (tried[candidate] || !fits(part, candidate)) {
                continue;
            }
            tried[candidate] = true;
            if (matched[candidate] < 0 || match(matched[candidate], tried)) {
                matched[candidate] = part;
                return true;
            }
        }
        return false;
    }

    private boolean fits(int before, int after) {
        if (fits[before][after] == 0) {
            comparison.step();
            boolean compatible =
                    comparison
                            .compare(writer.parts().get(before), reader.parts().get(after))
                            .compatible();
            fits[before][after] = compatible ? FITS : FAILS;
        }
        return fits[before][after] == FITS;
    }
}
