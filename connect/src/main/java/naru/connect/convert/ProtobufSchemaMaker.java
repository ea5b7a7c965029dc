package naru.connect.convert;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The Protobuf file of a struct of Connect: a message, and within it those that it uses. One use
 * each.
 */
final class ProtobufSchemaMaker {
    static final String DECIMAL = "confluent.type.Decimal";
    static final String DATE = "google.type.Date";
    static final String TIME = "google.type.TimeOfDay";
    static final String TIMESTAMP = "google.protobuf.Timestamp";

    private static final Map<String, String> FILES =
            Map.of(
                    DECIMAL, "confluent/type/decimal.proto",
                    DATE, "google/type/date.proto",
                    TIME, "google/type/timeofday.proto",
                    TIMESTAMP, "google/protobuf/timestamp.proto");

    private final boolean optionalForNullables;
    private final Set<String> imports = new TreeSet<>();
    private int unnamed;

    /**
     * @param optionalForNullables whether what may be null is a field with presence
     */
    ProtobufSchemaMaker(boolean optionalForNullables) {
        this.optionalForNullables = optionalForNullables;
    }

    String text(Schema struct) {
        StringBuilder message = new StringBuilder();
        String name = struct.name() == null ? "" : struct.name();
        int dot = name.lastIndexOf('.');
        message(message, struct, messageName(struct), "");
        StringBuilder file = new StringBuilder("syntax = \"proto3\";\n");
        if (dot > 0) {
            file.append("package ").append(name, 0, dot).append(";\n");
        }
        imports.forEach(each -> file.append("import \"").append(each).append("\";\n"));
        return file.append(message).toString();
    }

    private String messageName(Schema struct) {
        String name = struct.name();
        if (name == null) {
            return "ConnectDefault" + ++unnamed;
        }
        return identifier(name.substring(name.lastIndexOf('.') + 1));
    }

    private static String identifier(String name) {
        String made = name.replaceAll("[^A-Za-z0-9_]", "_");
        return made.isEmpty() || Character.isDigit(made.charAt(0)) ? "_" + made : made;
    }

    private void message(StringBuilder out, Schema struct, String name, String indent) {
        out.append(indent).append("message ").append(name).append(" {\n");
        String inner = indent + "  ";
        Set<String> nested = new HashSet<>();
        Set<Integer> tags = new HashSet<>();
        for (Field field : struct.fields()) {
            tags.add(givenTag(field.schema()));
        }
        int next = 1;
        for (Field field : struct.fields()) {
            int tag = givenTag(field.schema());
            if (tag == 0) {
                while (tags.contains(next)) {
                    next++;
                }
                tag = next++;
            }
            field(out, field, tag, inner, nested);
        }
        out.append(indent).append("}\n");
    }

    private static int givenTag(Schema schema) {
        Map<String, String> parameters = schema.parameters();
        String tag = parameters == null ? null : parameters.get(ConfluentNames.PROTOBUF_TAG);
        return tag == null ? 0 : Integer.parseInt(tag);
    }

    private void field(StringBuilder out, Field field, int tag, String indent, Set<String> nested) {
        Schema schema = field.schema();
        String name = identifier(field.name());
        String type;
        if (schema.type() == Schema.Type.ARRAY) {
            if (schema.valueSchema().type() == Schema.Type.ARRAY
                    || schema.valueSchema().type() == Schema.Type.MAP) {
                throw new DataException(
                        "the field %s is a list of lists or maps, for which Protobuf has no type"
                                .formatted(field.name()));
            }
            type = "repeated " + type(out, schema.valueSchema(), name, indent, nested);
        } else if (schema.type() == Schema.Type.MAP) {
            type =
                    "map<%s, %s>"
                            .formatted(
                                    type(out, schema.keySchema(), name + "Key", indent, nested),
                                    type(
                                            out,
                                            schema.valueSchema(),
                                            name + "Value",
                                            indent,
                                            nested));
        } else {
            boolean presence = schema.isOptional() && optionalForNullables;
            type = (presence ? "optional " : "") + type(out, schema, name, indent, nested);
        }
        out.append(indent).append("%s %s = %d;\n".formatted(type, name, tag));
    }

    private String type(
            StringBuilder out, Schema schema, String field, String indent, Set<String> nested) {
        String logical = schema.name() == null ? "" : schema.name();
        return switch (schema.type()) {
            case INT8, INT16 -> "int32";
            case INT32 ->
                    logical.equals(Date.LOGICAL_NAME)
                            ? imported(DATE)
                            : logical.equals(Time.LOGICAL_NAME) ? imported(TIME) : "int32";
            case INT64 -> logical.equals(Timestamp.LOGICAL_NAME) ? imported(TIMESTAMP) : "int64";
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
            case BOOLEAN -> "bool";
            case STRING -> enumeration(out, schema, field, indent, nested);
            case BYTES -> logical.equals(Decimal.LOGICAL_NAME) ? imported(DECIMAL) : "bytes";
            case STRUCT -> {
                String name =
                        schema.name() == null
                                ? field.substring(0, 1).toUpperCase(Locale.ROOT)
                                        + field.substring(1)
                                        + "Message"
                                : messageName(schema);
                if (nested.add(name)) {
                    message(out, schema, name, indent);
                }
                yield name;
            }
            case ARRAY, MAP ->
                    throw new DataException(
                            "the field %s nests a list or map in a map, for which Protobuf has no type"
                                    .formatted(field));
        };
    }

    private static String enumeration(
            StringBuilder out, Schema schema, String field, String indent, Set<String> nested) {
        Map<String, String> parameters = schema.parameters();
        String given = parameters == null ? null : parameters.get(ConfluentNames.PROTOBUF_ENUM);
        if (parameters == null || given == null) {
            return "string";
        }
        String name = identifier(given.isEmpty() ? field + "Enum" : given);
        if (nested.add(name)) {
            out.append(indent).append("enum ").append(name).append(" {\n");
            parameters.forEach((key, number) -> {
                if (key.startsWith(ConfluentNames.PROTOBUF_ENUM + ".")) {
                    String symbol = key.substring(ConfluentNames.PROTOBUF_ENUM.length() + 1);
                    out.append(indent).append("  %s = %s;\n".formatted(symbol, number));
                }
            });
            out.append(indent).append("}\n");
        }
        return name;
    }

    private String imported(String type) {
        imports.add(String.valueOf(FILES.get(type)));
        return "." + type;
    }
}
