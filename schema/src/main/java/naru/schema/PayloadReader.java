package naru.schema;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes through a payload without keeping any of it: numbers, lengths that must fit into what is
 * left, and the path to where it is. Owned by one check of one payload.
 */
public final class PayloadReader {
    private static final int LONGEST_VARINT = 10;

    private final ByteBuffer bytes;
    private final List<Object> path = new ArrayList<>();
    private final int deepest;
    private int depth;
    private long steps;

    /**
     * @param deepest how deeply values may be nested
     */
    public PayloadReader(ByteBuffer payload, int deepest) {
        this.bytes = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.deepest = deepest;
        this.steps = 1_000_000 + 8L * bytes.remaining();
    }

    public int remaining() {
        return bytes.remaining();
    }

    /** Goes into a field or an element; its index if it is a number. */
    public void enter(Object name) {
        path.add(name);
    }

    public void leave() {
        path.removeLast();
    }

    /** Goes one level deeper; what nests without end is a fault. */
    public void deeper() {
        if (++depth > deepest) {
            throw new PayloadFault("nested deeper than " + deepest);
        }
    }

    public void higher() {
        depth--;
    }

    /** Counts a piece of work; more than the payload's length explains is a fault. */
    public void step() {
        if (--steps < 0) {
            throw new PayloadFault("has more elements than are looked at");
        }
    }

    public byte readByte() {
        if (!bytes.hasRemaining()) {
            throw new PayloadFault("the payload ends here");
        }
        return bytes.get();
    }

    /** A number of seven bits a byte, least first. */
    public long readVarint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            byte next = readByte();
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new PayloadFault("a number of more than 10 bytes");
    }

    /** A varint of which the lowest bit is the sign. */
    public long readZigzag() {
        long value = readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    public void skip(long count) {
        if (count < 0) {
            throw new PayloadFault("a length below zero");
        }
        if (count > bytes.remaining()) {
            throw new PayloadFault(
                    "announces %d bytes where %d are left".formatted(count, bytes.remaining()));
        }
        bytes.position(bytes.position() + (int) count);
    }

    /** The next bytes as a buffer of their own, behind which this goes on. */
    public ByteBuffer take(long count) {
        int begin = bytes.position();
        skip(count);
        ByteBuffer taken = bytes.duplicate();
        taken.position(begin).limit(bytes.position());
        return taken;
    }

    /** Ends at {@code count} bytes from here; the end that was before is returned. */
    public int narrow(long count) {
        int end = bytes.limit();
        int begin = bytes.position();
        skip(count);
        bytes.limit(bytes.position());
        bytes.position(begin);
        return end;
    }

    public void widen(int end) {
        bytes.limit(end);
    }

    /** Names joined by dots, positions in brackets. */
    public String path() {
        StringBuilder text = new StringBuilder();
        for (Object part : path) {
            if (part instanceof Integer index) {
                text.append('[').append(index).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(part);
            }
        }
        return text.toString();
    }
}
