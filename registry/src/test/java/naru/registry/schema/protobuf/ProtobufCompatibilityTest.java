package naru.registry.schema.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import naru.registry.schema.Compatibility;
import naru.registry.schema.Compatibility.Versioned;
import naru.registry.schema.CompatibilityLevel;
import naru.registry.schema.SchemaFormat;
import naru.registry.schema.SchemaLimits;
import naru.registry.schema.SchemaParser;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What changed, the writer's schema, the reader's, and all that is found, harmless or not. */
class ProtobufCompatibilityTest {
    static Stream<Arguments> fields() {
        return Stream.of(
                change("nothing", "message M { string a = 1; }", "message M { string a = 1; }"),
                change(
                        "added",
                        "message M { string a = 1; }",
                        "message M { string a = 1; bool b = 2; }",
                        "FIELD_ADDED #/M/2"),
                change(
                        "removed",
                        "message M { string a = 1; bool b = 2; }",
                        "message M { string a = 1; }",
                        "FIELD_REMOVED #/M/2"),
                change(
                        "another name",
                        "message M { string a = 1; }",
                        "message M { string b = 1; }",
                        "FIELD_NAME_CHANGED #/M/1"),
                change(
                        "another number",
                        "message M { string a = 1; }",
                        "message M { string a = 2; }",
                        "FIELD_REMOVED #/M/1",
                        "FIELD_ADDED #/M/2"),
                change(
                        "numbers alike",
                        "message M { int32 a = 1; bool b = 2; sint32 c = 3; }",
                        "message M { uint64 a = 1; int64 b = 2; sint64 c = 3; }"),
                change("texts alike", "message M { string a = 1; }", "message M { bytes a = 1; }"),
                change(
                        "fixed alike",
                        "message M { fixed32 a = 1; fixed64 b = 2; }",
                        "message M { sfixed32 a = 1; sfixed64 b = 2; }"),
                scalar("string", "int32"),
                scalar("int32", "sint32"),
                scalar("fixed32", "fixed64"),
                scalar("fixed32", "float"),
                scalar("float", "double"),
                scalar("int64", "fixed64"),
                change(
                        "a number becomes an enumeration",
                        "message M { int32 a = 1; }",
                        "message M { E a = 1; } enum E { X = 0; }",
                        "ENUM_ADDED #/E"),
                change(
                        "a number becomes a message",
                        "message M { int32 a = 1; }",
                        "message M { N a = 1; } message N {}",
                        "FIELD_KIND_CHANGED #/M/1",
                        "MESSAGE_ADDED #/N"),
                change(
                        "a message becomes a map",
                        "message M { N a = 1; } message N {}",
                        "message M { map<string, N> a = 1; } message N {}",
                        "FIELD_KIND_CHANGED #/M/1"),
                change(
                        "the values of a map",
                        "message M { map<string, int32> a = 1; }",
                        "message M { map<string, string> a = 1; }",
                        "FIELD_SCALAR_KIND_CHANGED #/M/1"),
                change(
                        "the keys of a map",
                        "message M { map<string, int32> a = 1; }",
                        "message M { map<int32, int64> a = 1; }",
                        "FIELD_SCALAR_KIND_CHANGED #/M/1"),
                change(
                        "another message",
                        "message M { A a = 1; } message A {} message B {}",
                        "message M { B a = 1; } message A {} message B {}",
                        "FIELD_NAMED_TYPE_CHANGED #/M/1"),
                change(
                        "the same message by another name",
                        "message M { N n = 1; message N {} }",
                        "message M { .M.N n = 1; message N {} }"),
                change(
                        "repeated text",
                        "message M { optional string a = 1; }",
                        "message M { repeated string a = 1; }",
                        "FIELD_STRING_OR_BYTES_LABEL_CHANGED #/M/1"),
                change(
                        "repeated number",
                        "message M { optional int32 a = 1; }",
                        "message M { repeated int32 a = 1; }",
                        "FIELD_NUMERIC_LABEL_CHANGED #/M/1"),
                change(
                        "a label where none was",
                        "message M { int32 a = 1; }",
                        "message M { repeated int32 a = 1; }"),
                change(
                        "repeated message",
                        "message M { optional N a = 1; } message N {}",
                        "message M { repeated N a = 1; } message N {}"),
                change(
                        "proto2: required added",
                        "proto2",
                        "message M { }",
                        "message M { required string a = 1; }",
                        "REQUIRED_FIELD_ADDED #/M/1"),
                change(
                        "proto2: required removed",
                        "proto2",
                        "message M { required string a = 1; }",
                        "message M { }",
                        "REQUIRED_FIELD_REMOVED #/M/1"),
                change(
                        "proto2: required no more",
                        "proto2",
                        "message M { required int32 a = 1; }",
                        "message M { optional int32 a = 1; }",
                        "FIELD_NUMERIC_LABEL_CHANGED #/M/1"),
                change(
                        "proto2: in a group",
                        "proto2",
                        "message M { optional group G = 1 { optional string a = 2; } }",
                        "message M { optional group G = 1 { optional int32 a = 2; } }",
                        "FIELD_SCALAR_KIND_CHANGED #/M/G/2"));
    }

