package naru.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Makes records from input lines. */
final class RecordLines {
    private static final ObjectReader READER = new ObjectMapper().reader();

    private final String topic;
    private final boolean asJson;
    private final byte @Nullable [] keySeparator;
    private final byte @Nullable [] nullMarker;
    private final Map<String, String> headers;
    private final @Nullable Integer partition;

    /**
     * @param keySeparator what stands between key and value, or null when lines have no keys
     * @param nullMarker a key or value that reads so is null, or null when there is no marker
     * @param headers given to every record
     * @param partition of every record, or null to let the producer choose
     */
    RecordLines(
            String topic,
            boolean asJson,
            @Nullable String keySeparator,
            @Nullable String nullMarker,
            Map<String, String> headers,
            @Nullable Integer partition) {
        this.topic = topic;
        this.asJson = asJson;
        this.keySeparator = keySeparator == null ? null : utf8(keySeparator);
        this.nullMarker = nullMarker == null ? null : utf8(nullMarker);
        this.headers = headers;
        this.partition = partition;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The record that the line means.
     *
     * @throws CommandFailure when it means none, with the reason
     */
    ProducerRecord<byte[], byte[]> parse(byte[] line) {
        return asJson ? parseJson(line) : parseText(line);
    }

    private ProducerRecord<byte[], byte[]> parseText(byte[] line) {
        if (keySeparator == null) {
            return new ProducerRecord<>(
                    topic, partition, null, null, orNull(line), allHeaders(List.of()));
        }
        int at = indexOf(line, keySeparator);
        if (at < 0) {
            throw new CommandFailure(
                    "there is no separator '"
                            + new String(keySeparator, StandardCharsets.UTF_8)
                            + "' between key and value");
        }
        byte[] value = Arrays.copyOfRange(line, at + keySeparator.length, line.length);
        return new ProducerRecord<>(
                topic,
                partition,
                null,
                orNull(Arrays.copyOf(line, at)),
                orNull(value),
                allHeaders(List.of()));
    }

    private byte @Nullable [] orNull(byte[] bytes) {
        return nullMarker != null && Arrays.equals(bytes, nullMarker) ? null : bytes;
    }

    private ProducerRecord<byte[], byte[]> parseJson(byte[] line) {
        JsonNode record;
        try {
            record = READER.readTree(line);
        } catch (JsonProcessingException broken) {
            throw new CommandFailure("this is no JSON: " + broken.getOriginalMessage(), broken);
        } catch (IOException impossible) {
            throw new CommandFailure("this is no JSON", impossible);
        }
        if (!record.isObject() || !(record.has("value") || record.has("valueBase64"))) {
            throw new CommandFailure(
                    "a line of --format json is an object with \"value\" (and \"key\","
                            + " \"headers\", \"partition\", \"timestamp\" if wanted)");
        }
        @Nullable JsonNode at = record.get("timestamp");
        @Nullable JsonNode own = record.get("partition");
        boolean chosen = partition == null && own != null && own.isInt() && keepsPartition(record);
        return new ProducerRecord<>(
                topic,
                chosen && own != null ? (Integer) own.intValue() : partition,
                at != null && at.isIntegralNumber() && at.longValue() >= 0
                        ? (Long) at.longValue()
                        : null,
                bytes(record, "key"),
                bytes(record, "value"),
                allHeaders(jsonHeaders(record.get("headers"))));
    }

    /** What consume printed names where the record lay; only a hand-written line chooses. */
    private static boolean keepsPartition(JsonNode record) {
        return !record.has("offset");
    }

    private static byte @Nullable [] bytes(JsonNode node, String field) {
        @Nullable JsonNode encoded = node.get(field + "Base64");
        if (encoded != null && encoded.isTextual()) {
            try {
                return Base64.getDecoder().decode(encoded.textValue());
            } catch (IllegalArgumentException broken) {
                throw new CommandFailure(field + "Base64 is no base64", broken);
            }
        }
        @Nullable JsonNode plain = node.get(field);
        if (plain == null || plain.isNull()) {
            return null;
        }
        String text = plain.isTextual() ? plain.textValue() : plain.toString();
        return utf8(text);
    }

    /** Either an object of texts, or a list of {@code {"key": ..., "value": ...}}. */
    private static List<Header> jsonHeaders(@Nullable JsonNode node) {
        List<Header> headers = new ArrayList<>();
        if (node == null || node.isNull()) {
            return headers;
        }
        if (node.isObject()) {
            node.properties()
                    .forEach(field ->
                            headers.add(
                                    new RecordHeader(field.getKey(), bytes(node, field.getKey()))));
            return headers;
        }
        for (JsonNode header : node) {
            @Nullable JsonNode key = header.get("key");
            if (key == null || !key.isTextual()) {
                throw new CommandFailure("a header needs a \"key\"");
            }
            headers.add(new RecordHeader(key.textValue(), bytes(header, "value")));
        }
        return headers;
    }

    private List<Header> allHeaders(List<Header> own) {
        List<Header> all = new ArrayList<>(own);
        headers.forEach((key, value) -> all.add(new RecordHeader(key, utf8(value))));
        return all;
    }

    private static int indexOf(byte[] line, byte[] wanted) {
        for (int at = 0; at + wanted.length <= line.length; at++) {
            if (Arrays.equals(line, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }
}
