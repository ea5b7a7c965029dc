package naru.log.compaction;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with 128 bits (Aumasson, Bernstein) of a key that comes in pieces. Whoever does not
 * know the secret cannot make two keys with one hash.
 *
 * <p>Threads: one. {@link #begin}, any number of {@link #add}, {@link #end}; then the two halves.
 */
final class KeyHash {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long secret0;
    private final long secret1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long partial;
    private long length;
    private long high;
    private long low;

    KeyHash(long secret0, long secret1) {
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    void begin() {
        v0 = secret0 ^ 0x736f6d6570736575L;
        v1 = secret1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = secret0 ^ 0x6c7967656e657261L;
        v3 = secret1 ^ 0x7465646279746573L;
        partial = 0;
        length = 0;
    }

    void add(byte[] bytes, int at, int count) {
        int next = at;
        int end = at + count;
        while (next < end && (length & 7) != 0) {
            octet(bytes[next++]);
        }
        for (; next + Long.BYTES <= end; next += Long.BYTES) {
            word((long) LONGS.get(bytes, next));
            length += Long.BYTES;
        }
        while (next < end) {
            octet(bytes[next++]);
        }
    }

    private void octet(byte next) {
        partial |= (next & 0xffL) << ((length & 7) << 3);
        length++;
        if ((length & 7) == 0) {
            word(partial);
            partial = 0;
        }
    }

    private void word(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    void end() {
        word(partial | (length << 56));
        v2 ^= 0xee;
        fourRounds();
        high = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        fourRounds();
        low = v0 ^ v1 ^ v2 ^ v3;
    }

    private void fourRounds() {
        round();
        round();
        round();
        round();
    }

    private void round() {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
    }

    /** The first eight bytes of the hash, the lowest first. */
    long high() {
        return high;
    }

    /** The last eight bytes of the hash, the lowest first. */
    long low() {
        return low;
    }
}
