package naru.connect.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Default values as they stand in the JSON of an Avro schema. */
final class AvroDefaults {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private AvroDefaults() {}

    static JsonNode json(@Nullable Schema schema, @Nullable Object value) {
        return switch (value) {
            case null -> JSON.nullNode();
            case Boolean truth -> JSON.booleanNode(truth);
            case Byte number -> JSON.numberNode(number.intValue());
            case Short number -> JSON.numberNode(number.intValue());
            case Integer number -> JSON.numberNode(number);
            case Long number -> JSON.numberNode(number);
            case Float number -> JSON.numberNode(number);
            case Double number -> JSON.numberNode(number);
            case String text -> JSON.textNode(text);
            case byte[] bytes -> latin(bytes);
            case ByteBuffer bytes -> latin(LogicalValues.bytes(bytes));
            case BigDecimal decimal -> latin(decimal.unscaledValue().toByteArray());
            case List<?> list -> {
                ArrayNode array = JSON.arrayNode();
                list.forEach(each ->
                        array.add(json(schema == null ? null : schema.valueSchema(), each)));
                yield array;
            }
            case Map<?, ?> map -> {
                ObjectNode object = JSON.objectNode();
                map.forEach((key, each) ->
                        object.set(
                                String.valueOf(key),
                                json(schema == null ? null : schema.valueSchema(), each)));
                yield object;
            }
            case Struct struct -> {
                ObjectNode object = JSON.objectNode();
                for (Field field : struct.schema().fields()) {
                    object.set(field.name(), json(field.schema(), struct.get(field)));
                }
                yield object;
            }
            default -> json(null, LogicalValues.plain(schema, value));
        };
    }

    private static JsonNode latin(byte[] bytes) {
        return JSON.textNode(new String(bytes, StandardCharsets.ISO_8859_1));
    }
}
