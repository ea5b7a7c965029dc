package naru.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From lines to records and back. */
class RecordLinesTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static RecordLines text(String separator) {
        return new RecordLines("t", false, separator, "NULL", Map.of("h", "v"), null);
    }

    private static RecordLines json() {
        return new RecordLines("t", true, null, null, Map.of(), null);
    }

    @Test
    void lineIsSplitAtTheFirstSeparator() {
        ProducerRecord<byte[], byte[]> record = text("::").parse(utf8("k::v::w"));

        assertThat(record.key()).isEqualTo(utf8("k"));
        assertThat(record.value()).isEqualTo(utf8("v::w"));
        assertThat(record.headers().lastHeader("h").value()).isEqualTo(utf8("v"));
    }

    @Test
    void markerMeansNull() {
        assertThat(text(":").parse(utf8("k:NULL")).value()).isNull();
    }

    @Test
    void lineWithoutSeparatorIsRefused() {
        assertThatThrownBy(() -> text(":").parse(utf8("kv")))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("separator ':'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "1", "{}", "{\"key\":1}", "{\"valueBase64\":\"?\"}"})
    void whatIsNoRecordInJsonIsRefused(String line) {
        assertThatThrownBy(() -> json().parse(utf8(line))).isInstanceOf(CommandFailure.class);
    }

    @Test
    void whatConsumePrintsProduceTakes() throws IOException {
        RecordHeaders headers = new RecordHeaders();
        headers.add("text", utf8("x"));
        headers.add("binary", new byte[] {(byte) 0xff, 0});
        ConsumerRecord<byte[], byte[]> consumed =
                new ConsumerRecord<>(
                        "t",
                        3,
                        7,
                        1234,
                        TimestampType.CREATE_TIME,
                        1,
                        1,
                        new byte[] {(byte) 0xc3},
                        utf8("나루 \"quoted\"\n"),
                        headers,
                        Optional.empty());
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        RecordPrinter.json().print(consumed, printed);

        ProducerRecord<byte[], byte[]> record = json().parse(printed.toByteArray());

        assertThat(record.key()).isEqualTo(consumed.key());
        assertThat(record.value()).isEqualTo(consumed.value());
        assertThat(record.timestamp()).isEqualTo(1234);
        assertThat(record.partition()).isNull();
        assertThat(record.headers().toArray()).containsExactly(headers.toArray());
    }

    @Test
    void templateIsFilledAndHarmlessOnTerminals() throws IOException {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>("t", 3, 7, utf8("$1\\"), utf8("a\u001b[31m"));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        RecordPrinter.template("{partition}/{offset}\\t{key}={value}", true).print(record, printed);

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("3/7\t$1\\=a\\u001b[31m\n");
    }

    @Test
    void unknownPlaceInTemplateIsRefused() {
        assertThatThrownBy(() -> RecordPrinter.template("{nonsense}", false))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("{offset}");
    }

    @Test
    void linesEndWithNewlineWithOrWithoutReturnOrAtTheEnd() throws IOException {
        String longLine = "x".repeat(200_000);
        LineReader reader =
                new LineReader(
                        new ByteArrayInputStream(utf8("a\r\n\n" + longLine + "\nlast")), 1 << 20);
        List<String> lines = new ArrayList<>();
        for (byte[] line = reader.next(); line != null; line = reader.next()) {
            lines.add(new String(line, StandardCharsets.UTF_8));
        }

        assertThat(lines).containsExactly("a", "", longLine, "last");
    }

    @Test
    void endlessLineIsRefused() {
        LineReader reader = new LineReader(new ByteArrayInputStream(new byte[300_000]), 100_000);

        assertThatThrownBy(reader::next).isInstanceOf(IOException.class);
    }
}
