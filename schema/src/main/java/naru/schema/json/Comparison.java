package naru.schema.json;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Whether a reader's shape allows all that a writer's allows.
 *
 * <p>Every pair of shapes that matters is assumed to fit until it is looked at. A look asks whether
 * the pairs within fit; when one turns out not to, those that asked are looked at again. What fits
 * never comes back, so this ends, and however the shapes contain themselves or one another, nothing
 * is looked at on the way into something else. Used by one thread, once.
 */
final class Comparison {
    private static final int PLACES = 5_000;
    private static final int WAYS = 50;
    private static final int TOLD = 200;

    private final Map<Key, Pair> pairs = new HashMap<>();
    private final Deque<Pair> open = new ArrayDeque<>();
    private final int steps;
    private int taken;
    private @Nullable Pair looking;

    /**
     * @param steps how many looks may be taken
     */
    Comparison(int steps) {
        this.steps = steps;
    }

    /** That two schemas are too large to be compared. */
    static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLarge() {
            super(null, null, false, false);
        }
    }

    /** Two shapes, by identity. */
    private record Key(Shape writer, Shape reader) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key(Shape otherWriter, Shape otherReader)
                    && writer == otherWriter
                    && reader == otherReader;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(writer) + System.identityHashCode(reader);
        }
    }

    /** What is known of two shapes. */
    static final class Pair {
        private final Shape writer;
        private final Shape reader;
        private final Set<Pair> askers = new LinkedHashSet<>();
        private Findings found;
        private boolean fits = true;
        private boolean waits = true;

        private Pair(Shape writer, Shape reader, Findings found) {
            this.writer = writer;
            this.reader = reader;
            this.found = found;
        }
    }

    /** All that was found; if {@code harmful}, only what does not fit. */
    List<Findings.Finding> run(Shape writer, Shape reader, boolean harmful) {
        Pair root = pair(writer, reader);
        while (!open.isEmpty()) {
            Pair next = open.remove();
            next.waits = false;
            step();
            looking = next;
            next.found = look(next.writer, next.reader);
            if (next.fits && !next.found.compatible()) {
                next.fits = false;
                next.askers.forEach(this::lookAgain);
            }
        }
        looking = null;
        if (harmful && root.fits) {
            return List.of();
        }
        List<Findings.Finding> told = told(root, harmful, WAYS, PLACES);
        return told.isEmpty() && !root.fits ? told(root, harmful, 1, steps) : told;
    }

    private void lookAgain(Pair pair) {
        if (!pair.waits) {
            pair.waits = true;
            open.add(pair);
        }
    }

    /** A place on a way from the outermost pair. */
    private record Place(Pair pair, String path, @Nullable Place before) {
        boolean isOnTheWay(Pair other) {
            for (Place place = this; place != null; place = place.before()) {
                if (place.pair() == other) {
                    return true;
                }
            }
            return false;
        }

        String fullPath(String rest) {
            String full = rest;
            for (Place place = this; place != null; place = place.before()) {
                full = Findings.joined(place.path(), full);
            }
            return full;
        }
    }

    /**
     * Nearest first; no way leads twice through the same pair.
     *
     * @param ways on how many of them the same pair is told of
     * @param limit how many places are gone to
     */
    private static List<Findings.Finding> told(Pair root, boolean harmful, int ways, int limit) {
        List<Findings.Finding> told = new ArrayList<>();
        Deque<Place> places = new ArrayDeque<>();
        Map<Pair, Integer> seenPairs = new HashMap<>();
        places.add(new Place(root, "", null));
        for (int seen = 0; seen < limit && !places.isEmpty(); seen++) {
            Place place = places.remove();
            for (Findings.Finding finding : place.pair().found.own()) {
                if (told.size() < TOLD && !(harmful && finding.change().compatible())) {
                    told.add(
                            new Findings.Finding(finding.change(), place.fullPath(finding.path())));
                }
            }
            for (Findings.Link link : place.pair().found.links()) {
                if (!(harmful && link.pair().fits)
                        && !place.isOnTheWay(link.pair())
                        && seenPairs.merge(link.pair(), 1, Integer::sum) <= ways) {
                    places.add(new Place(link.pair(), link.path(), place));
                }
            }
        }
        return told;
    }

    /** What is found about two shapes within those that are looked at. */
    Findings compare(Shape writer, Shape reader) {
        Findings found = new Findings(this);
        found.add(pair(writer, reader));
        return found;
    }

    private Pair pair(Shape writer, Shape reader) {
        Key key = new Key(resolved(writer), resolved(reader));
        Pair known = pairs.get(key);
        if (known == null) {
            known = new Pair(key.writer(), key.reader(), new Findings(this));
            pairs.put(key, known);
            open.add(known);
        }
        return known;
    }

    /** Whether a pair fits by what is known; who looks now is told if that changes. */
    boolean fits(Pair pair) {
        if (looking != null && pair.fits) {
            pair.askers.add(looking);
        }
        return pair.fits;
    }

    /** Counts a piece of work against the bound. */
    void step() {
        if (++taken > steps) {
            throw new TooLarge();
        }
    }

    private Findings look(Shape writer, Shape reader) {
        Findings found = new Findings(this);
        look(writer, reader, found);
        return found;
    }

    private void look(Shape writer, Shape reader, Findings found) {
        if (!(writer instanceof Shape.Combined) && reader instanceof Shape.Combined combined) {
            if (oneFits(writer, combined, found)) {
                return;
            }
        } else if (writer instanceof Shape.Combined combined
                && !(reader instanceof Shape.Combined)) {
            if (fitsOne(combined, reader, found)) {
                return;
            }
        }
        if (!writer.getClass().equals(reader.getClass())) {
            boolean bytesOfConnect =
                    writer.labels().connectType().equals("bytes")
                            && reader.labels().connectType().equals("bytes");
            if (!(writer instanceof Shape.Nothing)
                    && !(reader instanceof Shape.Anything)
                    && !bytesOfConnect) {
                found.add(Change.TYPE_CHANGED);
            }
            return;
        }
        lookAtLabels(writer.labels(), reader.labels(), found);
        lookInside(writer, reader, found);
    }

    /** Whether what the writer writes fits one alternative of the reader. */
    private boolean oneFits(Shape writer, Shape.Combined reader, Findings found) {
        boolean single = reader.parts().size() == 1;
        if (!single && reader.criterion() == Shape.Criterion.ALL) {
            return false;
        }
        for (Shape part : reader.parts()) {
            Findings inner = compare(writer, part);
            if (inner.compatible()) {
                found.addAll(inner, "");
                if (!single) {
                    found.add(Change.SUM_TYPE_EXTENDED);
                }
                return true;
            }
        }
        return false;
    }

    /** Whether one of the things that the writer's values all are is enough for the reader. */
    private boolean fitsOne(Shape.Combined writer, Shape reader, Findings found) {
        boolean single = writer.parts().size() == 1;
        if (!single && writer.criterion() != Shape.Criterion.ALL) {
            return false;
        }
        for (Shape part : writer.parts()) {
            Findings inner = compare(part, reader);
            if (inner.compatible()) {
                found.addAll(inner, "");
                if (!single) {
                    found.add(Change.PRODUCT_TYPE_NARROWED);
                }
                return true;
            }
        }
        return false;
    }

    private static void lookAtLabels(Shape.Labels writer, Shape.Labels reader, Findings found) {
        if (!writer.id().equals(reader.id())) {
            found.add(Change.ID_CHANGED);
        }
        if (!writer.title().equals(reader.title())) {
            found.add(Change.TITLE_CHANGED);
        }
        if (!writer.description().equals(reader.description())) {
            found.add(Change.DESCRIPTION_CHANGED);
        }
        if (!Objects.equals(writer.defaultValue(), reader.defaultValue())) {
            found.add(Change.DEFAULT_CHANGED);
        }
    }

    private void lookInside(Shape writer, Shape reader, Findings found) {
        switch (reader) {
            case Shape.StringValue string ->
                    ValueChanges.ofString((Shape.StringValue) writer, string, found);
            case Shape.NumberValue number ->
                    ValueChanges.ofNumber((Shape.NumberValue) writer, number, found);
            case Shape.Enumeration enumeration ->
                    ValueChanges.ofEnumeration((Shape.Enumeration) writer, enumeration, found);
            case Shape.Constant constant -> {
                if (!((Shape.Constant) writer).value().equals(constant.value())) {
                    found.add(Change.ENUM_ARRAY_CHANGED, "const");
                }
            }
            case Shape.ObjectValue object ->
                    new ObjectChanges(this, (Shape.ObjectValue) writer, object, found).look();
            case Shape.ArrayValue array ->
                    new ArrayChanges(this, (Shape.ArrayValue) writer, array, found).look();
            case Shape.Combined combined ->
                    new CombinedChanges(this, (Shape.Combined) writer, combined, found).look();
            case Shape.Not not -> lookAtNot((Shape.Not) writer, not, found);
            case Shape.Anything _,
                    Shape.Nothing _,
                    Shape.BooleanValue _,
                    Shape.NullValue _,
                    Shape.Condition _,
                    Shape.Reference _ -> {}
        }
    }

    /** What is refused must become no more: the comparison is the other way round. */
    private void lookAtNot(Shape.Not writer, Shape.Not reader, Findings found) {
        Findings inner = compare(reader.refused(), writer.refused());
        if (!inner.compatible()) {
            found.add(Change.NOT_TYPE_EXTENDED, "not");
        } else if (!reader.text().equals(writer.text())) {
            found.add(Change.NOT_TYPE_NARROWED, "not");
        }
    }

    static Shape resolved(Shape shape) {
        Shape resolved = shape;
        while (resolved instanceof Shape.Reference reference) {
            resolved = Objects.requireNonNull(reference.target(), "a reference is not linked");
        }
        return resolved;
    }
}
