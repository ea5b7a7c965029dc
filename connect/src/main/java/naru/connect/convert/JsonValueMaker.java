package naru.connect.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;

/** Values of Connect as JSON: bytes in base64, dates and times as the numbers behind them. */
final class JsonValueMaker {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final boolean decimalsAsNumbers;

    JsonValueMaker(boolean decimalsAsNumbers) {
        this.decimalsAsNumbers = decimalsAsNumbers;
    }

    JsonNode of(@Nullable Schema schema, @Nullable Object value) {
        return switch (value) {
            case null -> JSON.nullNode();
            case Boolean truth -> JSON.booleanNode(truth);
            case Byte number -> JSON.numberNode(number);
            case Short number -> JSON.numberNode(number);
            case Integer number -> JSON.numberNode(number);
            case Long number -> JSON.numberNode(number);
            case Float number -> JSON.numberNode(number);
            case Double number -> JSON.numberNode(number);
            case String text -> JSON.textNode(text);
            case byte[] bytes -> JSON.binaryNode(bytes);
            case ByteBuffer bytes -> JSON.binaryNode(LogicalValues.bytes(bytes));
            case BigDecimal decimal ->
                    decimalsAsNumbers
                            ? JSON.numberNode(decimal)
                            : JSON.binaryNode(
                                    scaled(schema, decimal).unscaledValue().toByteArray());
            case Collection<?> list -> {
                ArrayNode array = JSON.arrayNode();
                list.forEach(
                        each -> array.add(of(schema == null ? null : schema.valueSchema(), each)));
                yield array;
            }
            case Map<?, ?> map -> map(schema, map);
            case Struct struct -> struct(struct);
            default -> of(null, LogicalValues.plain(schema, value));
        };
    }

    /** Only digits are written, and the schema says where their point is. */
    private static BigDecimal scaled(@Nullable Schema schema, BigDecimal decimal) {
        Map<String, String> parameters = schema == null ? null : schema.parameters();
        String scale = parameters == null ? null : parameters.get(Decimal.SCALE_FIELD);
        if (scale == null) {
            return decimal;
        }
        try {
            return decimal.setScale(Integer.parseInt(scale), RoundingMode.UNNECESSARY);
        } catch (ArithmeticException tooFine) {
            throw new DataException(
                    "%s is finer than its schema's scale of %s"
                            .formatted(decimal.toPlainString(), scale),
                    tooFine);
        }
    }

    private JsonNode map(@Nullable Schema schema, Map<?, ?> map) {
        Schema values = schema == null ? null : schema.valueSchema();
        Schema keys = schema == null ? null : schema.keySchema();
        if (keys == null || (keys.type() == Schema.Type.STRING && !keys.isOptional())) {
            ObjectNode object = JSON.objectNode();
            map.forEach((key, each) -> object.set(String.valueOf(key), of(values, each)));
            return object;
        }
        ArrayNode entries = JSON.arrayNode();
        map.forEach((key, each) -> {
            ObjectNode entry = entries.addObject();
            entry.set("key", of(keys, key));
            entry.set("value", of(values, each));
        });
        return entries;
    }

    private JsonNode struct(Struct struct) {
        String name = struct.schema().name();
        boolean union = name != null && name.startsWith(ConfluentNames.JSON_UNION);
        ObjectNode object = JSON.objectNode();
        for (Field field : struct.schema().fields()) {
            Object value = struct.get(field);
            if (union && value != null) {
                return of(field.schema(), value);
            }
            object.set(field.name(), of(field.schema(), value));
        }
        return object;
    }
}
