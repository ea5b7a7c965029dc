package naru.schema.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import naru.schema.Compatibility;
import naru.schema.Compatibility.Versioned;
import naru.schema.CompatibilityLevel;
import naru.schema.PublishedChange;
import naru.schema.SchemaFormat;
import naru.schema.SchemaLimits;
import naru.schema.SchemaParser;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class ProtobufCompatibilityTest {
    static List<PublishedChange> changes() throws IOException {
        return PublishedChange.read("protobuf-changes.txt");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void changeIsJudgedAsPublished(PublishedChange change) throws Exception {
        assertThat(schema(change.reader(), Map.of()).findings(schema(change.writer(), Map.of())))
                .extracting(ProtobufChanges.Finding::toString)
                .containsExactlyInAnyOrderElementsOf(change.expected());
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
                        "{oldSchema: '" + writer.canonical() + "'}");
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

    private static ProtobufSchema schema(String text, Map<String, String> references)
            throws Exception {
        return (ProtobufSchema)
                new SchemaParser(SchemaLimits.DEFAULT)
                        .parse(SchemaFormat.PROTOBUF, text, references);
    }
}
