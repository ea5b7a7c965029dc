package naru.schema.protobuf;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.squareup.wire.schema.internal.parser.OptionElement;

import naru.schema.InvalidSchemaException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Options that Protobuf itself defines, between their text and their descriptor. */
final class StandardOptions {
    private StandardOptions() {}

    /** Sets those that there are; others are somebody's own. */
    static void set(Message.Builder options, List<OptionElement> elements)
            throws InvalidSchemaException {
        for (OptionElement element : elements) {
            FieldDescriptor field =
                    element.isParenthesized()
                            ? null
                            : options.getDescriptorForType().findFieldByName(element.getName());
            if (field != null && !field.isRepeated()) {
                Object value = value(field, element.getValue().toString());
                if (value != null) {
                    options.setField(field, value);
                }
            }
        }
    }

    private static @Nullable Object value(FieldDescriptor field, String text)
            throws InvalidSchemaException {
        return switch (field.getJavaType()) {
            case BOOLEAN -> Boolean.valueOf(text);
            case STRING -> text;
            case ENUM -> {
                EnumValueDescriptor value = field.getEnumType().findValueByName(text);
                if (value == null) {
                    throw new InvalidSchemaException(
                            "Option %s cannot be %s".formatted(field.getName(), text));
                }
                yield value;
            }
            case INT, LONG, FLOAT, DOUBLE, BYTE_STRING, MESSAGE -> null;
        };
    }

    /** Those that are set, as text. */
    static List<OptionElement> of(Message options) {
        List<OptionElement> elements = new ArrayList<>();
        for (Map.Entry<FieldDescriptor, Object> entry : options.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            OptionElement.Kind kind =
                    switch (field.getJavaType()) {
                        case BOOLEAN -> OptionElement.Kind.BOOLEAN;
                        case STRING -> OptionElement.Kind.STRING;
                        case ENUM -> OptionElement.Kind.ENUM;
                        case INT, LONG, FLOAT, DOUBLE, BYTE_STRING, MESSAGE -> null;
                    };
            if (kind != null && !field.isRepeated() && !field.getName().equals("map_entry")) {
                elements.add(
                        new OptionElement(
                                field.getName(), kind, entry.getValue().toString(), false));
            }
        }
        return elements;
    }
}
