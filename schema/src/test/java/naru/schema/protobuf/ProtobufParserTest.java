package naru.schema.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;

import naru.schema.AnyParserTest;
import naru.schema.InvalidSchemaException;
import naru.schema.ParsedSchema;
import naru.schema.SchemaFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Base64;
import java.util.List;
import java.util.Map;

class ProtobufParserTest extends AnyParserTest {

    private static final String ORDER =
            """
            syntax = "proto3";
            package shop.orders;

            import "google/protobuf/timestamp.proto";

            option java_package = "shop";
            option java_multiple_files = true;

            message Order {
              reserved 7, 9 to 11;
              reserved "old";

              string id = 1;
              repeated Line lines = 2;
              map<string, .google.protobuf.Timestamp> times = 3;
              optional int32 count = 4 [deprecated = true];
              State state = 8 [
                deprecated = true,
                json_name = "status"
              ];

              oneof pay {
                string card = 5;
                bytes cash = 6;
              }

              message Line {
                int32 number = 1;
             \s
                oneof what {
                  string name = 2;
                }
              }
              enum State {
                NEW = 0;
                PAID = 1;
              }
            }
            message Empty {}

            service Shop {
              rpc Buy (Order) returns (stream Empty);
            }
            """;

    private static final String OLD =
            """
            syntax = "proto2";

            message Old {
              required string a = 1 [default = "x\\"y"];
              optional int32 b = 2 [default = 5];
              repeated int32 c = 3 [packed = true];

              optional group Box = 4 {
                required string d = 5;
              }

              extensions 100 to 199;
              extensions 1000 to max;
            }
            enum Kind {
              option allow_alias = true;
              A = 0;
              B = 0;
            }

            extend Old {
              optional string more = 100;
            }
            """;

    private static final List<String> VARIED =
            List.of(
                    ORDER,
                    OLD,
                    "message M { optional string a = 1; }",
                    "syntax = \"proto3\"; import \"confluent/meta.proto\"; message M { string a = 1"
                        + " [(confluent.field_meta) = { doc: \"it's\", params: [{key: \"k\", value:"
                        + " \"v\"}, {key: \"l\", value: \"w\"}] }]; option"
                        + " (confluent.message_meta).doc = \"d\"; }",
                    "syntax = \"proto3\"; import \"confluent/type/decimal.proto\"; import"
                        + " \"google/protobuf/wrappers.proto\"; message M { confluent.type.Decimal"
                        + " a = 1; google.protobuf.StringValue b = 2; }",
                    "syntax = \"proto3\"; message Tree { Tree left = 1; Tree right = 2; map<int32,"
                            + " Tree> more = 3; }",
                    "syntax = \"proto3\"; enum Only { A = 0; }",
                    "syntax = \"proto3\"; message E { repeated Pair m = 1; message Pair { option"
                            + " map_entry = true; string key = 1; int32 value = 2; } }");

    ProtobufParserTest() {
        super(SchemaFormat.PROTOBUF, VARIED);
    }

    @Test
    void canonicalTextHasTheKnownLayout() throws Exception {
        assertThat(parse(ORDER).canonical()).isEqualTo(ORDER);
        assertThat(parse(OLD).canonical()).isEqualTo(OLD);
        assertThat(parse("syntax=\"proto3\";/* x */message A{string a=1;//y\n}").canonical())
                .isEqualTo("syntax = \"proto3\";\n\nmessage A {\n  string a = 1;\n}\n");
    }

    @Test
    void optionsOfOwnMakingStay() throws Exception {
        assertThat(parse(VARIED.get(3)).canonical())
                .isEqualTo(
                        """
                        syntax = "proto3";

                        import "confluent/meta.proto";

                        message M {
                          option (confluent.message_meta).doc = "d";

                          string a = 1 [(confluent.field_meta) = {
                            doc: "it\\'s",
                            params: [
                              {
                                key: "k",
                                value: "v"
                              },
                              {
                                key: "l",
                                value: "w"
                              }
                            ]
                          }];
                        }
                        """);
    }

    @Test
    void firstMessageGivesTheName() throws Exception {
        ParsedSchema schema = parse(ORDER);
        assertThat(schema.name()).isEqualTo("shop.orders.Order");
        assertThat(schema.topLevelFields())
                .containsExactlyInAnyOrder(
                        "id", "lines", "times", "count", "state", "card", "cash");
        assertThat(parse("syntax = \"proto3\"; enum Only { A = 0; }").name()).isEmpty();
    }

    @Test
    void orderWithoutMeaningIsNormalized() throws Exception {
        ParsedSchema one =
                parse(
                        "syntax = \"proto3\"; package p; import \"google/protobuf/any.proto\";"
                            + " import \"google/protobuf/empty.proto\"; option java_package ="
                            + " \"j\"; option go_package = \"g\"; message M { reserved 5, 9;"
                            + " reserved \"z\"; N n = 2; string a = 1; oneof o { int32 y = 4; int32"
                            + " x = 3; } message N {} map<string, N> m = 6; } enum E { A = 0; C ="
                            + " 2; B = 1; }");
        ParsedSchema other =
                parse(
                        "syntax = \"proto3\"; package p; import \"google/protobuf/empty.proto\";"
                            + " import \"google/protobuf/any.proto\"; option go_package = \"g\";"
                            + " option java_package = \"j\"; message M { reserved \"z\"; reserved"
                            + " 9; reserved 5 to 5; string a = 1; .p.M.N n = 2; oneof o { int32 x ="
                            + " 3; int32 y = 4; } message N {} map<string, M.N> m = 6; } enum E { A"
                            + " = 0; B = 1; C = 2; }");

        assertThat(one.canonical()).isNotEqualTo(other.canonical());
        assertThat(one.normalized()).isEqualTo(other.normalized());
        assertThat(one.normalized()).contains("  .p.M.N n = 2;", "map<string, .p.M.N> m = 6;");
    }

