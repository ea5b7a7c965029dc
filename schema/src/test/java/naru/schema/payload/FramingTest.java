package naru.schema.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;

import naru.schema.SchemaFormat;
import naru.schema.SchemaLimits;
import naru.schema.SchemaParser;
import naru.schema.protobuf.ProtobufSchema;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

class FramingTest {
    private static final String NESTED =
            """
            syntax = "proto3";
            message A { map<string, string> m = 1; message B { } message C { message D { } } }
            message E { A.C.D d = 1; }
            """;

    @Test
    void writtenIsReadAgain() throws Exception {
        ByteBuffer payload = ByteBuffer.wrap(Framing.write(0x01020304, new byte[] {9, 8}));

        Framing.Framed framed = Framing.read(payload);

        assertThat(payload.array()).startsWith(0, 1, 2, 3, 4);
        assertThat(framed.schema()).isEqualTo(new SchemaId.Numbered(0x01020304));
        assertThat(framed.body()).isEqualTo(ByteBuffer.wrap(new byte[] {9, 8}));
        assertThat(payload.position()).isZero();
    }

    @Test
    void guidIsReadFromPayloadAndFromHeader() throws Exception {
        UUID guid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        byte[] name = hex("01 00112233445566778899aabbccddeeff");
        byte[] named = hex("01 00112233445566778899aabbccddeeff 07");

        assertThat(Framing.read(ByteBuffer.wrap(named)))
                .isEqualTo(new Framing.Framed(new SchemaId.Unique(guid), bytes("07")));
        assertThat(Framing.read(name, bytes("0708")))
                .isEqualTo(new Framing.Framed(new SchemaId.Unique(guid), bytes("0708")));
    }

    @Test
    void messageIndexesInTheHeaderComeBeforeTheMessage() throws Exception {
        Framing.Framed framed = Framing.read(hex("00 00000005 0204"), bytes("0a01"));

        assertThat(framed.schema()).isEqualTo(new SchemaId.Numbered(5));
        assertThat(framed.body()).isEqualTo(bytes("02040a01"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "00000000", "7b22612231", "0100112233445566778899aabbccddee"})
    void whatIsNotFramedIsRefused(String payload) {
        assertThatThrownBy(() -> Framing.read(bytes(payload)))
                .isInstanceOf(InvalidPayloadException.class);
    }

    @Test
    void firstMessageIsASingleZero() throws Exception {
        FileDescriptor file = protobuf(NESTED).file();

        assertThat(MessageIndexes.of(file.getMessageTypes().getFirst()).bytes()).containsExactly(0);
        assertThat(MessageIndexes.read(bytes("00")).in(file).getName()).isEqualTo("A");
        assertThat(MessageIndexes.read(bytes("0200")).in(file).getName()).isEqualTo("A");
    }

    @Test
    void everyMessageIsFoundByItsIndexes() throws Exception {
        FileDescriptor file = protobuf(NESTED).file();
        Descriptor nested = file.findMessageTypeByName("A").findNestedTypeByName("C");
        Descriptor deepest = nested.findNestedTypeByName("D");

        MessageIndexes indexes = MessageIndexes.of(deepest);

        assertThat(indexes.positions()).isEqualTo(List.of(0, 1, 0));
        assertThat(indexes.bytes()).containsExactly(6, 0, 2, 0);
        assertThat(MessageIndexes.read(ByteBuffer.wrap(indexes.bytes())).in(file))
                .isSameAs(deepest);
        assertThat(MessageIndexes.of(file.findMessageTypeByName("E")).bytes())
                .containsExactly(2, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "02", "01", "fe03", "0206", "0201", "ffffffffffff", "0480"})
    void indexesThatLeadNowhereAreRefused(String bytes) throws Exception {
        FileDescriptor file = protobuf(NESTED).file();

        assertThatThrownBy(() -> MessageIndexes.read(bytes(bytes)).in(file))
                .isInstanceOf(InvalidPayloadException.class);
    }

    private static ProtobufSchema protobuf(String text) throws Exception {
        return (ProtobufSchema)
                new SchemaParser(SchemaLimits.DEFAULT).parse(SchemaFormat.PROTOBUF, text, Map.of());
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(hex(hex));
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
