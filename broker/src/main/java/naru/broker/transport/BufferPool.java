package naru.broker.transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Buffers for incomplete frames, of one loop's thread. Up to {@link #LARGEST_POOLED} they are
 * direct, of a power of two, and used again; larger ones are rare and left to the collector.
 */
final class BufferPool {
    static final int SMALLEST = 1 << 10;
    static final int LARGEST_POOLED = 1 << 20;
    private static final long KEPT_BYTES = 8 << 20;

    private final List<ArrayDeque<ByteBuffer>> free = new ArrayList<>();
    private long keptBytes;

    BufferPool() {
        for (int size = SMALLEST; size <= LARGEST_POOLED; size <<= 1) {
            free.add(new ArrayDeque<>());
        }
    }

    /** Capacity of the buffer that is given for so many bytes. */
    static int sizeFor(int bytes) {
        return bytes > LARGEST_POOLED
                ? bytes
                : Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
    }

    /** A cleared buffer of at least so many bytes. */
    ByteBuffer take(int bytes) {
        int size = sizeFor(bytes);
        if (size > LARGEST_POOLED) {
            return ByteBuffer.allocate(size);
        }
        ByteBuffer buffer = free.get(sizeClass(size)).pollLast();
        if (buffer == null) {
            return ByteBuffer.allocateDirect(size);
        }
        keptBytes -= size;
        return buffer.clear();
    }

    void giveBack(ByteBuffer buffer) {
        if (buffer.isDirect() && keptBytes + buffer.capacity() <= KEPT_BYTES) {
            free.get(sizeClass(buffer.capacity())).addLast(buffer);
            keptBytes += buffer.capacity();
        }
    }

    private static int sizeClass(int size) {
        return Integer.numberOfTrailingZeros(size / SMALLEST);
    }
}
