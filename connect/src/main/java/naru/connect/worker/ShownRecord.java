package naru.connect.worker;

import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A record as people read it: key and value as JSON, or as text where they are none.
 *
 * @param keySchema and {@code valueSchema}: type and name, empty where there is no schema
 */
public record ShownRecord(
        String topic,
        @Nullable Integer partition,
        String keySchema,
        @Nullable String key,
        String valueSchema,
        @Nullable String value,
        Map<String, String> headers) {

    static ShownRecord of(ConnectRecord<?> record) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), String.valueOf(header.value()));
        }
        return new ShownRecord(
                String.valueOf(record.topic()),
                record.kafkaPartition(),
                schema(record.keySchema()),
                text(record.keySchema(), record.key()),
                schema(record.valueSchema()),
                text(record.valueSchema(), record.value()),
                headers);
    }

    private static String schema(@Nullable Schema schema) {
        if (schema == null) {
            return "";
        }
        return schema.type().getName() + (schema.name() == null ? "" : " " + schema.name());
    }

    private static @Nullable String text(@Nullable Schema schema, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        try (JsonConverter json = new JsonConverter()) {
            json.configure(
                    Map.of(
                            "converter.type",
                            "value",
                            "schemas.enable",
                            "false",
                            "decimal.format",
                            "NUMERIC"));
            byte[] bytes = json.fromConnectData("", schema, value);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (RuntimeException noJson) {
            return value.toString();
        }
    }
}
