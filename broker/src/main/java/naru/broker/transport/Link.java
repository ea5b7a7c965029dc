package naru.broker.transport;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

import javax.net.ssl.SSLSession;

/**
 * The bytes of one connection, plain or encrypted. Owned by the loop's thread.
 *
 * <p>A link may hold bytes that no select tells of: what has been read and not handed out ({@link
 * #hasBuffered}), and what has been taken for writing and not left ({@link #flush}).
 */
interface Link {
    /** Bytes put into the buffer; 0 when there are none now, -1 when none will come. */
    int read(ByteBuffer into) throws IOException;

    /** Bytes taken from the buffer; 0 when no more can be taken now. */
    int write(ByteBuffer from) throws IOException;

    /** Sends of the region what can be sent now; answers what is left. */
    FileRegion transfer(FileRegion region) throws IOException;

    /** Sends what was held back; whether nothing is held any longer. */
    boolean flush() throws IOException;

    /** Whether {@link #read} may be called: it may not while output is held back. */
    boolean mayRead();

    /** Whether {@link #read} has something to give without the socket being readable. */
    boolean hasBuffered();

    /** Bytes of frame memory that are held. */
    int heldBytes();

    /** Whether requests can be exchanged: always, or after the handshake. */
    boolean isEstablished();

    /** Why the two sides cannot speak to one another, once that is known. */
    default @Nullable String refusal() {
        return null;
    }

    /** The session of an established TLS connection, null on a plain one. */
    @Nullable SSLSession session();

    /** Says good-bye when the protocol has a word for it, and gives back what it holds. */
    void close();
}
