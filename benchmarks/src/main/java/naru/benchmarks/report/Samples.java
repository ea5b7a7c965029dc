package naru.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What all rounds gave, in the order in which it came. One owner. */
public final class Samples {
    /** Whose sample it is. */
    public enum Side {
        NARU,
        KAFKA
    }

    private record Key(String row, Metric metric) {}

    private final Map<Key, Map<Side, List<Double>>> samples = new LinkedHashMap<>();

    public void add(String row, Side side, Map<Metric, Double> measured) {
        measured.forEach((metric, value) ->
                samples.computeIfAbsent(new Key(row, metric), key -> new LinkedHashMap<>())
                        .computeIfAbsent(side, key -> new ArrayList<>())
                        .add(value));
    }

    public List<Comparison> comparisons() {
        return samples.entrySet().stream()
                .map(entry ->
                        Comparison.of(
                                entry.getKey().row(),
                                entry.getKey().metric(),
                                entry.getValue().getOrDefault(Side.NARU, List.of()),
                                entry.getValue().getOrDefault(Side.KAFKA, List.of())))
                .toList();
    }
}
