package naru.schema.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.schema.AnyParserTest;
import naru.schema.Compatibility;
import naru.schema.Compatibility.Versioned;
import naru.schema.CompatibilityLevel;
import naru.schema.InvalidSchemaException;
import naru.schema.ParsedSchema;
import naru.schema.SchemaFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class JsonSchemaParserTest extends AnyParserTest {
    private static final String LATEST =
            "'$schema':'https://json-schema.org/draft/2020-12/schema',";

    private static final List<String> VARIED =
            List.of(
                    "true",
                    "false",
                    "{}",
                    "{'type':['string','null'],'format':'date','default':null}",
                    "{'$schema':'http://json-schema.org/draft-04/schema#','id':'http://a/b','type':'number','minimum':1.50,'exclusiveMinimum':true}",
                    "{'$schema':'http://json-schema.org/draft-06/schema#','$id':'http://a/b','properties':{'a':{'const':1},'b':{'contains':{'type':'null'}}}}",
                    "{'$schema':'http://json-schema.org/draft-07/schema#','if':{'type':'string'},'then':{'minLength':1},'else':{'not':{'type':'null'}}}",
                    "{'$schema':'https://json-schema.org/draft/2019-09/schema','$recursiveAnchor':true,'type':'object','properties':{'c':{'$recursiveRef':'#'}},'unevaluatedProperties':false}",
                    "{"
                            + LATEST
                            + "'$id':'https://a/t','$dynamicAnchor':'n','type':'object','properties':{'c':{'type':'array','prefixItems':[{'type':'integer'}],'items':{'$dynamicRef':'#n'}}}}",
                    "{'title':'Order','type':'object','required':['id'],'properties':{'id':{'type':'string','pattern':'^[a-z]+$'},'lines':{'type':'array','items':{'$ref':'#/definitions/line'}}},"
                        + "'definitions':{'line':{'type':'object','properties':{'n':{'type':'integer','enum':[1,2]},'sub':{'$ref':'#/definitions/line'}},'additionalProperties':{'type':'string'}}},"
                        + "'oneOf':[{'required':['id']},{'required':['lines']}],'dependencies':{'id':['lines']}}",
                    "{'allOf':[{'anyOf':[{'type':'string'},{'type':'number'}]},{'not':{'const':3}}],'examples':[1e3,1.0,-0]}");

    JsonSchemaParserTest() {
        super(SchemaFormat.JSON, VARIED);
    }

    @Test
    void canonicalTextKeepsOrderAndNumbers() throws Exception {
        ParsedSchema schema =
                parse(
                        "{ 'type' : 'number',\n"
                            + " 'multipleOf':0.10, 'title':'Ratio', 'maximum': 100.0 , 'default':"
                            + " 12345678901234567890}");

        assertThat(schema.canonical())
                .isEqualTo(
                        quoted(
                                "{'type':'number','multipleOf':0.10,'title':'Ratio','maximum':100.0,'default':12345678901234567890}"));
        assertThat(schema.normalized())
                .isEqualTo(
                        quoted(
                                "{'default':12345678901234567890,'maximum':100.0,'multipleOf':0.10,'title':'Ratio','type':'number'}"));
        assertThat(schema.name()).isEqualTo("Ratio");
        assertThat(schema.formatted("resolved")).isEqualTo(schema.canonical());
    }

    @Test
    void propertiesAreTheTopLevelFields() throws Exception {
        assertThat(parse("{'properties':{'b':{},'a':{}}}").topLevelFields())
                .containsExactly("b", "a");
        assertThat(parse("true").topLevelFields()).isEmpty();
    }

    @Test
    void referenceIsFoundByItsNameAndByItsId() throws Exception {
        Map<String, String> references = new LinkedHashMap<>();
        references.put(
                "point.json", quoted("{'$id':'http://geo/point','type':'string','maxLength':5}"));
        references.put("a/path", quoted("{'type':'string'}"));
        for (String name : List.of("point.json", "http://geo/point", "a/path")) {
            String text =
                    quoted("{'$id':'http://weather/station','items':{'$ref':'" + name + "'}}");
            ParsedSchema schema = PARSER.parse(SchemaFormat.JSON, text, references);

            assertThat(schema.canonical()).isEqualTo(text);
            assertThat(parse("{'items':{'type':'null'}}").differencesFrom(schema)).hasSize(1);
            assertThat(parse("{'items':{'type':'string','maxLength':5}}").differencesFrom(schema))
                    .hasSize(name.startsWith("a") ? 1 : 0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "'string'",
                "1",
                "null",
                "{} {}",
                "{'type':'strin'}",
                "{'type':['string','string']}",
                "{'properties':[]}",
                "{'properties':{'a':1}}",
                "{'required':'a'}",
                "{'minLength':-1}",
                "{'maximum':'1'}",
                "{'enum':1}",
                "{'allOf':[]}",
                "{'$ref':'#/definitions/a'}",
                "{'$ref':'other.json'}",
                "{'$ref':'#a'}",
                "{'$ref':'#/definitions/%zz'}",
                "{'$ref':'#'}",
                "{'$ref':'#/definitions/a','definitions':{'a':{'$ref':'#/definitions/b'},'b':{'$ref':'#/definitions/a'}}}",
                "{'maximum':1e999999999}",
                "{'multipleOf':1e-999999}",
                "{'maxLength':1e999999999}",
                "{'pattern':'('}",
                "{'patternProperties':{'[':{}}}",
                "{'enum':[1e-999999999,1E+999999999]}"
            })
    void unusableTextIsRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(InvalidSchemaException.class);
    }

    @Test
    void refusalSaysWhere() {
        refused("{'properties':{'a':{'type':'strin'}}}", "/properties/a/type");
        refused("{'$ref':'other.json'}", "'other.json' leads nowhere");
        refused("{'a':\n tru}", "line 2");
        refused(
                "{'$schema':'http://json-schema.org/draft-04/schema#','exclusiveMinimum':3}",
                "draft-04");
    }

    @Test
    void registeredSchemaNeedNotFollowItsMetaschema() throws Exception {
        String text = quoted("{'type':'string','minLength':-1,'required':'a'}");

        assertThat(PARSER.parseRegistered(SchemaFormat.JSON, text, Map.of()).canonical())
                .isEqualTo(text);
        assertThat(
                        PARSER.parseRegistered(
                                        SchemaFormat.JSON, quoted("{'pattern':'('}"), Map.of())
                                .payloadCheck()
                                .problem(ByteBuffer.wrap(new byte[] {'"', '"'})))
                .contains("cannot be checked: no pattern that we know: (");
    }

    @ParameterizedTest
    @ValueSource(ints = {210, 5_000, 300_000})
    void deepNestingIsRefused(int times) {
        for (String open : List.of("{'not':", "{'allOf':[", "[", "{'x':")) {
            String text = open.repeat(times) + "{}";
            assertThatThrownBy(() -> parse(text))
                    .isInstanceOf(InvalidSchemaException.class)
                    .hasMessageMatching("(?s).*(nesting depth|characters, more than).*");
        }
    }

    @Test
    void deepestAllowedNestingIsParsedAndCompared() throws Exception {
        ParsedSchema schema = parse("{'not':".repeat(190) + "{}" + "}".repeat(190));
        assertThat(schema.differencesFrom(schema)).isEmpty();
        ParsedSchema properties = parse("{'properties':{'a':".repeat(90) + "{}" + "}}".repeat(90));
        assertThat(properties.differencesFrom(properties)).isEmpty();
    }

    @Test
    void registeredSchemaMayBeDeeperAndIsStillAnswered() throws Exception {
        String text = quoted("{'not':".repeat(390) + "{}" + "}".repeat(390));
        ParsedSchema schema = PARSER.parseRegistered(SchemaFormat.JSON, text, Map.of());

        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.FULL,
                                schema,
                                List.of(
                                        new Versioned(
                                                1,
                                                PARSER.parseRegistered(
                                                        SchemaFormat.JSON, text, Map.of())))))
                .isEmpty();
        assertThat(schema.payloadCheck().problem(ByteBuffer.wrap(new byte[] {'1'}))).isNotNull();
    }

    @Test
    void wideSchemasAreRefused() {
        refused("{'enum':[" + many(6_000, ",", "%d") + "]}", "more than 5000 values in one list");
        refused("{'oneOf':[" + many(600, ",", "{'const':%d}") + "]}", "more than 500 parts");
        refused(
                "{'properties':{" + many(21_000, ",", "'p%d':{}") + "}}",
                "more than 20000 properties");
        refused("{'properties':{'" + "n".repeat(1_025) + "':{}}}", "Name length (1025)");
    }

    /** Each definition leads to the next: the text is flat, the way through it is long. */
    @Test
    void chainOfReferencesEndsInAnAnswer() throws Exception {
        String chain =
                "{'$ref':'#/definitions/D0','definitions':{"
                        + many(
                                        9_000,
                                        ",",
                                        "'D%1$d':{'properties':{'n':{'$ref':'#/definitions/D%1$d'}}}")
                                .replaceAll("/D(\\d+)'\\}\\}\\}", "/NEXT$1'}}}")
                        + "}}";
        String linked =
                IntStream.range(0, 9_000)
                        .mapToObj(i ->
                                "'D%d':{'properties':{'n':{'$ref':'#/definitions/D%d'}}}"
                                        .formatted(i, (i + 1) % 9_000))
                        .collect(
                                Collectors.joining(
                                        ",", "{'$ref':'#/definitions/D0','definitions':{", "}}"));
        refused(chain, "leads nowhere");
        ParsedSchema schema = parse(linked);

        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.BACKWARD,
                                schema,
                                List.of(new Versioned(1, parse(linked)))))
                .satisfiesAnyOf(
                        found -> assertThat(found).isEmpty(),
                        found -> assertThat(found.getFirst()).contains("too deeply"));
    }

    @Test
    void comparisonTooLargeForUsIsSaidToBe() throws Exception {
        String one =
                "{'oneOf':["
                        + many(
                                480,
                                ",",
                                "{'type':'object','properties':{'a%1$d':{'enum':[%1$d]},'b':{'enum':[%1$d]}},'additionalProperties':false}")
                        + "]}";
        ParsedSchema reader = parse(one);
        ParsedSchema writer = parse(one.replace("'a", "'z"));

        assertThat(reader.differencesFrom(writer)).hasSize(1);
    }

    @Test
    void patternThatNeverEndsIsGivenUp() throws Exception {
        String name = "a".repeat(500) + "!";
        ParsedSchema writer =
                parse(
                        "{'properties':{'"
                                + name
                                + "':{'type':'string'}},'additionalProperties':false}");
        ParsedSchema reader =
                parse(
                        "{'patternProperties':{'^(([a-z])+.)+[A-Z]([a-z])+$':{'type':'string'}},'additionalProperties':false}");

        assertThat(reader.differencesFrom(writer))
                .singleElement()
                .satisfies(found -> assertThat(found.type()).isEqualTo("TOO_LARGE"));
    }
}
