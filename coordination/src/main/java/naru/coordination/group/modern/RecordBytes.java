package naru.coordination.group.modern;

import naru.coordination.CoordinatorRecord;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.function.BiFunction;

/**
 * Keys and values of {@code __consumer_offsets} as bytes: the kind of record or the version in two
 * bytes, then the message.
 */
public final class RecordBytes {
    private RecordBytes() {}

    public static CoordinatorRecord record(
            CoordinatorRecordType kind, ApiMessage key, short version, ApiMessage value) {
        return new CoordinatorRecord(prefixed(kind.id(), (short) 0, key), value(version, value));
    }

    public static CoordinatorRecord tombstone(CoordinatorRecordType kind, ApiMessage key) {
        return new CoordinatorRecord(prefixed(kind.id(), (short) 0, key), null);
    }

    private static byte[] value(short version, ApiMessage message) {
        return prefixed(version, version, message);
    }

    private static byte[] prefixed(short prefix, short version, ApiMessage message) {
        ByteBuffer body = MessageUtil.toByteBufferAccessor(message, version).buffer();
        return ByteBuffer.allocate(Short.BYTES + body.remaining())
                .putShort(prefix)
                .put(body)
                .array();
    }

    public static short kind(CoordinatorRecord record) {
        return new ByteBufferAccessor(ByteBuffer.wrap(record.key())).readShort();
    }

    /**
     * @param message its constructor, from bytes and a version
     */
    public static <T> T key(CoordinatorRecord record, BiFunction<Readable, Short, T> message) {
        ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(record.key()));
        bytes.readShort();
        return message.apply(bytes, (short) 0);
    }

    /** Null for a tombstone. */
    public static <T> @Nullable T value(
            CoordinatorRecord record, BiFunction<Readable, Short, T> message) {
        byte[] value = record.value();
        if (value == null) {
            return null;
        }
        ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(value));
        return message.apply(bytes, bytes.readShort());
    }
}
