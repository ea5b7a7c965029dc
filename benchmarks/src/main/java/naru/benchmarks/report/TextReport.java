package naru.benchmarks.report;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/** The table for people: one line a metric, median and (min..max) over the rounds. */
public final class TextReport {
    private static final String LINE = "%-22s %-10s %-12s %26s %26s %24s%n";

    private TextReport() {}

    public static String of(List<Comparison> comparisons) {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        LINE,
                        "row",
                        "metric",
                        "unit",
                        "Naru",
                        "Apache Kafka",
                        "Naru / Kafka"));
        String before = "";
        for (Comparison comparison : comparisons) {
            Metric metric = comparison.metric();
            boolean repeated = comparison.row().equals(before);
            before = comparison.row();
            text.append(
                    String.format(
                            Locale.ROOT,
                            LINE,
                            repeated ? "" : comparison.row(),
                            metric.title(),
                            metric.unit(),
                            cell(comparison.naru()),
                            cell(comparison.kafka()),
                            cell(comparison.ratio())));
        }
        return text.toString();
    }

    private static String cell(@Nullable Spread spread) {
        if (spread == null) {
            return "-";
        }
        return number(spread.median())
                + " ("
                + number(spread.min())
                + ".."
                + number(spread.max())
                + ")";
    }

    /** Three significant digits. */
    static String number(double value) {
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
