package naru.broker.transport;

import java.nio.ByteBuffer;

/** What a loop's TLS connections work in, one at a time. Made when the first one comes. */
final class TlsBuffers {
    /**
     * More than the largest TLS record that the JDK takes, which is twice what the standard says.
     */
    static final int RECORD_BYTES = 34 << 10;

    /** Plain bytes of a file that are encrypted at once: three full records. */
    static final int PIECE_BYTES = 3 * (16 << 10);

    private static final int RECEIVED_BYTES = 128 << 10;

    /** As it came from a socket. */
    final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVED_BYTES);

    /** As it goes to a socket; takes a piece with one record to spare. */
    final ByteBuffer encrypted = ByteBuffer.allocateDirect(PIECE_BYTES + 2 * RECORD_BYTES);

    /** A piece of a file. */
    final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
}
