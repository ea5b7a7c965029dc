package naru.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Set;

class UnnamedPropertiesTest {
    private static JsonNode named(String... names) {
        ArrayNode configs = new ObjectMapper().createArrayNode();
        for (String name : names) {
            configs.addObject().putObject("definition").put("name", name);
        }
        return configs;
    }

    @Test
    void slipIsToldWithWhatWasMeant() {
        assertThat(
                        UnnamedProperties.of(
                                Set.of("mode", "tabel.whitelist"),
                                named("mode", "table.whitelist")))
                .containsExactly(
                        " * tabel.whitelist is no property that this connector names; did you mean"
                                + " table.whitelist?");
    }

    @Test
    void whatResemblesNothingIsToldToo() {
        assertThat(
                        UnnamedProperties.of(
                                Set.of("auto.create", "pk.mode", "value.converter.x"),
                                named("insert.mode")))
                .containsExactly(
                        " * not named by this connector, so without effect unless it hands them"
                                + " on: auto.create, pk.mode");
    }

    @ParameterizedTest
    @CsvSource({
        "'Invalid value fast for configuration poll.interval.ms: Not a number of type LONG', must"
                + " be a whole number",
        "'Invalid value x for configuration a: must be one of b, c', 'must be one of b, c'",
        "'Missing required configuration \"topic\" which has no default value.', it is required",
        "there is no table shipz, there is no table shipz"
    })
    void errorsAreToldInPlainWords(String kafkas, String told) {
        assertThat(ConnectCommand.plain(kafkas)).isEqualTo(told);
    }

    @Test
    void whatIsNamedIsNotTold() {
        assertThat(UnnamedProperties.of(Set.of("mode"), named("mode", "query"))).isEmpty();
    }
}
