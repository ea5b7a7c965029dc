package naru.benchmarks.workload;

import naru.benchmarks.load.Latencies;
import naru.benchmarks.load.ProtocolLoad.Outcome;
import naru.benchmarks.report.Metric;

import java.util.EnumMap;
import java.util.Map;

/** From what a load did and what it cost to the metrics of a row. */
final class Figures {
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double BYTES_PER_GIGABYTE = 1e9;

    private Figures() {}

    static Map<Metric, Double> perRequest(Outcome outcome, double cpuSeconds) {
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.RECORDS_PER_SECOND, outcome.requests() / outcome.seconds());
        addLatencies(figures, outcome.latencies());
        figures.put(Metric.CPU_SECONDS_PER_100K, cpuSeconds / outcome.requests() * 100_000);
        return figures;
    }

    static Map<Metric, Double> perByte(Outcome outcome, double cpuSeconds) {
        Map<Metric, Double> figures = perByte(outcome.recordBytes(), outcome.seconds(), cpuSeconds);
        addLatencies(figures, outcome.latencies());
        return figures;
    }

    static Map<Metric, Double> perByte(long bytes, double seconds, double cpuSeconds) {
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.MEGABYTES_PER_SECOND, bytes / BYTES_PER_MEGABYTE / seconds);
        figures.put(Metric.CPU_SECONDS_PER_GIGABYTE, cpuSeconds / bytes * BYTES_PER_GIGABYTE);
        return figures;
    }

    static void addLatencies(Map<Metric, Double> figures, Latencies latencies) {
        figures.put(Metric.P50_MILLIS, latencies.percentileMillis(0.5));
        figures.put(Metric.P99_MILLIS, latencies.percentileMillis(0.99));
        figures.put(Metric.P999_MILLIS, latencies.percentileMillis(0.999));
    }
}
