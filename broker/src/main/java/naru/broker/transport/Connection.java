package naru.broker.transport;

import static java.util.Objects.requireNonNull;

import naru.wire.RequestGuard;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;

/**
 * One client's connection. Owned by its loop's thread.
 *
 * <p>Invariants: at most one request is in hand; while one is, or while a reply has not left whole,
 * no further frame is taken. The carry holds bytes that have arrived and were not served yet.
 */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger("naru.transport");
    private static final int SMALLEST_FRAME_BYTES = 8;
    private static final int GUARDED_FRAME_BYTES = 4096;
    private static final int FLUSH_BYTES = 64 << 10;
    private static final int FIRST_CARRY_BYTES = 64 << 10;
    private static final int LONGEST_SOFTWARE = 100;
    private static final long LOOK_AFTER_MILLIS = 5_000;
    private static final long MUTED_LOOK_MILLIS = 1_000;

    private final long id;
    private final SelectorLoop loop;
    private final SocketChannel socket;
    private final SelectionKey key;
    private final ListenerOptions listener;
    private final InetSocketAddress localAddress;
    private final InetAddress clientAddress;
    private final int clientPort;
    private final ArrayDeque<Object> pending = new ArrayDeque<>();

    private @Nullable ClientRequest inHand;
    private @Nullable ByteBuffer carry;
    private int carryStart;
    private int retainedBytes;
    private boolean inPass;
    private boolean starved;
    private @Nullable Timeout muted;
    private long mutedUntilMillis;
    private boolean open = true;
    private ClientSoftware software = ClientSoftware.UNKNOWN;
    private long lastActiveMillis;
    private long frameSinceMillis;

    Connection(
            long id,
            SelectorLoop loop,
            SocketChannel socket,
            SelectionKey key,
            ListenerOptions listener)
            throws IOException {
        this.id = id;
        this.loop = loop;
        this.socket = socket;
        this.key = key;
        this.listener = listener;
        this.localAddress = (InetSocketAddress) socket.getLocalAddress();
        InetSocketAddress client = (InetSocketAddress) socket.getRemoteAddress();
        this.clientAddress = client.getAddress();
        this.clientPort = client.getPort();
        this.lastActiveMillis = loop.nowMillis();
    }

    long id() {
        return id;
    }

    SelectorLoop loop() {
        return loop;
    }

    ListenerOptions listener() {
        return listener;
    }

    InetSocketAddress localAddress() {
        return localAddress;
    }

    InetAddress clientAddress() {
        return clientAddress;
    }

    int clientPort() {
        return clientPort;
    }

    ClientSoftware software() {
        return software;
    }

    void onReady() {
        try {
            if (key.isWritable()) {
                onWritable();
            }
            if (open && key.isReadable()) {
                onReadable();
            }
        } catch (IOException e) {
            close(String.valueOf(e.getMessage()));
        }
    }

    private boolean mayServe() {
        return open && inHand == null && muted == null && pending.isEmpty();
    }

    private void onReadable() throws IOException {
        if (!mayServe() || starved) {
            interest(SelectionKey.OP_READ, false);
            return;
        }
        lastActiveMillis = loop.nowMillis();
        if (carry == null) {
            ByteBuffer shared = loop.readBuffer().clear();
            if (received(socket.read(shared))) {
                serveAndKeepRest(shared.flip());
            }
        } else if (makeRoom() && received(socket.read(carry))) {
            serveCarry();
        }
    }

    private boolean received(int bytes) {
        if (bytes < 0) {
            close("the client closed the connection");
            return false;
        }
        loop.stats().add(TransportStats.Total.BYTES_RECEIVED, bytes);
        return bytes > 0;
    }

    private void onWritable() throws IOException {
        lastActiveMillis = loop.nowMillis();
        while (!pending.isEmpty()) {
            Object first = pending.peekFirst();
            if (first instanceof ByteBuffer bytes) {
                socket.write(bytes);
                if (bytes.hasRemaining()) {
                    return;
                }
            } else if (first instanceof FileRegion region) {
                FileRegion left = ReplyBuffer.transfer(socket, region);
                if (left.sizeBytes() > 0) {
                    pending.pollFirst();
                    pending.addFirst(left);
                    return;
                }
            }
            pending.pollFirst();
        }
        interest(SelectionKey.OP_WRITE, false);
        goOn();
    }

    /** Serves what has been carried, then listens again. */
    private void goOn() {
        if (mayServe() && carry != null) {
            frameSinceMillis = loop.nowMillis();
            serveCarry();
        }
        if (mayServe() && !starved) {
            interest(SelectionKey.OP_READ, true);
        }
    }

    private void serveAndKeepRest(ByteBuffer shared) {
        serve(shared);
        if (open && shared.hasRemaining()) {
            int rest = shared.remaining();
            if (!startCarry(rest)) {
                close("too many bytes of incomplete frames are held; try again later");
                return;
            }
            requireNonNull(carry).put(shared);
            if (mayServe()) {
                frameSinceMillis = loop.nowMillis();
            }
        }
    }

    private void serveCarry() {
        ByteBuffer held = carry;
        if (held == null) {
            return;
        }
        ByteBuffer view = held.duplicate().flip().position(carryStart);
        int before = carryStart;
        serve(view);
        if (carry != held) {
            return;
        }
        carryStart = view.position();
        if (carryStart == held.position()) {
            dropCarry();
        } else if (carryStart != before) {
            frameSinceMillis = loop.nowMillis();
        }
    }

    /** Takes whole frames while it may, then sends the replies that came of them. */
    private void serve(ByteBuffer in) {
        inPass = true;
        loop.enter(this);
        try {
            while (mayServe() && in.remaining() >= Integer.BYTES) {
                int size = in.getInt(in.position());
                if (size < SMALLEST_FRAME_BYTES || size > loop.options().maxRequestBytes()) {
                    refuseFrame("a frame of " + size + " bytes (socket.request.max.bytes)");
                    return;
                }
                if (in.remaining() - Integer.BYTES < size) {
                    break;
                }
                ByteBuffer frame = in.slice(in.position() + Integer.BYTES, size);
                in.position(in.position() + Integer.BYTES + size);
                begin(frame);
            }
            flush();
        } catch (IOException e) {
            close(String.valueOf(e.getMessage()));
        } finally {
            inPass = false;
            loop.leave();
        }
    }

    private void refuseFrame(String what) {
        loop.stats().add(TransportStats.Total.FRAMES_REFUSED, 1);
        close("it sent " + what);
    }

    private void begin(ByteBuffer frame) {
        long startNanos = System.nanoTime();
        int frameBytes = frame.remaining();
        ClientRequest request;
        RequestHandler handler;
        try {
            if (frame.remaining() > GUARDED_FRAME_BYTES
                    && RequestGuard.check(frame, RequestGuard.DEFAULT_BUDGET_BYTES)
                            instanceof RequestGuard.Refused refused) {
                refuseFrame(refused.message());
                return;
            }
            RequestHeader header = RequestHeader.parse(frame);
            ApiKeys api = header.apiKey();
            handler = listener.apis().handler(api);
            if (handler == null) {
                refuseFrame("a request of a kind that is not served here: " + api);
                return;
            }
            ApiMessage body = decode(api, header.apiVersion(), frame);
            if (body == null) {
                return;
            }
            request = new ClientRequest(this, header, body, startNanos, frameBytes);
        } catch (RuntimeException e) {
            refuseFrame("a request that cannot be read: " + e.getMessage());
            return;
        }
        inHand = request;
        try {
            handler.handle(request);
        } catch (RuntimeException | Error e) {
            request.fail(e);
        }
        if (inHand == request && loop.quotas().countsTime()) {
            request.rest();
        }
    }

    private static boolean isServed(ApiKeys api, short version) {
        return api.isVersionSupported(version) && api.isVersionEnabled(version, false);
    }

    private @Nullable ApiMessage decode(ApiKeys api, short version, ByteBuffer frame) {
        if (!isServed(api, version)) {
            if (api == ApiKeys.API_VERSIONS) {
                return new ApiVersionsRequestData();
            }
            refuseFrame("version " + version + " of " + api + ", which is not served");
            return null;
        }
        ApiMessage body = api.messageType.newRequest();
        body.read(new ByteBufferAccessor(frame), version);
        if (body instanceof ApiVersionsRequestData asked
                && asked.clientSoftwareName().length() < LONGEST_SOFTWARE
                && asked.clientSoftwareVersion().length() < LONGEST_SOFTWARE) {
            software =
                    new ClientSoftware(asked.clientSoftwareName(), asked.clientSoftwareVersion());
        }
        return body;
    }

    /** What the request in hand keeps until it is answered. */
    boolean retain(int bytes) {
        boolean granted = inHand != null && loop.frameMemory().reserve(bytes);
        retainedBytes += granted ? bytes : 0;
        return granted;
    }

    private void releaseRetained() {
        if (retainedBytes > 0) {
            loop.frameMemory().release(retainedBytes);
            retainedBytes = 0;
            loop.retryStarved();
        }
    }

    /** Any thread. */
    void answer(ClientRequest request, @Nullable ApiMessage response) {
        if (!loop.isCurrentThread()) {
            loop.execute(() -> complete(request, response));
        } else if (loop.isServingAnother(this)) {
            loop.execute(() -> complete(request, response));
        } else {
            complete(request, response);
        }
    }

    private void complete(ClientRequest request, @Nullable ApiMessage response) {
        if (!open || inHand != request) {
            return;
        }
        inHand = null;
        releaseRetained();
        lastActiveMillis = loop.nowMillis();
        try {
            int throttleMillis =
                    listener.apis().charges(request.api())
                            ? request.charge(loop.quotas(), response)
                            : 0;
            if (response != null) {
                if (throttleMillis > 0) {
                    ThrottleTime.set(response, throttleMillis);
                }
                encode(request, response);
            }
            if (throttleMillis > 0) {
                mute(throttleMillis);
            }
            loop.stats().answered(request.api().id, System.nanoTime() - request.startNanos);
            if (!inPass) {
                flush();
                goOn();
            }
        } catch (IOException e) {
            close(String.valueOf(e.getMessage()));
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("a reply to {} could not be written", request.api(), e);
            loop.replyBuffer().discard();
            close("its reply could not be written");
        }
    }

    /** Reads nothing for so long (KIP-219). */
    private void mute(int millis) {
        if (open) {
            mutedUntilMillis = loop.nowMillis() + millis;
            interest(SelectionKey.OP_READ, false);
            muted = loop.after(Math.min(millis, MUTED_LOOK_MILLIS), this::onMuteTimer);
        }
    }

    private void onMuteTimer() {
        if (!open) {
            return;
        }
        long left = mutedUntilMillis - loop.nowMillis();
        if (left > 0) {
            muted = loop.after(Math.min(left, MUTED_LOOK_MILLIS), this::onMuteTimer);
            lookWhetherClientIsThere();
        } else {
            muted = null;
            goOn();
        }
    }

    private void encode(ClientRequest request, ApiMessage response) throws IOException {
        short version = request.version();
        if (!isServed(request.api(), version)) {
            version =
                    0; // ApiVersions of a version we do not know is answered in version 0 (KIP-511)
        }
        ReplyBuffer out = loop.replyBuffer();
        long size = out.encode(request.api(), version, request.header().correlationId(), response);
        loop.stats().add(TransportStats.Total.BYTES_SENT, size);
        if (!out.hasRoom(FLUSH_BYTES)) {
            flush();
        }
    }

    private void flush() throws IOException {
        ReplyBuffer out = loop.replyBuffer();
        if (!open) {
            out.discard();
        } else if (!out.isEmpty()) {
            out.flush(socket, pending);
            if (!pending.isEmpty()) {
                interest(SelectionKey.OP_WRITE, true);
            }
        }
    }

    private void interest(int operation, boolean wanted) {
        if (!open || !key.isValid()) {
            return;
        }
        int now = key.interestOps();
        int next = wanted ? now | operation : now & ~operation;
        if (next != now) {
            key.interestOps(next);
        }
    }

    private boolean startCarry(int bytes) {
        ByteBuffer buffer = reserved(bytes);
        if (buffer == null) {
            return false;
        }
        carry = buffer;
        carryStart = 0;
        return true;
    }

    /** A buffer of at least so many bytes, counted before it is made; null when memory is short. */
    private @Nullable ByteBuffer reserved(int bytes) {
        int size = BufferPool.sizeFor(bytes);
        if (!loop.frameMemory().reserve(size)) {
            return null;
        }
        try {
            return loop.pool().take(size);
        } catch (OutOfMemoryError e) {
            loop.frameMemory().release(size);
            throw e;
        }
    }

    private void dropCarry() {
        ByteBuffer held = carry;
        if (held != null) {
            carry = null;
            carryStart = 0;
            loop.frameMemory().release(held.capacity());
            loop.pool().giveBack(held);
            loop.retryStarved();
        }
    }

    /** Makes sure that the carry can take more bytes; false when memory is short. */
    private boolean makeRoom() {
        ByteBuffer held = requireNonNull(carry);
        if (held.hasRemaining()) {
            return true;
        }
        int arrived = held.position() - carryStart;
        if (carryStart > 0) {
            held.flip().position(carryStart);
            held.compact();
            carryStart = 0;
            return true;
        }
        long frame =
                arrived < Integer.BYTES ? Integer.BYTES : (long) Integer.BYTES + held.getInt(0);
        int wanted = (int) Math.min(frame, Math.max(FIRST_CARRY_BYTES, arrived * 4L));
        ByteBuffer larger = reserved(Math.max(wanted, arrived + 1));
        if (larger == null) {
            starved = true;
            interest(SelectionKey.OP_READ, false);
            loop.starve(this);
            return false;
        }
        larger.put(held.flip());
        carry = larger;
        loop.frameMemory().release(held.capacity());
        loop.pool().giveBack(held);
        return true;
    }

    /** Frame memory may be free again. */
    void retry() {
        starved = false;
        if (mayServe()) {
            interest(SelectionKey.OP_READ, true);
        }
    }

    /**
     * Ends connections that are idle, or that hold scarce memory with a frame that does not come.
     */
    void houseKeep(long nowMillis, boolean memoryIsShort, long slowFrameMillis) {
        if (inHand == null && nowMillis - lastActiveMillis > loop.options().idleMillis()) {
            close("idle for longer than connections.max.idle.ms");
        } else if (memoryIsShort
                && carry != null
                && inHand == null
                && nowMillis - frameSinceMillis > slowFrameMillis) {
            close("memory for frames is short and its frame took too long to arrive");
        } else if (inHand != null && nowMillis - lastActiveMillis > LOOK_AFTER_MILLIS) {
            lookWhetherClientIsThere();
        }
    }

    /** While nothing is read nobody would tell of the client's end. */
    private void lookWhetherClientIsThere() {
        if (carry == null && !startCarry(BufferPool.SMALLEST)) {
            return;
        }
        ByteBuffer held = requireNonNull(carry);
        try {
            int bytes = held.hasRemaining() ? socket.read(held) : 0;
            if (bytes < 0) {
                close("the client closed the connection while nothing was read from it");
            } else {
                loop.stats().add(TransportStats.Total.BYTES_RECEIVED, bytes);
            }
        } catch (IOException e) {
            close(String.valueOf(e.getMessage()));
        }
        if (open && held.position() == 0) {
            dropCarry();
        }
    }

    void countFailure(ApiKeys api) {
        if (loop.isCurrentThread()) {
            loop.stats().failed(api.id);
        } else {
            loop.execute(() -> loop.stats().failed(api.id));
        }
    }

    void close(String reason) {
        if (!open) {
            return;
        }
        open = false;
        inHand = null;
        if (muted != null) {
            muted.cancel();
            muted = null;
        }
        LOG.debug("connection {} from {} ends: {}", id, clientAddress, reason);
        dropCarry();
        releaseRetained();
        pending.clear();
        key.cancel();
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing connection {}: {}", id, e.getMessage());
        }
        loop.gone(this);
    }
}
