package naru.systemtests;

import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.utils.ByteUtils;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Request bodies that fit their schema and make no sense otherwise. */
final class RandomBody {
    private static final int MAX_BYTES = 65_536;

    private final Random random;
    private final ByteBuffer out = ByteBuffer.allocate(MAX_BYTES * 2);

    private RandomBody(Random random) {
        this.random = random;
    }

    static ByteBuffer of(Schema schema, Random random) {
        RandomBody body = new RandomBody(random);
        body.write(schema);
        return body.out.flip();
    }

    private void write(Schema schema) {
        for (BoundField field : schema.fields()) {
            write(field.def.type);
        }
    }

    private void write(Type type) {
        if (type instanceof Schema schema) {
            write(schema);
        } else if (type instanceof TaggedFields) {
            ByteUtils.writeUnsignedVarint(0, out);
        } else if (type.isArray()) {
            array(type);
        } else {
            scalar(type.toString());
        }
    }

    private void array(Type type) {
        int count = out.position() > MAX_BYTES ? 0 : random.nextInt(4);
        if (type.toString().startsWith("COMPACT")) {
            ByteUtils.writeUnsignedVarint(count + 1, out);
        } else {
            out.putInt(count);
        }
        for (int i = 0; i < count; i++) {
            write(type.arrayElementType().orElseThrow());
        }
    }

    private void scalar(String name) {
        switch (name) {
            case "BOOLEAN" -> out.put((byte) random.nextInt(2));
            case "INT8" -> out.put((byte) random.nextInt());
            case "INT16", "UINT16" -> out.putShort((short) number());
            case "INT32", "UINT32" -> out.putInt((int) number());
            case "INT64", "FLOAT64" -> out.putLong(number());
            case "UUID" -> out.putLong(random.nextLong()).putLong(random.nextLong());
            case "STRING", "NULLABLE_STRING" -> {
                byte[] text = text();
                out.putShort((short) text.length).put(text);
            }
            case "BYTES", "NULLABLE_BYTES", "RECORDS" -> {
                byte[] bytes = text();
                out.putInt(bytes.length).put(bytes);
            }
            default -> {
                byte[] bytes = text();
                ByteUtils.writeUnsignedVarint(bytes.length + 1, out);
                out.put(bytes);
            }
        }
    }

    private long number() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(3) - 1;
            case 1 -> random.nextInt(1000);
            case 2 -> Long.MAX_VALUE;
            default -> random.nextLong();
        };
    }

    private byte[] text() {
        String[] texts = {
            "",
            "victim",
            "../../escape",
            "x".repeat(random.nextInt(300)),
            "일",
            "__consumer_offsets-x"
        };
        return texts[random.nextInt(texts.length)].getBytes(StandardCharsets.UTF_8);
    }
}
