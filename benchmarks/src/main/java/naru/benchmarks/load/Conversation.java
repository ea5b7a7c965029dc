package naru.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** What one connection says, one request in flight at a time. */
interface Conversation {
    /** The next request, ready to be written; it is written before the next call. */
    ByteBuffer next();

    /** Reads what has arrived; true when the answer is whole and was found to be right. */
    boolean receive(SocketChannel channel) throws IOException;
}
