package naru.benchmarks.load;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Drives many connections from the calling thread, each with one request in flight, until a number
 * of requests is answered or a time is over.
 */
final class ClosedLoop implements AutoCloseable {
    /** Nobody answers for this long: the broker is stuck. */
    private static final Duration SILENCE_BOUND = Duration.ofSeconds(20);

    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();

    ClosedLoop(String bootstrap, List<? extends Conversation> conversations) throws IOException {
        this.selector = Selector.open();
        for (Conversation conversation : conversations) {
            SocketChannel channel = WireClient.open(bootstrap);
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            Connection connection = new Connection(channel, key, conversation);
            key.attach(connection);
            connections.add(connection);
        }
    }

    /** Requests answered and the wall time they took. */
    record Run(int requests, double seconds) {}

    /** Sends at most so many requests, as long as the time lasts, and takes in every answer. */
    Run run(int requests, Duration bound, Latencies latencies) throws IOException {
        long start = System.nanoTime();
        long deadline = start + bound.toNanos();
        int sent = 0;
        int answered = 0;
        for (Connection connection : connections) {
            if (sent < requests) {
                connection.send(System.nanoTime());
                sent++;
            }
        }
        while (answered < sent) {
            if (selector.select(SILENCE_BOUND.toMillis()) == 0) {
                throw new IOException("no answer within " + SILENCE_BOUND.toSeconds() + " s");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                Connection connection = (Connection) key.attachment();
                if (key.isWritable()) {
                    connection.write();
                }
                if (key.isReadable() && connection.conversation.receive(connection.channel)) {
                    long now = System.nanoTime();
                    latencies.record(now - connection.sentAt);
                    answered++;
                    if (sent < requests && now - deadline < 0) {
                        connection.send(now);
                        sent++;
                    }
                }
            }
            selector.selectedKeys().clear();
        }
        return new Run(answered, (System.nanoTime() - start) / 1e9);
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
        selector.close();
    }

    private static final class Connection {
        private final SocketChannel channel;
        private final SelectionKey key;
        private final Conversation conversation;
        private @Nullable ByteBuffer unsent;
        private long sentAt;

        Connection(SocketChannel channel, SelectionKey key, Conversation conversation) {
            this.channel = channel;
            this.key = key;
            this.conversation = conversation;
        }

        void send(long now) throws IOException {
            sentAt = now;
            unsent = conversation.next();
            write();
        }

        void write() throws IOException {
            ByteBuffer frame = unsent;
            if (frame == null) {
                return;
            }
            channel.write(frame);
            boolean whole = !frame.hasRemaining();
            unsent = whole ? null : frame;
            int wanted =
                    whole ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
            if (key.interestOps() != wanted) {
                key.interestOps(wanted);
            }
        }
    }
}
