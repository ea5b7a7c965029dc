package naru.schema.json;

import java.util.ArrayList;
import java.util.List;

/**
 * What was found about two shapes: changes of their own, and pairs of shapes within them that must
 * fit as well. Paths begin where the shapes are. Owned by one comparison.
 */
final class Findings {
    private final List<Finding> own = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final Comparison comparison;

    Findings(Comparison comparison) {
        this.comparison = comparison;
    }

    /** A change, and where; the path is empty at the place itself. */
    record Finding(Change change, String path) {
        @Override
        public String toString() {
            return change + " #/" + path;
        }
    }

    /** A pair of shapes within, and where. */
    record Link(Comparison.Pair pair, String path) {}

    /** Whether, by what is known now, the reader can read all that the writer writes. */
    boolean compatible() {
        return own.stream().allMatch(finding -> finding.change().compatible())
                && links.stream().allMatch(link -> comparison.fits(link.pair()));
    }

    void add(Change change) {
        own.add(new Finding(change, ""));
    }

    void add(Change change, String path) {
        own.add(new Finding(change, path));
    }

    void add(Comparison.Pair pair) {
        links.add(new Link(pair, ""));
    }

    /** Adds what was found at {@code path} from here. */
    void addAll(Findings found, String path) {
        found.own.forEach(
                finding -> own.add(new Finding(finding.change(), joined(path, finding.path()))));
        found.links.forEach(link -> links.add(new Link(link.pair(), joined(path, link.path()))));
    }

    List<Finding> own() {
        return own;
    }

    List<Link> links() {
        return links;
    }

    static String joined(String first, String second) {
        return first.isEmpty() ? second : second.isEmpty() ? first : first + "/" + second;
    }
}
