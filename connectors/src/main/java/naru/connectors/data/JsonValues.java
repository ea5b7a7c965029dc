package naru.connectors.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Connect's data as JSON, and JSON as data without a schema. */
public final class JsonValues {
    /** Decimals with all their digits; nesting and lengths are bounded by Jackson itself. */
    public static final ObjectMapper MAPPER =
            new ObjectMapper()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonValues() {}

    public static JsonNode parse(byte[] text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new DataException("this is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new DataException("this is no JSON: " + e.getMessage(), e);
        }
    }

    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new DataException("cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    /**
     * Maps, lists and what Connect has for single values. A number that no long holds becomes text,
     * so that no digit is lost.
     */
    public static @Nullable Object value(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                node.properties().forEach(e -> map.put(e.getKey(), value(e.getValue())));
                yield map;
            }
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                node.forEach(element -> list.add(value(element)));
                yield list;
            }
            case NUMBER -> number(node);
            case BOOLEAN -> node.booleanValue();
            case STRING -> node.textValue();
            case NULL, MISSING, BINARY, POJO -> null;
        };
    }

    private static Object number(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.canConvertToLong() ? (Object) node.longValue() : node.asText();
        }
        return node.doubleValue();
    }

    public static JsonNode node(@Nullable Schema schema, @Nullable Object value) {
        if (value == null) {
            return NODES.nullNode();
        }
        if (schema != null && Logical.of(schema) != Logical.NONE) {
            return value instanceof BigDecimal decimal
                    ? NODES.numberNode(decimal)
                    : NODES.textNode(Logical.text(schema, value));
        }
        return switch (value) {
            case Struct struct -> object(struct);
            case Map<?, ?> map -> object(schema, map);
            case List<?> list -> array(schema, list);
            case String text -> NODES.textNode(text);
            case Boolean truth -> NODES.booleanNode(truth);
            case Byte number -> NODES.numberNode(number.intValue());
            case Short number -> NODES.numberNode(number.intValue());
            case Integer number -> NODES.numberNode(number.intValue());
            case Long number -> NODES.numberNode(number.longValue());
            case Float number -> NODES.numberNode(number.floatValue());
            case Double number -> NODES.numberNode(number.doubleValue());
            case BigDecimal number -> NODES.numberNode(number);
            case BigInteger number -> NODES.numberNode(number);
            case byte[] raw -> NODES.binaryNode(raw);
            case ByteBuffer raw -> NODES.binaryNode(bytes(raw));
            default -> NODES.textNode(value.toString());
        };
    }

    /** Text as it is, bytes as UTF-8, all else as JSON: for lines, paths and bodies. */
    public static String text(@Nullable Schema schema, @Nullable Object value) {
        return switch (value) {
            case null -> "";
            case String text -> text;
            case byte[] raw -> new String(raw, StandardCharsets.UTF_8);
            case ByteBuffer raw -> new String(bytes(raw), StandardCharsets.UTF_8);
            default -> {
                JsonNode node = node(schema, value);
                yield node.isTextual() ? node.textValue() : node.toString();
            }
        };
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    private static ObjectNode object(Struct struct) {
        ObjectNode object = NODES.objectNode();
        for (Field field : struct.schema().fields()) {
            object.set(field.name(), node(field.schema(), struct.get(field)));
        }
        return object;
    }

    private static ObjectNode object(@Nullable Schema schema, Map<?, ?> map) {
        Schema values = schema == null ? null : schema.valueSchema();
        ObjectNode object = NODES.objectNode();
        map.forEach((key, value) -> object.set(String.valueOf(key), node(values, value)));
        return object;
    }

    private static ArrayNode array(@Nullable Schema schema, List<?> list) {
        Schema values = schema == null ? null : schema.valueSchema();
        ArrayNode array = NODES.arrayNode();
        list.forEach(value -> array.add(node(values, value)));
        return array;
    }
}
