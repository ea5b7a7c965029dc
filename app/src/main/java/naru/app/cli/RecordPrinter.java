package naru.app.cli;

import naru.app.terminal.Json;
import naru.app.terminal.PlainText;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes records, each followed by a line end. */
abstract sealed class RecordPrinter {
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    /** Writes one record. */
    abstract void print(ConsumerRecord<byte[], byte[]> record, OutputStream out) throws IOException;

    /**
     * @param harmless whether control characters are escaped, for a terminal; else bytes go out as
     *     they are
     */
    static RecordPrinter values(boolean harmless) {
        return new Values(null, harmless);
    }

    static RecordPrinter keysAndValues(String separator, boolean harmless) {
        return new Values(separator.getBytes(StandardCharsets.UTF_8), harmless);
    }

    static RecordPrinter json() {
        return new JsonLines();
    }

    static RecordPrinter template(String template, boolean harmless) {
        return new Template(template, harmless);
    }

    private static final class Values extends RecordPrinter {
        private final byte @Nullable [] separator;
        private final boolean harmless;

        private Values(byte @Nullable [] separator, boolean harmless) {
            this.separator = separator;
            this.harmless = harmless;
        }

        @Override
        void print(ConsumerRecord<byte[], byte[]> record, OutputStream out) throws IOException {
            if (separator != null) {
                out.write(shown(record.key()));
                out.write(separator);
            }
            out.write(shown(record.value()));
            out.write('\n');
        }

        private byte[] shown(byte @Nullable [] bytes) {
            if (bytes == null) {
                return NULL;
            }
            return harmless ? harmless(text(bytes)).getBytes(StandardCharsets.UTF_8) : bytes;
        }
    }

    private static final class JsonLines extends RecordPrinter {
        @Override
        void print(ConsumerRecord<byte[], byte[]> record, OutputStream out) throws IOException {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("topic", record.topic());
            fields.put("partition", record.partition());
            fields.put("offset", record.offset());
            fields.put("timestamp", record.timestamp());
            put(fields, "key", record.key());
            put(fields, "value", record.value());
            List<Map<String, @Nullable Object>> headers = new ArrayList<>();
            for (Header header : record.headers()) {
                Map<String, @Nullable Object> one = new LinkedHashMap<>();
                one.put("key", header.key());
                put(one, "value", header.value());
                headers.add(one);
            }
            fields.put("headers", headers);
            out.write(Json.line(fields).getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        }

        /** As text when it is text; else as {@code keyBase64}, {@code valueBase64}. */
        private static void put(
                Map<String, @Nullable Object> fields, String name, byte @Nullable [] bytes) {
            if (bytes == null) {
                fields.put(name, null);
                return;
            }
            try {
                String text =
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(bytes))
                                .toString();
                fields.put(name, text);
            } catch (CharacterCodingException binary) {
                fields.put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
            }
        }
    }

    private static final class Template extends RecordPrinter {
        private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");
        private final String template;
        private final boolean harmless;

        private Template(String template, boolean harmless) {
            this.template = Escapes.resolve(template);
            this.harmless = harmless;
            Matcher places = PLACE.matcher(template);
            ConsumerRecord<byte[], byte[]> none =
                    new ConsumerRecord<>("", 0, 0, new byte[0], new byte[0]);
            while (places.find()) {
                field(places.group(1), none);
            }
        }

        @Override
        void print(ConsumerRecord<byte[], byte[]> record, OutputStream out) throws IOException {
            String line =
                    PLACE.matcher(template)
                            .replaceAll(place -> {
                                String field = field(place.group(1), record);
                                return Matcher.quoteReplacement(harmless ? harmless(field) : field);
                            });
            out.write(line.getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        }

        private static String field(String name, ConsumerRecord<byte[], byte[]> record) {
            return switch (name) {
                case "topic" -> record.topic();
                case "partition" -> String.valueOf(record.partition());
                case "offset" -> String.valueOf(record.offset());
                case "timestamp" -> String.valueOf(record.timestamp());
                case "time" -> Instant.ofEpochMilli(record.timestamp()).toString();
                case "key" -> text(record.key());
                case "value" -> text(record.value());
                case "headers" -> headers(record);
                default ->
                        throw new CommandFailure(
                                "a template knows no {"
                                        + name
                                        + "}; use {topic}, {partition}, {offset}, {timestamp},"
                                        + " {time}, {key}, {value} or {headers}");
            };
        }

        private static String headers(ConsumerRecord<byte[], byte[]> record) {
            List<String> headers = new ArrayList<>();
            for (Header header : record.headers()) {
                headers.add(header.key() + "=" + text(header.value()));
            }
            return String.join(",", headers);
        }
    }

    static String text(byte @Nullable [] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }

    private static String harmless(String text) {
        return PlainText.of(text);
    }
}
