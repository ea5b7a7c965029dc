package naru.wire;

import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How the bytes of one message version are laid out, made of Kafka's {@link Schema} once, so that a
 * message can be walked without making objects of it. Immutable.
 */
sealed interface RequestShape {
    /** A field of always so many bytes. */
    record Fixed(int bytes) implements RequestShape {}

    /** A length and so many bytes, of which objects are made. */
    record Text(Length length) implements RequestShape {}

    /** A length and so many bytes of record batches, which stay where they are. */
    record Records(Length length) implements RequestShape {}

    /** A count and so many elements. */
    record Sequence(Length length, RequestShape element) implements RequestShape {}

    /** Fields one after the other. */
    record Group(boolean nullable, List<RequestShape> fields) implements RequestShape {}

    /** A count of tagged fields, each with its tag and size (KIP-482). */
    record Tagged(Map<Integer, RequestShape> known) implements RequestShape {}

    /** How a length is written; COMPACT is an unsigned varint of one more than the length. */
    enum Length {
        INT16,
        INT32,
        COMPACT
    }

    static RequestShape of(Schema schema) {
        return group(schema);
    }

    private static RequestShape group(Schema schema) {
        List<RequestShape> fields = new ArrayList<>();
        for (BoundField field : schema.fields()) {
            fields.add(shape(field.def.type));
        }
        return new Group(schema.isNullable(), List.copyOf(fields));
    }

    private static RequestShape shape(Type type) {
        if (type instanceof Schema schema) {
            return group(schema);
        }
        if (type instanceof TaggedFields tagged) {
            Map<Integer, RequestShape> known = new HashMap<>();
            for (Map.Entry<Integer, Field> field : tagged.fields().entrySet()) {
                known.put(field.getKey(), shape(field.getValue().type));
            }
            return new Tagged(Map.copyOf(known));
        }
        if (type.arrayElementType().isPresent()) {
            boolean compact = type.toString().startsWith("COMPACT");
            return new Sequence(
                    compact ? Length.COMPACT : Length.INT32, shape(type.arrayElementType().get()));
        }
        return scalar(type);
    }

    private static RequestShape scalar(Type type) {
        return switch (type.toString()) {
            case "BOOLEAN", "INT8" -> new Fixed(1);
            case "INT16", "UINT16" -> new Fixed(2);
            case "INT32", "UINT32" -> new Fixed(4);
            case "INT64", "FLOAT64" -> new Fixed(8);
            case "UUID" -> new Fixed(16);
            case "STRING", "NULLABLE_STRING" -> new Text(Length.INT16);
            case "BYTES", "NULLABLE_BYTES" -> new Text(Length.INT32);
            case "COMPACT_STRING",
                    "COMPACT_NULLABLE_STRING",
                    "COMPACT_BYTES",
                    "COMPACT_NULLABLE_BYTES" ->
                    new Text(Length.COMPACT);
            case "RECORDS", "NULLABLE_RECORDS" -> new Records(Length.INT32);
            case "COMPACT_RECORDS", "COMPACT_NULLABLE_RECORDS" -> new Records(Length.COMPACT);
            default -> throw new IllegalStateException("A schema has the unknown type " + type);
        };
    }
}
