package naru.broker.transport;

import naru.broker.quota.ConnectionRates;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes connections of one listener, on the first loop's thread, and deals them out to all loops.
 */
final class Acceptor {
    private static final Logger LOG = LoggerFactory.getLogger("naru.transport");
    private static final long PAUSE_MILLIS = 100;

    /** Enough to empty the queue of connections not yet accepted, and an end to it in a flood. */
    private static final int ACCEPTED_AT_ONCE = 256;

    /** Refused connections that are kept until their time is over. */
    private static final int MOST_HELD = 256;

    private static final AtomicLong NEXT_ID = new AtomicLong(1);

    private final ListenerOptions listener;
    private final ServerSocketChannel server;
    private final SelectorLoop home;
    private final List<SelectorLoop> loops;
    private final ConnectionLimits limits;
    private final Strangers strangers;
    private final ConnectionRates rates;
    private final TransportOptions options;
    private final Set<SocketChannel> held = ConcurrentHashMap.newKeySet();
    private SelectionKey key;
    private int next;
    private boolean paused;

    Acceptor(
            ListenerOptions listener,
            ServerSocketChannel server,
            List<SelectorLoop> loops,
            ConnectionLimits limits,
            Strangers strangers,
            ConnectionRates rates,
            TransportOptions options)
            throws IOException {
        this.listener = listener;
        this.server = server;
        this.home = loops.getFirst();
        this.loops = loops;
        this.limits = limits;
        this.strangers = strangers;
        this.rates = rates;
        this.options = options;
        this.key = server.register(home.selector(), 0, this);
    }

    String listenerName() {
        return listener.name();
    }

    void open() {
        if (key.isValid()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
            home.selector().wakeup();
        }
    }

    /** Takes whoever waits: one that finds the queue full tries again only after a second. */
    void accept() {
        try {
            for (int i = 0; i < ACCEPTED_AT_ONCE; i++) {
                if (limits.isFull()) {
                    pause("max.connections are open");
                    return;
                }
                if (listener.security().isProtected() && strangers.isFull()) {
                    loops.forEach(loop -> loop.execute(loop::endSlowStrangers));
                    pause("too many connections have not shown who they are");
                    return;
                }
                SocketChannel socket = server.accept();
                if (socket == null) {
                    return;
                }
                paused = false;
                long restMillis = rates.taken(listener.name());
                admit(socket);
                if (restMillis > 0) {
                    rest(restMillis);
                    return;
                }
            }
        } catch (IOException e) {
            pause(String.valueOf(e.getMessage()));
        }
    }

    /** Tells it once, until a connection is taken again. */
    private void pause(String reason) {
        if (!paused) {
            paused = true;
            LOG.warn(
                    "listener {} takes no connections for the moment: {}", listener.name(), reason);
        }
        rest(PAUSE_MILLIS);
    }

    private void rest(long millis) {
        key.interestOps(0);
        home.after(millis, this::open);
    }

    /** An address that connects too fast gets no service, and is told so late (KIP-612). */
    private void hold(SocketChannel socket, InetAddress address, long millis) throws IOException {
        home.stats().add(TransportStats.Total.CONNECTIONS_REFUSED, 1);
        LOG.debug("{} is above its connection_creation_rate; one more is refused", address);
        if (held.size() >= MOST_HELD) {
            socket.close();
            return;
        }
        held.add(socket);
        home.after(millis, () -> release(socket));
    }

    private void release(SocketChannel socket) {
        held.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing a connection that was held: {}", e.getMessage());
        }
    }

    private void admit(SocketChannel socket) throws IOException {
        InetAddress address = ((InetSocketAddress) socket.getRemoteAddress()).getAddress();
        long heldMillis = rates.heldMillis(address);
        if (heldMillis > 0) {
            hold(socket, address, heldMillis);
            return;
        }
        if (!limits.admit(address)) {
            home.stats().add(TransportStats.Total.CONNECTIONS_REFUSED, 1);
            LOG.debug("{} has max.connections.per.ip open; one more is refused", address);
            socket.close();
            return;
        }
        SelectorLoop loop = loops.get(next++ % loops.size());
        loop.execute(() -> take(loop, socket, address));
    }

    private void take(SelectorLoop loop, SocketChannel socket, InetAddress address) {
        try {
            socket.configureBlocking(false);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            if (options.sendBufferBytes() > 0) {
                socket.setOption(StandardSocketOptions.SO_SNDBUF, options.sendBufferBytes());
            }
            SelectionKey connectionKey = socket.register(loop.selector(), SelectionKey.OP_READ);
            Connection connection =
                    new Connection(
                            NEXT_ID.getAndIncrement(), loop, socket, connectionKey, listener);
            connectionKey.attach(connection);
            loop.add(connection);
            beginSafely(connection);
        } catch (IOException | RuntimeException e) {
            limits.gone(address);
            LOG.debug("a new connection was lost: {}", e.getMessage());
            try {
                socket.close();
            } catch (IOException again) {
                LOG.debug("closing it: {}", again.getMessage());
            }
        }
    }

    private static void beginSafely(Connection connection) {
        try {
            connection.begin();
        } catch (RuntimeException e) {
            LOG.error("a new connection failed and is closed", e);
            connection.close("it failed");
        }
    }

    void close() {
        held.forEach(this::release);
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("closing listener {}: {}", listener.name(), e.getMessage());
        }
    }
}
