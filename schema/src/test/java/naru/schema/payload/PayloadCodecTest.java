package naru.schema.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import naru.schema.SchemaFormat;
import naru.schema.SchemaLimits;
import naru.schema.SchemaParser;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;

class PayloadCodecTest {
    private static final String READING =
            """
            {"type":"record","name":"Reading","namespace":"w","fields":[
              {"name":"station","type":"string"},
              {"name":"degrees","type":["null","double",{"type":"enum","name":"Bad","symbols":["A"]}]},
              {"name":"day","type":{"type":"int","logicalType":"date"}},
              {"name":"hash","type":{"type":"fixed","name":"Hash","size":2}},
              {"name":"tags","type":{"type":"map","values":"bytes"}}]}
            """;

    private static final String ORDER =
            """
            syntax = "proto3";
            import "google/protobuf/timestamp.proto";
            import "google/protobuf/any.proto";
            message Order {
              string order_id = 1;
              uint64 cents = 2;
              repeated Kind kinds = 3;
              map<uint64, Line> lines = 4;
              google.protobuf.Timestamp at = 5;
              optional bool paid = 6;
              google.protobuf.Any more = 7;
              enum Kind { NONE = 0; SOME = 1; }
              message Line { bytes code = 1; }
            }
            message Other { int32 a = 1; }
            """;

    @Test
    void avroIsItsOwnJson() throws Exception {
        PayloadCodec codec = codec(SchemaFormat.AVRO, READING);
        JsonNode json =
                json(
                        """
                        {"station":"서울","degrees":{"double":-3.5},"day":20000,
                         "hash":"\\u0000\\u00ff","tags":{"a":"\\u0001"}}
                        """);

        byte[] body = codec.fromJson(json);

        assertThat(codec.toJson(ByteBuffer.wrap(body))).isEqualTo(json);
        assertThat(
                        codec.toJson(
                                        ByteBuffer.wrap(
                                                codec.fromJson(
                                                        json(
                                                                """
                                                                {"hash":"ab","tags":{},"degrees":{"w.Bad":"A"},"day":1,"station":""}
                                                                """))))
                                .path("degrees"))
                .isEqualTo(json("{\"w.Bad\":\"A\"}"));
    }

    @Test
    void avroBytesAreAllOfThePayload() throws Exception {
        PayloadCodec codec = codec(SchemaFormat.AVRO, "\"bytes\"");

        assertThat(codec.fromJson(json("\"\\u00ff\\u0001\""))).containsExactly(-1, 1);
        assertThat(codec.toJson(ByteBuffer.wrap(new byte[] {-1, 1})))
                .isEqualTo(json("\"\\u00ff\\u0001\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"string\"  | \"a\"   | 0261",
                "\"int\"     | 3       | 06",
                "\"long\"    | -1      | 01",
                "\"double\"  | 0.5     | 000000000000e03f",
                "\"boolean\" | true    | 01",
                "\"null\"    | null    | ''",
                "[\"null\",\"int\"] | null | 00",
                "[\"null\",\"int\"] | {\"int\":1} | 0202",
                "{\"type\":\"array\",\"items\":\"int\"} | [1,2] | 04020400",
            })
    void simpleAvroValues(String schema, String json, String bytes) throws Exception {
        PayloadCodec codec = codec(SchemaFormat.AVRO, schema);

        assertThat(HexFormat.of().formatHex(codec.fromJson(json(json)))).isEqualTo(bytes);
        assertThat(codec.toJson(ByteBuffer.wrap(HexFormat.of().parseHex(bytes))))
                .isEqualTo(json(json));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "\"a\"",
                "{\"station\":1,\"degrees\":null,\"day\":1,\"hash\":\"ab\",\"tags\":{}}",
                "{\"station\":\"\",\"degrees\":1.5,\"day\":1,\"hash\":\"ab\",\"tags\":{}}",
                "{\"station\":\"\",\"degrees\":{\"int\":1},\"day\":1,\"hash\":\"ab\",\"tags\":{}}",
                "{\"station\":\"\",\"degrees\":{\"w.Bad\":\"B\"},\"day\":1,\"hash\":\"ab\",\"tags\":{}}",
                "{\"station\":\"\",\"degrees\":null,\"day\":1,\"hash\":\"abc\",\"tags\":{}}",
                "{\"station\":\"\",\"degrees\":null,\"day\":1e400,\"hash\":\"ab\",\"tags\":{}}",
                "{\"station\":\"\",\"degrees\":null,\"day\":1e99999999,\"hash\":\"ab\",\"tags\":{}}",
                "{\"station\":\"\",\"degrees\":null,\"day\":99999999999,\"hash\":\"ab\",\"tags\":{}}",
            })
    void jsonThatIsNotOfTheAvroSchemaIsRefused(String json) throws Exception {
        PayloadCodec codec = codec(SchemaFormat.AVRO, READING);

        assertThatThrownBy(() -> codec.fromJson(json(json)))
                .isInstanceOf(InvalidPayloadException.class);
    }

