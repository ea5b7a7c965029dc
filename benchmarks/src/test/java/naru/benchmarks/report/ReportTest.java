package naru.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

final class ReportTest {
    private static Samples threeRounds() {
        Samples samples = new Samples();
        for (double[] round : new double[][] {{300, 100}, {500, 250}, {800, 200}}) {
            samples.add("fetch", Samples.Side.NARU, Map.of(Metric.MEGABYTES_PER_SECOND, round[0]));
            samples.add("fetch", Samples.Side.KAFKA, Map.of(Metric.MEGABYTES_PER_SECOND, round[1]));
        }
        return samples;
    }

    @Test
    void ratiosAreFormedRoundByRound() {
        Comparison comparison = threeRounds().comparisons().getFirst();

        assertThat(comparison.naru()).isEqualTo(new Spread(500, 300, 800));
        assertThat(comparison.kafka()).isEqualTo(new Spread(200, 100, 250));
        assertThat(comparison.ratio()).isEqualTo(new Spread(3, 2, 4));
    }

    @Test
    void oneSideAloneHasNoRatio() {
        Samples samples = new Samples();
        samples.add("idle", Samples.Side.KAFKA, Map.of(Metric.THREADS, 104.0));

        Comparison comparison = samples.comparisons().getFirst();

        assertThat(comparison.naru()).isNull();
        assertThat(comparison.ratio()).isNull();
    }

    @Test
    void textNamesTheRowOnceAndShowsMedianAndSpread() {
        String text = TextReport.of(threeRounds().comparisons());

        assertThat(text.lines().skip(1))
                .singleElement()
                .asString()
                .startsWith("fetch ")
                .contains("500 (300..800)", "200 (100..250)", "3.00 (2.00..4.00)");
    }

    @Test
    void numbersHaveThreeSignificantDigits() {
        assertThat(List.of(1234.5, 12.34, 1.234, 0.1234).stream().map(TextReport::number))
                .containsExactly("1235", "12.3", "1.23", "0.123");
    }

    @Test
    void jsonCarriesTheCircumstancesAndEveryRatio() throws Exception {
        String json = JsonReport.of(Map.of("scale", "quick"), threeRounds().comparisons());

        JsonNode report = new ObjectMapper().readTree(json);

        assertThat(report.at("/run/scale").asText()).isEqualTo("quick");
        assertThat(report.at("/comparisons/0/row").asText()).isEqualTo("fetch");
        assertThat(report.at("/comparisons/0/moreIsBetter").asBoolean()).isTrue();
        assertThat(report.at("/comparisons/0/ratio/median").asDouble()).isEqualTo(3);
    }
}