    static Stream<Arguments> types() {
        return Stream.of(
                change(
                        "a message more",
                        "message M {}",
                        "message M {} message N {}",
                        "MESSAGE_ADDED #/N"),
                change(
                        "a message less",
                        "message M {} message N {}",
                        "message M {}",
                        "MESSAGE_REMOVED #/N"),
                change(
                        "another order",
                        "message M {} message N {}",
                        "message N {} message M {}",
                        "MESSAGE_MOVED #/M",
                        "MESSAGE_MOVED #/N"),
                change(
                        "within",
                        "message M { message N { string a = 1; } }",
                        "message M { message N { int32 a = 1; } }",
                        "FIELD_SCALAR_KIND_CHANGED #/M/N/1"),
                change(
                        "an enumeration less",
                        "message M { enum E { X = 0; } }",
                        "message M { }",
                        "ENUM_REMOVED #/M/E"),
                change(
                        "its constants",
                        "enum E { X = 0; Y = 1; Z = 2; }",
                        "enum E { X = 0; W = 1; V = 3; }",
                        "ENUM_CONST_CHANGED #/E/1",
                        "ENUM_CONST_REMOVED #/E/2",
                        "ENUM_CONST_ADDED #/E/3"),
                change(
                        "the package",
                        "package a; message M {}",
                        "package b; message M {}",
                        "PACKAGE_CHANGED #/"),
                change(
                        "one field into a new oneof",
                        "message M { string a = 1; string b = 2; }",
                        "message M { string a = 1; oneof o { string b = 2; } }",
                        "ONEOF_ADDED #/M/o"),
                change(
                        "two fields into a new oneof",
                        "message M { string a = 1; string b = 2; }",
                        "message M { oneof o { string a = 1; string b = 2; } }",
                        "MULTIPLE_FIELDS_MOVED_TO_ONEOF #/M/o",
                        "ONEOF_ADDED #/M/o"),
                change(
                        "a field into a oneof",
                        "message M { string a = 1; oneof o { string b = 2; } }",
                        "message M { oneof o { string b = 2; string a = 1; } }",
                        "FIELD_MOVED_TO_EXISTING_ONEOF #/M/o",
                        "ONEOF_FIELD_ADDED #/M/o/1"),
                change(
                        "a field out of a oneof",
                        "message M { oneof o { string a = 1; string b = 2; } }",
                        "message M { oneof o { string b = 2; } string a = 1; }",
                        "ONEOF_FIELD_REMOVED #/M/o/1",
                        "FIELD_ADDED #/M/1"),
                change(
                        "a oneof grows",
                        "message M { oneof o { string a = 1; } }",
                        "message M { oneof o { string a = 1; int32 b = 2; } }",
                        "ONEOF_FIELD_ADDED #/M/o/2"),
                change(
                        "a oneof shrinks",
                        "message M { oneof o { string a = 1; int32 b = 2; } }",
                        "message M { oneof o { string a = 1; } }",
                        "ONEOF_FIELD_REMOVED #/M/o/2"),
                change(
                        "a oneof goes",
                        "message M { oneof o { string a = 1; } }",
                        "message M { }",
                        "ONEOF_REMOVED #/M/o"),
                change(
                        "within a oneof",
                        "message M { oneof o { string a = 1; } }",
                        "message M { oneof o { int32 a = 1; } }",
                        "FIELD_SCALAR_KIND_CHANGED #/M/o/1"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"fields", "types"})
    void changeIsJudgedAsPublished(
            String what, String syntax, String writer, String reader, List<String> expected)
            throws Exception {
        String head = "syntax = \"" + syntax + "\"; ";
        assertThat(schema(head + reader, Map.of()).findings(schema(head + writer, Map.of())))
                .extracting(ProtobufChanges.Finding::toString)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void importedTypeIsLookedAtWhereAFieldHasIt() throws Exception {
        String user = "syntax = \"proto3\"; import \"%s\"; message M { %s.geo.Point at = 1; }";
        String point = "syntax = \"proto3\"; package %s.geo; message Point { %s x = 1; }";
        ProtobufSchema first =
                schema(
                        user.formatted("a.proto", "a"),
                        Map.of("a.proto", point.formatted("a", "int32")));
        ProtobufSchema moved =
                schema(
                        user.formatted("b.proto", "b"),
                        Map.of("b.proto", point.formatted("b", "int64")));
        ProtobufSchema changed =
                schema(
                        user.formatted("a.proto", "a"),
                        Map.of("a.proto", point.formatted("a", "string")));

        assertThat(moved.findings(first)).isEmpty();
        assertThat(changed.findings(first))
                .extracting(ProtobufChanges.Finding::toString)
                .containsExactly(
                        "FIELD_SCALAR_KIND_CHANGED #/Point/1", "FIELD_NAMED_TYPE_CHANGED #/M/1");
    }

    @Test
    void typesOfOtherFilesMayUseEachOther() throws Exception {
        String chain =
                IntStream.range(0, 40)
                        .mapToObj(i ->
                                "message N%d { N%d l = 1; N%d r = 2; }".formatted(i, i + 1, i + 1))
                        .collect(
                                Collectors.joining(
                                        "\n",
                                        "syntax = \"proto3\"; ",
                                        "message N40 { N0 up = 1; %s x = 2; }"));
        String user = "syntax = \"proto3\"; import \"n.proto\"; message M { N0 n = 1; }";

        assertThat(
                        schema(user, Map.of("n.proto", chain.formatted("int32")))
                                .differencesFrom(
                                        schema(user, Map.of("n.proto", chain.formatted("string")))))
                .anySatisfy(found -> assertThat(found.path()).isEqualTo("#/N40/2"));
    }

    @Test
    void messagesSayWhatClientsKnow() throws Exception {
        ProtobufSchema writer =
                schema("syntax = \"proto3\"; message Car { string make = 1; }", Map.of());
        ProtobufSchema reader =
                schema("syntax = \"proto3\"; message Car { int32 make = 1; }", Map.of());

        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.BACKWARD,
                                reader,
                                List.of(new Versioned(1, writer))))
                .containsExactly(
                        "{errorType:\"FIELD_SCALAR_KIND_CHANGED\", description:\"The kind of a"
                            + " SCALAR field at path '#/Car/1' in the new schema does not match its"
                            + " kind in the old schema\"}",
                        "{oldSchemaVersion: 1}",
                        "{oldSchema: 'syntax = \"proto3\";\n\n"
                                + "message Car {\n"
                                + "  string make = 1;\n"
                                + "}\n"
                                + "'}",
                        "{validateFields: 'false', compatibility: 'BACKWARD'}");
    }