    @Test
    void bytesThatAreNotOfTheAvroSchemaAreRefusedBeforeAnythingIsAllocated() throws Exception {
        PayloadCodec strings =
                codec(SchemaFormat.AVRO, "{\"type\":\"array\",\"items\":\"string\"}");
        PayloadCodec nulls = codec(SchemaFormat.AVRO, "{\"type\":\"array\",\"items\":\"null\"}");

        for (String hex : new String[] {"feffffff0f", "02feffffff0f", "", "0200"}) {
            assertThatThrownBy(() -> strings.toJson(ByteBuffer.wrap(HexFormat.of().parseHex(hex))))
                    .as(hex)
                    .isInstanceOf(InvalidPayloadException.class);
        }
        byte[] many = HexFormat.of().parseHex("feffffffffffffffff01");
        assertThatThrownBy(() -> nulls.toJson(ByteBuffer.wrap(many)))
                .isInstanceOf(InvalidPayloadException.class);
    }

    @Test
    void jsonSchemaIsHeldBothWays() throws Exception {
        PayloadCodec codec =
                codec(
                        SchemaFormat.JSON,
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}");
        JsonNode json = json("{\"a\":1,\"b\":1.50}");

        byte[] body = codec.fromJson(json);

        assertThat(codec.toJson(ByteBuffer.wrap(body))).isEqualTo(json);
        assertThatThrownBy(() -> codec.fromJson(json("{\"a\":\"x\"}")))
                .hasMessageContaining("/a")
                .isInstanceOf(InvalidPayloadException.class);
        assertThatThrownBy(() ->
                        codec.toJson(ByteBuffer.wrap("{\"a\":".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(InvalidPayloadException.class);
        assertThatThrownBy(() ->
                        codec.toJson(
                                ByteBuffer.wrap("{\"a\":\"\"}".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(InvalidPayloadException.class);
    }

    @Test
    void protobufHasItsJsonMapping() throws Exception {
        PayloadCodec codec = codec(SchemaFormat.PROTOBUF, ORDER);
        JsonNode json =
                json(
                        """
                        {"orderId":"o1","cents":"18446744073709551615","kinds":["SOME","NONE"],
                         "lines":{"7":{"code":"AP8="}},"at":"2026-11-21T10:00:00Z",
                         "more":{"@type":"type.googleapis.com/Other","a":3}}
                        """);

        byte[] body = codec.fromJson(json);

        assertThat(body[0]).isZero();
        assertThat(codec.toJson(ByteBuffer.wrap(body))).isEqualTo(json);
        assertThat(codec.fromJson(json("{\"order_id\":\"x\"}")))
                .isEqualTo(codec.fromJson(json("{\"orderId\":\"x\"}")));
        assertThat(codec.toJson(ByteBuffer.wrap(new byte[] {0})))
                .isEqualTo(json("{\"orderId\":\"\",\"cents\":\"0\",\"kinds\":[],\"lines\":{}}"));
    }

    @Test
    void anotherMessageOfTheFileIsRead() throws Exception {
        PayloadCodec codec = codec(SchemaFormat.PROTOBUF, ORDER);

        assertThat(codec.toJson(ByteBuffer.wrap(new byte[] {2, 2, 8, 5})))
                .isEqualTo(json("{\"a\":5}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "1",
                "{\"nothing\":1}",
                "{\"cents\":-1}",
                "{\"cents\":\"1e9999999\"}",
                "{\"cents\":1e9999999}",
                "{\"lines\":{\"1e9999999\":{}}}",
                "{\"more\":{\"@type\":\"type.googleapis.com/google.protobuf.UInt64Value\","
                        + "\"value\":\"1e9999999\"}}",
                "{\"more\":{\"@type\":\"type.googleapis.com/Unknown\",\"a\":1}}",
                "{\"kinds\":[\"OTHER\"]}",
                "{\"at\":\"yesterday\"}",
                "{\"lines\":{\"7\":{\"code\":\"*\"}}}",
            })
    void jsonThatIsNotOfTheMessageIsRefused(String json) throws Exception {
        PayloadCodec codec = codec(SchemaFormat.PROTOBUF, ORDER);

        assertThatThrownBy(() -> codec.fromJson(json(json)))
                .isInstanceOf(InvalidPayloadException.class);
    }

    @Test
    void requiredFieldOfProto2IsNamed() throws Exception {
        PayloadCodec codec =
                codec(
                        SchemaFormat.PROTOBUF,
                        "syntax = \"proto2\"; message R { required int32 must = 1; }");

        assertThatThrownBy(() -> codec.fromJson(json("{}")))
                .isInstanceOf(InvalidPayloadException.class)
                .hasMessageContaining("must");
        assertThatThrownBy(() -> codec.toJson(ByteBuffer.wrap(new byte[] {0})))
                .isInstanceOf(InvalidPayloadException.class)
                .hasMessageContaining("must");
    }

    @Test
    void protobufBytesThatAreNoneAreRefused() throws Exception {
        PayloadCodec codec = codec(SchemaFormat.PROTOBUF, ORDER);

        for (String hex : new String[] {"", "0206", "000a05", "00ff", "000a01ff"}) {
            assertThatThrownBy(() -> codec.toJson(ByteBuffer.wrap(HexFormat.of().parseHex(hex))))
                    .as(hex)
                    .isInstanceOf(InvalidPayloadException.class);
        }
        assertThatThrownBy(() ->
                        codec(SchemaFormat.PROTOBUF, "syntax = \"proto3\";").fromJson(json("{}")))
                .isInstanceOf(InvalidPayloadException.class);
    }

    @Test
    void deepJsonIsRefusedByEveryCodec() throws Exception {
        ArrayNode deep = JsonNodeFactory.instance.arrayNode();
        ArrayNode innermost = deep;
        for (int i = 0; i < 100_000; i++) {
            innermost = innermost.addArray();
        }
        for (PayloadCodec codec :
                new PayloadCodec[] {
                    codec(SchemaFormat.AVRO, READING),
                    codec(SchemaFormat.JSON, "{}"),
                    codec(SchemaFormat.PROTOBUF, ORDER)
                }) {
            assertThatThrownBy(() -> codec.fromJson(deep))
                    .isInstanceOf(InvalidPayloadException.class)
                    .hasMessageContaining("deeper");
        }
    }

    private static PayloadCodec codec(SchemaFormat format, String text) throws Exception {
        return PayloadCodec.of(
                new SchemaParser(SchemaLimits.DEFAULT).parse(format, text, Map.of()));
    }

    private static JsonNode json(String text) throws Exception {
        return JsonTrees.MAPPER.readTree(text);
    }
}