    @Test
    void descriptorIsASchemaToo() throws Exception {
        for (String text : List.of(ORDER, OLD)) {
            ParsedSchema schema = parse(text);
            ParsedSchema again = parse(schema.formatted("serialized"));

            assertThat(again.normalized()).isEqualTo(schema.normalized());
            assertThat(again.differencesFrom(schema)).isEmpty();
            assertThat(schema.formatted("unheard")).isEqualTo(schema.canonical());
        }
        FileDescriptorProto proto =
                FileDescriptorProto.parseFrom(
                        Base64.getDecoder().decode(parse(ORDER).formatted("serialized")));
        assertThat(proto.getName()).isEqualTo("default");
        assertThat(proto.getMessageType(0).getField(1).getTypeName())
                .isEqualTo(".shop.orders.Order.Line");
        assertThat(proto.getService(0).getMethod(0).getInputType()).isEqualTo(".shop.orders.Order");
    }

    @Test
    void importsAreReferencesOfReferences() throws Exception {
        Map<String, String> references =
                Map.of(
                        "b.proto",
                        "syntax = \"proto3\"; package b; import \"c.proto\"; message B { c.C c = 1;"
                                + " }",
                        "c.proto",
                        "syntax = \"proto3\"; package c; message C { string v = 1; }");
        String text = "syntax = \"proto3\"; import \"b.proto\"; message A { b.B b = 1; }";

        ParsedSchema schema = PARSER.parse(SchemaFormat.PROTOBUF, text, references);

        assertThat(schema.canonical()).contains("b.B b = 1;");
        assertThat(schema.normalized()).contains(".b.B b = 1;");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "message",
                "message M {",
                "message M { string a; }",
                "message M { string a = 0; }",
                "message M { string a = 1; int32 b = 1; }",
                "message M { string a = 1; int32 a = 2; }",
                "message M {} message M {}",
                "message M { Unknown a = 1; }",
                "message M { map<string a = 1; }",
                "import \"missing.proto\"; message M { x.Y a = 1; }",
                "enum E { }",
                "service S { rpc R (Nothing) returns (Nothing); }",
                "extend Nothing { string a = 1; }",
                "option optimize_for = NOTHING;"
            })
    void unusableTextIsRefused(String text) {
        assertThatThrownBy(() -> parse("syntax = \"proto3\"; " + text))
                .isInstanceOf(InvalidSchemaException.class);
    }

    @Test
    void refusalSaysWhat() {
        refused("syntax = \"proto4\"; message M {}", "syntax");
        refused("syntax = \"proto3\"; message M { Unknown a = 1; }", "\"Unknown\" is not defined");
        refused("syntax = \"proto3\"; import \"x.proto\"; message M { X a = 1; }", "[x.proto]");
        assertThatThrownBy(() ->
                        PARSER.parse(
                                SchemaFormat.PROTOBUF,
                                "import \"a.proto\";",
                                Map.of("a.proto", "message {")))
                .isInstanceOf(InvalidSchemaException.class)
                .hasMessageStartingWith("Reference a.proto: ");
        assertThatThrownBy(() ->
                        PARSER.parse(
                                SchemaFormat.PROTOBUF,
                                "import \"a.proto\";",
                                Map.of(
                                        "a.proto", "import \"b.proto\";",
                                        "b.proto", "import \"a.proto\";")))
                .isInstanceOf(InvalidSchemaException.class)
                .hasMessageContaining("imports itself");
    }

    @Test
    void commonFilesNeedNoReference() throws Exception {
        for (String name : CommonFiles.ALL.keySet()) {
            parse("syntax = \"proto3\"; import \"" + name + "\"; message M {}");
        }
        assertThat(
                        parse(
                                        "syntax = \"proto3\"; import \"google/type/date.proto\";"
                                                + " message M { google.type.Date d = 1; }")
                                .normalized())
                .contains(".google.type.Date d = 1;");
    }

    @Test
    void importThatNobodyUsesMayBeMissing() throws Exception {
        assertThat(parse("syntax = \"proto3\"; import \"x.proto\"; message M {}").canonical())
                .contains("import \"x.proto\";");
    }

    @ParameterizedTest
    @ValueSource(ints = {210, 5_000, 300_000})
    void deepNestingIsRefused(int times) {
        for (String open : List.of("message A { ", "option a = {b: ", "option a = [")) {
            String text = open.repeat(times);
            assertThatThrownBy(() -> parse(text))
                    .isInstanceOf(InvalidSchemaException.class)
                    .hasMessageMatching("(?s).*(nested deeper|characters, more than).*");
        }
    }

    @Test
    void bracesInTextsAndCommentsAreNoNesting() throws Exception {
        assertThat(
                        parse(
                                        "message M { /* "
                                                + "{".repeat(500)
                                                + " */ optional string a = 1 [default = \""
                                                + "[\\\"".repeat(300)
                                                + "\"]; // "
                                                + "{".repeat(300)
                                                + "\n}")
                                .name())
                .isEqualTo("M");
    }

    @Test
    void deepestAllowedNestingIsParsedAndCompared() throws Exception {
        ParsedSchema schema = parse("message A { ".repeat(190) + "}".repeat(190));
        assertThat(schema.differencesFrom(schema)).isEmpty();
    }

    @Test
    void wideSchemasAreRefused() {
        refused(many(2_100, "", "message M%d {}\n"), "more than 2000 types");
        refused(
                "message M { " + many(21_000, "", "optional int32 f%1$d = %1$d1;\n") + "}",
                "more than 20000 fields");
        refused("message " + "M".repeat(1_025) + " {}", "has 1025 characters");
    }
}
