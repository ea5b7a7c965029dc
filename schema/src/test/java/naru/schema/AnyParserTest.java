package naru.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.schema.Compatibility.Versioned;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What holds for the parser of every format, held against varied schemas of one. */
public abstract class AnyParserTest {
    protected static final SchemaParser PARSER = new SchemaParser(SchemaLimits.DEFAULT);

    private final SchemaFormat format;
    private final List<String> varied;

    /**
     * @param varied texts of valid schemas
     */
    protected AnyParserTest(SchemaFormat format, List<String> varied) {
        this.format = format;
        this.varied = varied;
    }

    @Test
    void canonicalTextOfCanonicalTextIsTheSame() throws Exception {
        for (String text : varied) {
            ParsedSchema schema = parse(text);
            assertThat(parse(schema.canonical()).canonical()).isEqualTo(schema.canonical());
            assertThat(parse(schema.normalized()).normalized()).isEqualTo(schema.normalized());
        }
    }

    @ParameterizedTest
    @EnumSource(CompatibilityLevel.class)
    void schemaIsCompatibleWithItself(CompatibilityLevel level) throws Exception {
        for (String text : varied) {
            Versioned first = new Versioned(1, parse(text));
            assertThat(Compatibility.check(level, parse(text), List.of(first))).as(text).isEmpty();
        }
    }

    protected final ParsedSchema parse(String text) throws InvalidSchemaException {
        return PARSER.parse(format, text(text), Map.of());
    }

    protected final void refused(String text, String reason) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(InvalidSchemaException.class)
                .hasMessageContaining(reason);
    }

    private String text(String text) {
        return format == SchemaFormat.PROTOBUF ? text : quoted(text);
    }

    /** JSON with the quotes that Java's strings need not escape. */
    protected static String quoted(String text) {
        return text.replace('\'', '"');
    }

    protected static String many(int count, String separator, String pattern) {
        return IntStream.range(0, count)
                .mapToObj(pattern::formatted)
                .collect(Collectors.joining(separator));
    }
}
