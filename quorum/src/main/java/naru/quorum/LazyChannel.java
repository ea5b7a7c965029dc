package naru.quorum;

import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.raft.KafkaNetworkChannel;
import org.apache.kafka.raft.NetworkChannel;
import org.apache.kafka.raft.RaftRequest;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Opens the network to the other voters when there is something to send: a voter that is alone
 * needs neither sockets nor a thread for it.
 *
 * <p>Threads: used by the Raft thread; closed by whoever closes the engine.
 */
final class LazyChannel implements NetworkChannel {
    private final ListenerName listenerName;
    private final Supplier<KafkaNetworkChannel> opener;
    private final AtomicInteger correlationIds = new AtomicInteger();
    private @Nullable KafkaNetworkChannel channel;
    private boolean closed;

    LazyChannel(ListenerName listenerName, Supplier<KafkaNetworkChannel> opener) {
        this.listenerName = listenerName;
        this.opener = opener;
    }

    @Override
    public int newCorrelationId() {
        return correlationIds.getAndIncrement();
    }

    @Override
    public void send(RaftRequest.Outbound request) {
        KafkaNetworkChannel open = open();
        if (open != null) {
            open.send(request);
        }
    }

    private synchronized @Nullable KafkaNetworkChannel open() {
        if (channel == null && !closed) {
            channel = opener.get();
            channel.start();
        }
        return channel;
    }

    @Override
    public ListenerName listenerName() {
        return listenerName;
    }

    @Override
    public void close() {
        KafkaNetworkChannel open;
        synchronized (this) {
            closed = true;
            open = channel;
        }
        if (open != null) {
            try {
                open.close();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
