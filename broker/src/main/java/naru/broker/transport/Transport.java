package naru.broker.transport;

import naru.broker.quota.ClientQuotas;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * The loops and listeners of a node. A listener is bound when added, so that its port is known and
 * a taken one is told at once; it takes connections from {@link #start} on.
 */
public final class Transport implements AutoCloseable {
    private final TransportOptions options;
    private final ConnectionLimits limits;
    private final ClientQuotas quotas;
    private final FrameMemory frameMemory;
    private final Handshakes handshakes = new Handshakes();
    private final Strangers strangers = new Strangers(Strangers.MOST);
    private final List<SelectorLoop> loops = new ArrayList<>();
    private final List<Acceptor> acceptors = new ArrayList<>();
    private boolean started;

    /** Without quotas. */
    public Transport(TransportOptions options, ConnectionLimits limits) throws IOException {
        this(options, limits, ClientQuotas.none());
    }

    public Transport(TransportOptions options, ConnectionLimits limits, ClientQuotas quotas)
            throws IOException {
        this.options = options;
        this.limits = limits;
        this.quotas = quotas;
        this.frameMemory = new FrameMemory(options.frameMemoryBytes());
        try {
            for (int i = 0; i < options.loops(); i++) {
                loops.add(
                        new SelectorLoop(
                                i, options, frameMemory, limits, handshakes, strangers, quotas));
            }
        } catch (IOException e) {
            loops.forEach(SelectorLoop::discard);
            throw e;
        }
    }

    /**
     * Binds the listener and answers the address it got.
     *
     * @throws IOException when the address cannot be had, for example because the port is taken
     */
    public InetSocketAddress bind(ListenerOptions listener) throws IOException {
        if (started) {
            throw new IllegalStateException("listeners are bound before the transport starts");
        }
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (options.receiveBufferBytes() > 0) {
                server.setOption(StandardSocketOptions.SO_RCVBUF, options.receiveBufferBytes());
            }
            server.bind(listener.address(), options.backlog());
            server.configureBlocking(false);
            acceptors.add(
                    new Acceptor(
                            listener,
                            server,
                            loops,
                            limits,
                            strangers,
                            quotas.connectionRates(),
                            options));
            return (InetSocketAddress) server.getLocalAddress();
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Has the listener too told the id of each connection that ends. Called on the connection's
     * loop; must not block.
     */
    public void onClosed(LongConsumer listener) {
        loops.forEach(loop -> loop.onClosed(listener));
    }

    /** Takes connections on all listeners. */
    public void start() {
        startLoops();
        for (Acceptor acceptor : acceptors) {
            acceptor.open();
        }
    }

    /** Takes connections on these listeners; on the others from {@link #start()} on. */
    public void startWith(Set<String> listenerNames) {
        if (listenerNames.isEmpty()) {
            return;
        }
        startLoops();
        for (Acceptor acceptor : acceptors) {
            if (listenerNames.contains(acceptor.listenerName())) {
                acceptor.open();
            }
        }
    }

    private void startLoops() {
        if (!started) {
            started = true;
            loops.forEach(SelectorLoop::start);
        }
    }

    /** Counters of each loop. */
    public List<TransportStats> stats() {
        return loops.stream().map(SelectorLoop::stats).toList();
    }

    public int connections() {
        return loops.stream().mapToInt(SelectorLoop::connectionCount).sum();
    }

    /** Connections that have not shown who they are. */
    public int strangers() {
        return strangers.count();
    }

    /** Bytes held in frames that have not arrived whole. */
    public long frameMemoryBytes() {
        return frameMemory.usedBytes();
    }

    /** Ends all connections at once. */
    @Override
    public void close() {
        for (Acceptor acceptor : acceptors) {
            acceptor.close();
        }
        for (SelectorLoop loop : loops) {
            if (started) {
                loop.stop();
            } else {
                loop.discard();
            }
        }
        handshakes.close();
    }
}
