package naru.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;

import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

class PayloadCheckTest {
    private static final String READING =
            """
            {"type":"record","name":"Reading","fields":[
              {"name":"station","type":"string"},
              {"name":"sky","type":{"type":"enum","name":"Sky","symbols":["CLEAR","GREY"]}},
              {"name":"at","type":"long"},
              {"name":"degrees","type":["null","double"]},
              {"name":"notes","type":{"type":"array","items":{"type":"record","name":"Note","fields":[
                {"name":"text","type":"string"},{"name":"stars","type":"int"}]}}},
              {"name":"tags","type":{"type":"map","values":"boolean"}},
              {"name":"hash","type":{"type":"fixed","name":"Hash","size":4}},
              {"name":"before","type":["null","Reading"]}]}
            """;

    private static final String ORDER =
            """
            syntax = "proto3";
            message Other {}
            message Order {
              string id = 1;
              repeated int32 counts = 2;
              map<string, Line> lines = 3;
              message Line { double price = 1; fixed32 code = 2; sint64 delta = 3; }
              message Note { Line line = 1; }
            }
            """;

    @Test
    void avroOfItsSchemaPasses() throws Exception {
        PayloadCheck check = avro(READING);
        ByteBuffer payload = ByteBuffer.wrap(reading(true));

        assertThat(check.problem(payload)).isEmpty();
        assertThat(payload.position()).isZero();
        assertThat(avro("\"bytes\"").problem(ByteBuffer.wrap(new byte[] {-1, -1}))).isEmpty();
        assertThat(avro("\"null\"").problem(ByteBuffer.allocate(0))).isEmpty();
    }