    @Test
    void otherFormatIsIncompatible() throws Exception {
        ProtobufSchema schema = schema("syntax = \"proto3\"; message Car { }", Map.of());
        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.BACKWARD,
                                new SchemaParser(SchemaLimits.DEFAULT)
                                        .parse(SchemaFormat.AVRO, "\"int\"", Map.of()),
                                List.of(new Versioned(1, schema))))
                .startsWith("Incompatible because of different schema type");
    }

    private static Arguments change(String what, String writer, String reader, String... expected) {
        if (writer.equals("proto2")) {
            return Arguments.of(
                    what,
                    writer,
                    reader,
                    expected[0],
                    List.of(expected).subList(1, expected.length));
        }
        return Arguments.of(what, "proto3", writer, reader, List.of(expected));
    }

    private static Arguments scalar(String before, String after) {
        return change(
                before + " to " + after,
                "message M { " + before + " a = 1; }",
                "message M { " + after + " a = 1; }",
                "FIELD_SCALAR_KIND_CHANGED #/M/1");
    }

    private static ProtobufSchema schema(String text, Map<String, String> references)
            throws Exception {
        return (ProtobufSchema)
                new SchemaParser(SchemaLimits.DEFAULT)
                        .parse(SchemaFormat.PROTOBUF, text, references);
    }
}
