package naru.schema.payload;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Which message of a Protobuf file a payload is: the position among the file's messages, then among
 * the messages within that one, and so on.
 *
 * @param positions at least one
 */
public record MessageIndexes(List<Integer> positions) {
    private static final int DEEPEST = 100;
    private static final int LONGEST_VARINT = 5;

    public MessageIndexes {
        positions = List.copyOf(positions);
    }

    /** Where a message is. */
    public static MessageIndexes of(Descriptor message) {
        List<Integer> positions = new ArrayList<>();
        Descriptor each = message;
        while (each != null) {
            Descriptor outer = each.getContainingType();
            List<Descriptor> beside =
                    outer == null ? each.getFile().getMessageTypes() : outer.getNestedTypes();
            positions.addFirst(messages(beside).indexOf(each));
            each = outer;
        }
        return new MessageIndexes(positions);
    }

    /** Reads the indexes at the beginning of a body, and leaves it behind them. */
    public static MessageIndexes read(ByteBuffer body) throws InvalidPayloadException {
        int count = readZigzag(body);
        if (count < 0 || count > DEEPEST) {
            throw new InvalidPayloadException(
                    "the message is named by %d indexes".formatted(count));
        }
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            positions.add(readZigzag(body));
        }
        return new MessageIndexes(count == 0 ? List.of(0) : positions);
    }

    private static int readZigzag(ByteBuffer body) throws InvalidPayloadException {
        int value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            if (!body.hasRemaining()) {
                throw new InvalidPayloadException("the payload ends within the message's indexes");
            }
            byte next = body.get();
            value |= (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new InvalidPayloadException("a message's index of more than 5 bytes");
    }

    /** As it stands before the message; the first message of a file is a single zero. */
    public byte[] bytes() {
        if (positions.equals(List.of(0))) {
            return new byte[] {0};
        }
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_VARINT * (1 + positions.size()));
        writeZigzag(positions.size(), bytes);
        positions.forEach(each -> writeZigzag(each, bytes));
        byte[] written = new byte[bytes.position()];
        bytes.flip().get(written);
        return written;
    }

    private static void writeZigzag(int value, ByteBuffer into) {
        int rest = (value << 1) ^ (value >> 31);
        while ((rest & ~0x7f) != 0) {
            into.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        into.put((byte) rest);
    }

    /** The message that is meant in a file. */
    public Descriptor in(FileDescriptor file) throws InvalidPayloadException {
        List<Descriptor> types = file.getMessageTypes();
        Descriptor chosen = null;
        for (int position : positions) {
            List<Descriptor> messages = messages(types);
            if (position < 0 || position >= messages.size()) {
                throw new InvalidPayloadException(
                        "message %d where the schema has %d".formatted(position, messages.size()));
            }
            chosen = messages.get(position);
            types = chosen.getNestedTypes();
        }
        if (chosen == null) {
            throw new InvalidPayloadException("no message is named");
        }
        return chosen;
    }

    /** A map's entries are messages to Protobuf, and none in the text. */
    private static List<Descriptor> messages(List<Descriptor> types) {
        return types.stream().filter(type -> !type.getOptions().getMapEntry()).toList();
    }
}
