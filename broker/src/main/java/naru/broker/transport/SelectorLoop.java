package naru.broker.transport;

import naru.broker.quota.ClientQuotas;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/**
 * One thread and all the connections it owns. A pass serves every connection that is ready, then
 * the tasks that this brought up, then what others posted, then what is due.
 */
final class SelectorLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.transport");
    private static final int READ_BUFFER_BYTES = 256 << 10;
    private static final int REPLY_BUFFER_BYTES = 256 << 10;
    private static final long HOUSE_KEEPING_MILLIS = 1000;
    private static final long SLOW_FRAME_MILLIS = 15_000;

    private final TransportOptions options;
    private final FrameMemory frameMemory;
    private final ConnectionLimits limits;
    private final Handshakes handshakes;
    private final Strangers strangers;
    private final Set<Connection> ownStrangers = new LinkedHashSet<>();
    private final ClientQuotas quotas;
    private final Selector selector;
    private final Thread thread;
    private final TransportStats stats = new TransportStats();
    private final BufferPool pool = new BufferPool();
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BUFFER_BYTES);
    private final ReplyBuffer replyBuffer = new ReplyBuffer(REPLY_BUFFER_BYTES);
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final ArrayDeque<Runnable> endOfPass = new ArrayDeque<>();
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Set<Connection> starved = new LinkedHashSet<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final TimerWheel timers;

    private @Nullable TlsBuffers tlsBuffers;
    private @Nullable Connection serving;
    private long nowMillis;
    private long houseKeptMillis;
    private volatile boolean stopping;
    private volatile LongConsumer closedConnections = id -> {};

    SelectorLoop(
            int index,
            TransportOptions options,
            FrameMemory frameMemory,
            ConnectionLimits limits,
            Handshakes handshakes,
            Strangers strangers,
            ClientQuotas quotas)
            throws IOException {
        this.options = options;
        this.handshakes = handshakes;
        this.strangers = strangers;
        this.frameMemory = frameMemory;
        this.limits = limits;
        this.quotas = quotas;
        this.selector = Selector.open();
        this.nowMillis = clockMillis();
        this.timers = new TimerWheel(nowMillis);
        this.thread = Thread.ofPlatform().name("naru-loop-" + index).daemon().unstarted(this);
    }

    private static long clockMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    void start() {
        thread.start();
    }

    TransportOptions options() {
        return options;
    }

    ClientQuotas quotas() {
        return quotas;
    }

    TransportStats stats() {
        return stats;
    }

    BufferPool pool() {
        return pool;
    }

    FrameMemory frameMemory() {
        return frameMemory;
    }

    ByteBuffer readBuffer() {
        return readBuffer;
    }

    ReplyBuffer replyBuffer() {
        return replyBuffer;
    }

    TlsBuffers tlsBuffers() {
        TlsBuffers buffers = tlsBuffers;
        if (buffers == null) {
            buffers = new TlsBuffers();
            tlsBuffers = buffers;
        }
        return buffers;
    }

    Handshakes handshakes() {
        return handshakes;
    }

    Selector selector() {
        return selector;
    }

    /** Monotonic time at the beginning of the pass. */
    long nowMillis() {
        return nowMillis;
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    void enter(Connection connection) {
        serving = connection;
    }

    void leave() {
        serving = null;
    }

    boolean isServingAnother(Connection connection) {
        return serving != null && serving != connection;
    }

    /** Any thread: runs the task on this loop, after the connections that are ready now. */
    void execute(Runnable task) {
        if (isCurrentThread()) {
            endOfPass.addLast(task);
        } else {
            posted.add(task);
            if (asleep.compareAndSet(true, false)) {
                selector.wakeup();
            }
        }
    }

    /** On this loop's thread, or by a task posted to it. */
    Timeout after(long delayMillis, Runnable task) {
        if (!isCurrentThread()) {
            throw new IllegalStateException("timers are added on their own loop only");
        }
        return timers.add(clockMillis() + Math.max(0, delayMillis), task);
    }

    void add(Connection connection) {
        connections.add(connection);
        stats.add(TransportStats.Total.CONNECTIONS_ACCEPTED, 1);
    }

    void strangerCame(Connection connection) {
        if (ownStrangers.add(connection)) {
            strangers.come();
        }
    }

    void strangerWent(Connection connection) {
        if (ownStrangers.remove(connection)) {
            strangers.go();
        }
    }

    /** Ends those that have had time enough to show who they are, while there are too many. */
    void endSlowStrangers() {
        long before = clockMillis() - Strangers.SLOW_MILLIS;
        for (Connection connection : new ArrayList<>(ownStrangers)) {
            if (!strangers.isFull() || connection.sinceMillis() > before) {
                return;
            }
            connection.close("too many have not shown who they are, and it was slow");
        }
    }

    /** Has the listener told of each connection that ends, on this loop's thread. */
    void onClosed(LongConsumer listener) {
        closedConnections = closedConnections.andThen(listener);
    }

    void gone(Connection connection) {
        if (connections.remove(connection)) {
            closedConnections.accept(connection.id());
            starved.remove(connection);
            limits.gone(connection.clientAddress());
            stats.add(TransportStats.Total.CONNECTIONS_CLOSED, 1);
        }
    }

    void starve(Connection connection) {
        starved.add(connection);
    }

    void retryStarved() {
        if (!starved.isEmpty()) {
            List<Connection> waiting = new ArrayList<>(starved);
            starved.clear();
            execute(() -> waiting.forEach(Connection::retry));
        }
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                try {
                    pass();
                } catch (IOException | RuntimeException | Error e) {
                    LOG.error("a loop's pass failed; it goes on", e);
                }
            }
        } finally {
            for (Connection connection : new ArrayList<>(connections)) {
                connection.close("the node stops");
            }
            closeSelector();
            runLeftOver();
            ended.countDown();
        }
    }

    /** Connections that were dealt to this loop and not taken yet are closed by their tasks. */
    private void runLeftOver() {
        runEndOfPass();
        for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
            runSafely(task);
        }
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("closing a selector: {}", e.getMessage());
        }
    }

    /** Gives free what a loop holds that was never started. */
    void discard() {
        closeSelector();
    }

    private void pass() throws IOException {
        select();
        nowMillis = clockMillis();
        runEndOfPass();
        for (int count = posted.size(); count > 0; count--) {
            Runnable task = posted.poll();
            if (task == null) {
                break;
            }
            runSafely(task);
        }
        runEndOfPass();
        timers.advance(nowMillis);
        runEndOfPass();
        if (nowMillis - houseKeptMillis > HOUSE_KEEPING_MILLIS) {
            houseKeep();
        }
    }

    private void select() throws IOException {
        long timeout = timers.millisToNext(clockMillis());
        if (!connections.isEmpty()) {
            long houseKeeping = Math.min(options.idleMillis() / 4 + 1, 10 * HOUSE_KEEPING_MILLIS);
            if (!starved.isEmpty()) {
                houseKeeping = HOUSE_KEEPING_MILLIS;
            }
            timeout = timeout < 0 ? houseKeeping : Math.min(timeout, houseKeeping);
        }
        asleep.set(true);
        if (!posted.isEmpty() || !endOfPass.isEmpty() || timeout == 0) {
            asleep.set(false);
            selector.selectNow(this::onReady);
        } else {
            selector.select(this::onReady, Math.max(0, timeout));
            asleep.set(false);
        }
    }

    private void onReady(SelectionKey key) {
        nowMillis = clockMillis();
        switch (key.attachment()) {
            case Connection connection -> {
                try {
                    connection.onReady();
                } catch (RuntimeException | Error e) {
                    LOG.error("a connection failed and is closed", e);
                    replyBuffer.discard();
                    connection.close("it failed");
                }
            }
            case Acceptor acceptor -> acceptor.accept();
            default -> throw new IllegalStateException("a key without an owner");
        }
    }

    private void runEndOfPass() {
        for (Runnable task = endOfPass.pollFirst(); task != null; task = endOfPass.pollFirst()) {
            runSafely(task);
        }
    }

    private static void runSafely(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a task of a loop failed", e);
        }
    }

    private void houseKeep() {
        houseKeptMillis = nowMillis;
        boolean memoryIsShort =
                frameMemory.usedBytes() > frameMemory.limitBytes() / 2 || !starved.isEmpty();
        for (Connection connection : new ArrayList<>(connections)) {
            connection.houseKeep(nowMillis, memoryIsShort, SLOW_FRAME_MILLIS);
        }
        retryStarved();
        runEndOfPass();
    }

    int connectionCount() {
        return Math.toIntExact(
                stats.total(TransportStats.Total.CONNECTIONS_ACCEPTED)
                        - stats.total(TransportStats.Total.CONNECTIONS_CLOSED));
    }

    void stop() {
        stopping = true;
        selector.wakeup();
        try {
            if (!ended.await(5, TimeUnit.SECONDS)) {
                LOG.warn("{} did not end in 5 s", thread.getName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
