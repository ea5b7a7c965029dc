package naru.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table for programs: {@code {"run": {...}, "comparisons": [...]}}. */
public final class JsonReport {
    private JsonReport() {}

    /** {@code run} says how it was measured: names and values, all strings or numbers. */
    public static String of(Map<String, Object> run, List<Comparison> comparisons) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("run", run);
        report.put("comparisons", comparisons.stream().map(JsonReport::line).toList());
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report that is no JSON", e);
        }
    }

    private static Map<String, @Nullable Object> line(Comparison comparison) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("row", comparison.row());
        line.put("metric", comparison.metric().title());
        line.put("unit", comparison.metric().unit());
        line.put("moreIsBetter", comparison.metric().moreIsBetter());
        line.put("naru", comparison.naru());
        line.put("kafka", comparison.kafka());
        line.put("ratio", comparison.ratio());
        return line;
    }
}
