package naru.schema.payload;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * Refuses numbers in JSON that cost Protobuf's parser seconds: {@code "1e9999999"} for an unsigned
 * number of 64 bits is written out by it before it is found too large.
 */
final class ProtobufNumbers {
    /** No unsigned number needs so many digits of an exponent. */
    private static final Pattern COSTLY = Pattern.compile("[0-9.+-]*[eE]\\+?[0-9]{4,}");

    private static final int LONGEST = 100;

    private ProtobufNumbers() {}

    static void check(JsonNode json, Descriptor message) throws InvalidPayloadException {
        if (message.getFullName().equals("google.protobuf.UInt64Value")) {
            number(json);
        }
        boolean any = message.getFullName().equals("google.protobuf.Any");
        for (Map.Entry<String, JsonNode> property : json.properties()) {
            if (any) {
                // Its type is known to the parser only.
                everything(property.getValue());
                continue;
            }
            FieldDescriptor field = field(message, property.getKey());
            if (field != null) {
                field(property.getValue(), field);
            }
        }
    }

    private static @Nullable FieldDescriptor field(Descriptor message, String name) {
        for (FieldDescriptor field : message.getFields()) {
            if (field.getJsonName().equals(name) || field.getName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private static void field(JsonNode json, FieldDescriptor field) throws InvalidPayloadException {
        if (field.isMapField()) {
            Descriptor entry = field.getMessageType();
            for (Map.Entry<String, JsonNode> each : json.properties()) {
                if (isUnsigned(entry.findFieldByNumber(1))) {
                    number(each.getKey());
                }
                value(each.getValue(), entry.findFieldByNumber(2));
            }
        } else if (json.isArray()) {
            for (JsonNode element : json) {
                value(element, field);
            }
        } else {
            value(json, field);
        }
    }

    private static void value(JsonNode json, FieldDescriptor field) throws InvalidPayloadException {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            check(json, field.getMessageType());
        } else if (isUnsigned(field)) {
            number(json);
        }
    }

    private static boolean isUnsigned(FieldDescriptor field) {
        return field.getType() == FieldDescriptor.Type.UINT64
                || field.getType() == FieldDescriptor.Type.FIXED64;
    }

    private static void everything(JsonNode json) throws InvalidPayloadException {
        number(json);
        for (Map.Entry<String, JsonNode> property : json.properties()) {
            number(property.getKey());
        }
        for (JsonNode child : json) {
            everything(child);
        }
    }

    private static void number(JsonNode json) throws InvalidPayloadException {
        if (json.isTextual()) {
            number(json.textValue());
        }
    }

    private static void number(String text) throws InvalidPayloadException {
        String digits = text.strip();
        if (digits.length() <= LONGEST ? COSTLY.matcher(digits).matches() : isNumber(digits)) {
            throw new InvalidPayloadException(
                    "\"%s\" is out of all bounds for a number"
                            .formatted(digits.substring(0, Math.min(LONGEST, digits.length()))));
        }
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(each -> "0123456789.+-eE".indexOf(each) >= 0);
    }
}