    @Test
    void everyCutOfAnAvroPayloadIsFound() throws Exception {
        byte[] whole = reading(true);
        PayloadCheck check = avro(READING);
        for (int length = 0; length < whole.length; length++) {
            assertThat(check.problem(ByteBuffer.wrap(whole, 0, length)))
                    .as("%d", length)
                    .isPresent();
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 2);
        assertThat(check.problem(ByteBuffer.wrap(longer)))
                .contains("2 bytes follow the value of Reading");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"int\"                                            | 8080808010         | an int"
                        + " of",
                "\"int\"                                            | ffffffffffffffffff7f | an int"
                        + " of",
                "\"long\"                                           | ffffffffffffffffffff01 | more"
                        + " than 10 bytes",
                "\"boolean\"                                        | 02                 | a"
                        + " boolean of 2",
                "\"string\"                                         | fe ff ff ff 0f     |"
                        + " announces 2147483647 bytes where 0 are left",
                "\"string\"                                         | 01                 | a length"
                        + " below zero",
                "[\"null\",\"int\"]                                 | 04                 | branch 2"
                        + " of a union of 2",
                "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]} | 02              | symbol"
                        + " 1 of E, which has 1",
                "{\"type\":\"array\",\"items\":\"string\"}          | 02                 | [0]: the"
                        + " payload ends here",
                "{\"type\":\"array\",\"items\":\"null\"}            | feffffffffffffffff01 | more"
                        + " elements than are looked at",
                "{\"type\":\"array\",\"items\":\"int\"}             | 0101               | a block"
                        + " of less than no bytes",
                "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}"
                        + " | 00 | nested deeper than 500",
            })
    void faultInAvroIsNamed(String schema, String bytes, String problem) throws Exception {
        assertThat(avro(schema).problem(hex(bytes))).get().asString().contains(problem);
    }

    @Test
    void fieldOfAvroIsNamed() throws Exception {
        byte[] bytes = reading(false);
        bytes[bytes.length - 1] = 9;
        assertThat(avro(READING).problem(ByteBuffer.wrap(bytes)))
                .contains("before: branch -5 of a union of 2");
    }

    @Test
    void jsonOfItsSchemaPasses() throws Exception {
        PayloadCheck check =
                json(
                        """
                        {"type":"object","required":["id"],"additionalProperties":false,"properties":{
                          "id":{"type":"string","pattern":"^[a-z]+$"},
                          "lines":{"type":"array","items":{"$ref":"#/definitions/line"}}},
                         "definitions":{"line":{"type":"object","properties":{"price":{"type":"number","minimum":0}}}}}
                        """,
                        Map.of());

        assertThat(check.problem(text("{\"id\":\"abc\",\"lines\":[{\"price\":1.5},{}]}")))
                .isEmpty();
        assertThat(check.problem(text("{\"id\":\"abc\",\"lines\":[{},{\"price\":-1}]}")))
                .get()
                .asString()
                .startsWith("/lines/1/price: ");
        assertThat(check.problem(text("{\"id\":\"A\"}"))).get().asString().startsWith("/id: ");
        assertThat(check.problem(text("{}"))).get().asString().contains("'id'");
        assertThat(check.problem(text("{\"id\":\"abc\",\"x\":1}")))
                .get()
                .asString()
                .contains("'x'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"id\":\"a\"} {}", "\u0000", "[1,]", "nul"})
    void whatIsNoJsonIsSaidToBeNone(String document) throws Exception {
        assertThat(json("{}", Map.of()).problem(text(document))).isPresent();
    }

    @Test
    void jsonIsValidatedThroughReferences() throws Exception {
        Map<String, String> references =
                Map.of(
                        "point.json",
                        "{\"type\":\"object\",\"properties\":{\"unit\":{\"$ref\":\"unit.json\"}}}",
                        "unit.json",
                        "{\"$id\":\"http://geo/unit.json\",\"enum\":[\"m\"]}");
        PayloadCheck check =
                json(
                        "{\"type\":\"object\",\"properties\":{\"at\":{\"$ref\":\"point.json\"}}}",
                        references);
        PayloadCheck absolute =
                json(
                        "{\"$id\":\"http://geo/station\",\"properties\":{\"at\":{\"$ref\":\"point.json\"},\"u\":{\"$ref\":\"http://geo/unit.json\"}}}",
                        references);

        assertThat(check.problem(text("{\"at\":{\"unit\":\"m\"}}"))).isEmpty();
        assertThat(check.problem(text("{\"at\":{\"unit\":\"ft\"}}")))
                .get()
                .asString()
                .startsWith("/at/unit: ");
        assertThat(absolute.problem(text("{\"at\":{\"unit\":\"m\"},\"u\":\"m\"}"))).isEmpty();
        assertThat(absolute.problem(text("{\"u\":\"ft\"}"))).get().asString().startsWith("/u: ");
    }

    @Test
    void jsonBombsEndInAnAnswer() throws Exception {
        PayloadCheck alternatives =
                json(
                        "{\"anyOf\":[{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"z\"]},{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"y\"]},{\"type\":\"null\"}]}",
                        Map.of());
        String deep = "{\"a\":".repeat(60) + "1" + "}".repeat(60);
        assertThat(alternatives.problem(text(deep))).isPresent();

        PayloadCheck pattern =
                json("{\"type\":\"string\",\"pattern\":\"^(([a-z])+.)+[A-Z]([a-z])+$\"}", Map.of());
        assertThat(pattern.problem(text("\"" + "a".repeat(5_000) + "\"")))
                .get()
                .asString()
                .contains("takes too long to match");
        PayloadCheck many =
                json("{\"type\":\"array\",\"items\":{\"pattern\":\"^((a+)+b|a*!)$\"}}", Map.of());
        String costly = "\"" + "a".repeat(300) + "!\",";
        assertThat(many.problem(text("[" + costly + "\"!\"]"))).isEmpty();
        assertThat(many.problem(text("[" + costly.repeat(1_000) + "\"!\"]")))
                .get()
                .asString()
                .contains("takes too long to match");
        PayloadCheck multiple = json("{\"type\":\"integer\",\"multipleOf\":3}", Map.of());
        assertThat(multiple.problem(text("1e999999999")))
                .contains("a number in the document is out of all bounds");
        assertThat(json("true", Map.of()).problem(text("[".repeat(100_000)))).isPresent();
    }

    @Test
    void protobufOfItsSchemaPasses() throws Exception {
        PayloadCheck check = protobuf(ORDER);
        byte[] order = order();

        assertThat(check.problem(indexed(order, 1))).isEmpty();
        assertThat(check.problem(indexed(new byte[0]))).isEmpty();
        assertThat(check.problem(indexed(new byte[] {10, 0}, 1, 1))).isEmpty();
        for (int length = 0; length < order.length; length++) {
            Optional<String> problem = check.problem(indexed(Arrays.copyOf(order, length), 1));
            boolean betweenFields = List.of(0, 5, 11, 22).contains(length);
            assertThat(problem.isEmpty()).as("%d", length).isEqualTo(betweenFields);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "04 02 04 00            | message 2 where the schema has 2",
                "02 08                  | message 4 where the schema has 2",
                "01                     | named by -1 indexes",
                "0202 0801              | id: is a string, but has wire type 0",
                "0202 0a05              | id: announces 5 bytes where 0 are left",
                "0202 0a02c328          | id: a string that is not UTF-8",
                "0202 120180            | counts: the payload ends here",
                "0202 1a03120209        | lines.value: announces 2 bytes where 1 are left",
                "0202 1a0412020801      | lines.value.price: is a double, but has wire type 0",
                "0202 00                | no field has the tag 0",
                "0202 0c                | a group ends that did not begin",
                "0202 0e                | wire type 6",
                "0202 4b                | field 9: the payload ends here",
                "0202 4b54              | field 9: group 10 ends within it",
            })
    void faultInProtobufIsNamed(String bytes, String problem) throws Exception {
        assertThat(protobuf(ORDER).problem(hex(bytes))).get().asString().contains(problem);
    }

    @Test
    void fieldsThatAreNotKnownAreFine() throws Exception {
        assertThat(protobuf(ORDER).problem(hex("0202 4b 08 01 13 14 4c a206 03 616263"))).isEmpty();
    }

    @Test
    void requiredFieldOfProtobufIsMissed() throws Exception {
        PayloadCheck check =
                protobuf(
                        "message M { required int32 a = 1; optional group G = 2 { required int32 b"
                                + " = 3; } }");
        assertThat(check.problem(hex("00 0801"))).isEmpty();
        assertThat(check.problem(hex("00"))).get().asString().contains("required field a of M");
        assertThat(check.problem(hex("00 0801 1314")))
                .get()
                .asString()
                .contains("g: the required field b of M.G");
        assertThat(check.problem(hex("00 0801 13180114"))).isEmpty();
    }

    @Test
    void endlessNestingOfProtobufIsAFault() throws Exception {
        PayloadCheck check = protobuf("syntax = \"proto3\"; message T { T t = 1; }");
        byte[] groups = new byte[5_000];
        Arrays.fill(groups, (byte) 0x4b);
        groups[0] = 0;
        ByteString nested = ByteString.EMPTY;
        for (int i = 0; i < 150; i++) {
            ByteString.Output out = ByteString.newOutput();
            CodedOutputStream coded = CodedOutputStream.newInstance(out);
            coded.writeBytes(1, nested);
            coded.flush();
            nested = out.toByteString();
        }

        assertThat(check.problem(ByteBuffer.wrap(groups)))
                .get()
                .asString()
                .contains("deeper than 100");
        assertThat(check.problem(indexed(nested.toByteArray())))
                .get()
                .asString()
                .contains("deeper than 100");
    }

    /** Whatever the bytes are, there is an answer. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomBytesEndInAnAnswer(long seed) throws Exception {
        Random random = new Random(seed);
        List<PayloadCheck> checks =
                List.of(avro(READING), protobuf(ORDER), json("{\"type\":\"object\"}", Map.of()));
        byte[] valid = reading(true);
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            byte[] damaged = valid.clone();
            int place = random.nextInt(damaged.length);
            damaged[place] = (byte) (damaged[place] ^ (1 << random.nextInt(8)));
            for (PayloadCheck check : checks) {
                assertThat(check.problem(ByteBuffer.wrap(bytes))).as("seed %d", seed).isNotNull();
                assertThat(check.problem(ByteBuffer.wrap(damaged))).as("seed %d", seed).isNotNull();
            }
        }
    }

    private static byte[] reading(boolean nested) throws IOException {
        Schema schema = new Schema.Parser().parse(READING);
        GenericRecord note =
                new GenericData.Record(schema.getField("notes").schema().getElementType());
        note.put("text", "dry");
        note.put("stars", 4);
        GenericRecord inner = null;
        for (int level = nested ? 0 : 1; level < 2; level++) {
            GenericRecord record = new GenericData.Record(schema);
            record.put("station", "Berlin");
            record.put("sky", new GenericData.EnumSymbol(schema.getField("sky").schema(), "GREY"));
            record.put("at", 1_700_000_000_000L);
            record.put("degrees", 4.5);
            record.put("notes", List.of(note, note));
            record.put("tags", Map.of("checked", true));
            record.put(
                    "hash", new GenericData.Fixed(schema.getField("hash").schema(), new byte[4]));
            record.put("before", inner);
            inner = record;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(inner, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static byte[] order() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CodedOutputStream coded = CodedOutputStream.newInstance(out);
        coded.writeString(1, "o-1");
        coded.writeByteArray(2, new byte[] {1, 2, (byte) 0x80, 1});
        coded.writeInt32(2, -5);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        CodedOutputStream codedLine = CodedOutputStream.newInstance(line);
        codedLine.writeDouble(1, 2.5);
        codedLine.writeFixed32(2, 7);
        codedLine.writeSInt64(3, -9);
        codedLine.flush();
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        CodedOutputStream codedEntry = CodedOutputStream.newInstance(entry);
        codedEntry.writeString(1, "first");
        codedEntry.writeByteArray(2, line.toByteArray());
        codedEntry.flush();
        coded.writeByteArray(3, entry.toByteArray());
        coded.flush();
        return out.toByteArray();
    }

    /** The message behind the indexes that choose it; none: the first. */
    private static ByteBuffer indexed(byte[] message, int... indexes) {
        ByteBuffer payload = ByteBuffer.allocate(message.length + 10);
        payload.put((byte) (2 * indexes.length));
        for (int index : indexes) {
            payload.put((byte) (2 * index));
        }
        return payload.put(message).flip();
    }

    private static ByteBuffer hex(String bytes) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(bytes.replace(" ", "")));
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static PayloadCheck avro(String schema) throws InvalidSchemaException {
        return check(SchemaFormat.AVRO, schema, Map.of());
    }

    private static PayloadCheck json(String schema, Map<String, String> references)
            throws InvalidSchemaException {
        return check(SchemaFormat.JSON, schema, references);
    }

    private static PayloadCheck protobuf(String schema) throws InvalidSchemaException {
        return check(SchemaFormat.PROTOBUF, schema, Map.of());
    }

    private static PayloadCheck check(
            SchemaFormat format, String schema, Map<String, String> references)
            throws InvalidSchemaException {
        return new SchemaParser(SchemaLimits.DEFAULT)
                .parse(format, schema, references)
                .payloadCheck();
    }
}
