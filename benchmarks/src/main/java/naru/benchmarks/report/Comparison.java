package naru.benchmarks.report;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * One metric of one row. The ratio is formed round by round, because what one round has in common
 * (neighbours, clock, temperature) cancels out there.
 *
 * @param naru spread of Naru's samples, or null when it did not run
 * @param kafka spread of Apache Kafka's samples, or null when it did not run
 * @param ratio Naru / Kafka, or null unless both ran
 */
public record Comparison(
        String row,
        Metric metric,
        @Nullable Spread naru,
        @Nullable Spread kafka,
        @Nullable Spread ratio) {

    static Comparison of(String row, Metric metric, List<Double> naru, List<Double> kafka) {
        return new Comparison(
                row, metric, spread(naru), spread(kafka), spread(ratios(naru, kafka)));
    }

    private static @Nullable Spread spread(List<Double> samples) {
        return samples.isEmpty() ? null : Spread.of(samples);
    }

    private static List<Double> ratios(List<Double> naru, List<Double> kafka) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(naru.size(), kafka.size()); round++) {
            if (kafka.get(round) > 0) {
                ratios.add(naru.get(round) / kafka.get(round));
            }
        }
        return ratios;
    }
}
