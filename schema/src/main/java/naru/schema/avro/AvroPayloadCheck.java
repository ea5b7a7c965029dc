package naru.schema.avro;

import naru.schema.PayloadCheck;
import naru.schema.PayloadFault;
import naru.schema.PayloadReader;

import org.apache.avro.Schema;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Decodes Avro's binary encoding to its end, and keeps nothing. */
final class AvroPayloadCheck implements PayloadCheck {
    private static final int DEEPEST = 500;

    private final Schema schema;

    AvroPayloadCheck(Schema schema) {
        this.schema = schema;
    }

    @Override
    public Optional<String> problem(ByteBuffer payload) {
        if (schema.getType() == Schema.Type.BYTES) {
            // Confluent's serializers write bytes that are all of a payload without their length.
            return Optional.empty();
        }
        PayloadReader reader = new PayloadReader(payload, DEEPEST);
        try {
            value(schema, reader);
            return reader.remaining() == 0
                    ? Optional.empty()
                    : Optional.of(
                            "%d bytes follow the value of %s"
                                    .formatted(reader.remaining(), schema.getFullName()));
        } catch (PayloadFault fault) {
            return Optional.of(fault.at(reader.path()));
        }
    }

    private static void value(Schema schema, PayloadReader reader) {
        reader.step();
        switch (schema.getType()) {
            case NULL -> {}
            case BOOLEAN -> {
                byte value = reader.readByte();
                if (value != 0 && value != 1) {
                    throw new PayloadFault("a boolean of " + value);
                }
            }
            case INT -> {
                long value = reader.readZigzag();
                if (value != (int) value) {
                    throw new PayloadFault("an int of " + value);
                }
            }
            case LONG -> reader.readZigzag();
            case FLOAT -> reader.skip(Float.BYTES);
            case DOUBLE -> reader.skip(Double.BYTES);
            case BYTES, STRING -> reader.skip(reader.readZigzag());
            case FIXED -> reader.skip(schema.getFixedSize());
            case ENUM -> {
                List<String> symbols = schema.getEnumSymbols();
                long symbol = reader.readZigzag();
                if (symbol < 0 || symbol >= symbols.size()) {
                    throw new PayloadFault(
                            "symbol %d of %s, which has %d"
                                    .formatted(symbol, schema.getFullName(), symbols.size()));
                }
            }
            case UNION -> {
                List<Schema> branches = schema.getTypes();
                long branch = reader.readZigzag();
                if (branch < 0 || branch >= branches.size()) {
                    throw new PayloadFault(
                            "branch %d of a union of %d".formatted(branch, branches.size()));
                }
                value(branches.get((int) branch), reader);
            }
            case RECORD -> record(schema, reader);
            case ARRAY -> blocks(schema.getElementType(), false, reader);
            case MAP -> blocks(schema.getValueType(), true, reader);
        }
    }

    private static void record(Schema schema, PayloadReader reader) {
        reader.deeper();
        for (Schema.Field field : schema.getFields()) {
            reader.enter(field.name());
            value(field.schema(), reader);
            reader.leave();
        }
        reader.higher();
    }

    private static void blocks(Schema element, boolean keyed, PayloadReader reader) {
        reader.deeper();
        int index = 0;
        while (true) {
            long count = reader.readZigzag();
            if (count == 0) {
                break;
            }
            if (count < 0) {
                // The block's size in bytes follows, for those who skip it.
                if (reader.readZigzag() < 0) {
                    throw new PayloadFault("a block of less than no bytes");
                }
                count = -count;
            }
            for (long i = 0; i != count; i++) {
                reader.enter(index++);
                if (keyed) {
                    reader.skip(reader.readZigzag());
                }
                value(element, reader);
                reader.leave();
            }
        }
        reader.higher();
    }
}
