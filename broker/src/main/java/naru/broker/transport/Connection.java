package naru.broker.transport;

import static java.util.Objects.requireNonNull;

import naru.wire.RequestGuard;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
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

import javax.net.ssl.SSLEngine;

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
    private static final short BARE_TOKEN_VERSION = 0;
    private static final long MUTED_LOOK_MILLIS = 1_000;

    private final long id;
    private final SelectorLoop loop;
    private final SocketChannel socket;
    private final SelectionKey key;
    private final ListenerOptions listener;
    private final HeldMemory memory;
    private final Link link;
    private final Admission admission;
    private final InetSocketAddress localAddress;
    private final InetAddress clientAddress;
    private final int clientPort;
    private final ArrayDeque<Object> pending = new ArrayDeque<>();

    private boolean lastReply;
    private @Nullable ClientRequest inHand;
    private @Nullable ByteBuffer carry;
    private int carryStart;
    private int retainedBytes;
    private boolean inPass;
    private boolean starved;
    private @Nullable Timeout muted;
    private long mutedUntilMillis;
    private boolean open = true;
    private final long sinceMillis;
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
        this.sinceMillis = loop.nowMillis();
        this.lastActiveMillis = sinceMillis;
        this.memory = new HeldMemory(loop.frameMemory(), listener.security().isProtected());
        SSLEngine engine = listener.security().newEngine(clientAddress);
        this.link =
                engine == null
                        ? new PlainLink(socket)
                        : new TlsLink(loop, memory, socket, engine, this::onMayGoOn);
        this.admission = new Admission(this, link, memory);
    }

    /** Once the loop knows this connection. */
    void begin() {
        admission.begin();
    }

    boolean isOpen() {
        return open;
    }

    long sinceMillis() {
        return sinceMillis;
    }

    KafkaPrincipal principal() {
        return admission.principal();
    }

    /** What held it up is over: a costly step of the handshake, a want of memory, a silence. */
    private void onMayGoOn() {
        try {
            goOn();
        } catch (IOException e) {
            close(String.valueOf(e.getMessage()));
        }
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
        return open
                && inHand == null
                && muted == null
                && pending.isEmpty()
                && !lastReply
                && link.mayRead();
    }

    private void onReadable() throws IOException {
        if (!mayServe() || starved) {
            interest(SelectionKey.OP_READ, false);
            return;
        }
        lastActiveMillis = loop.nowMillis();
        receive();
    }

    /** Reads once, and goes on while the link holds what the socket would not tell of. */
    private void receive() throws IOException {
        do {
            if (carry == null) {
                ByteBuffer shared = loop.readBuffer().clear();
                if (received(link.read(shared))) {
                    serveAndKeepRest(shared.flip());
                }
            } else if (makeRoom() && received(link.read(carry))) {
                serveCarry();
            }
        } while (mayServe() && !starved && link.hasBuffered());
        if (open && !link.mayRead()) {
            interest(SelectionKey.OP_READ, false);
            interest(SelectionKey.OP_WRITE, true);
        }
    }

    private boolean received(int bytes) {
        if (bytes < 0) {
            close("the client closed the connection");
            return false;
        }
        loop.stats().add(TransportStats.Total.BYTES_RECEIVED, bytes);
        admission.look();
        return open && bytes > 0;
    }

    private void onWritable() throws IOException {
        lastActiveMillis = loop.nowMillis();
        if (!link.flush()) {
            return;
        }
        while (!pending.isEmpty()) {
            Object first = pending.peekFirst();
            if (first instanceof ByteBuffer bytes) {
                link.write(bytes);
                if (bytes.hasRemaining()) {
                    return;
                }
            } else if (first instanceof FileRegion region) {
                FileRegion left = link.transfer(region);
                if (left.sizeBytes() > 0) {
                    pending.pollFirst();
                    pending.addFirst(left);
                    return;
                }
            }
            pending.pollFirst();
        }
        if (link.flush()) {
            interest(SelectionKey.OP_WRITE, false);
            endAfterLastReply();
            goOn();
        }
    }

    private void endAfterLastReply() {
        if (lastReply && inHand == null && pending.isEmpty()) {
            close("it was refused");
        }
    }

    /** Serves what has been carried, then listens again. */
    private void goOn() throws IOException {
        if (mayServe() && carry != null) {
            frameSinceMillis = loop.nowMillis();
            serveCarry();
        }
        if (mayServe() && !starved && link.hasBuffered()) {
            receive();
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
                if (!isFrameSize(size)) {
                    refuseFrame("a frame of " + size + " bytes, which is not taken here and now");
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

    private boolean isFrameSize(int size) {
        int most = loop.options().maxRequestBytes();
        Login gate = admission.login();
        if (gate == null) {
            return size >= SMALLEST_FRAME_BYTES && size <= most;
        }
        return size >= (gate.expectsBareToken() ? 0 : SMALLEST_FRAME_BYTES)
                && size <= gate.frameBytesMost(most);
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
        Login gate = admission.login();
        try {
            boolean bare = gate != null && gate.expectsBareToken();
            if (!bare
                    && frame.remaining() > GUARDED_FRAME_BYTES
                    && RequestGuard.check(frame, RequestGuard.DEFAULT_BUDGET_BYTES)
                            instanceof RequestGuard.Refused refused) {
                refuseFrame(refused.message());
                return;
            }
            RequestHeader header = bare ? tokenHeader() : RequestHeader.parse(frame);
            ApiKeys api = header.apiKey();
            handler = listener.apis().handler(api);
            if (gate != null) {
                handler = gate.handler(api, handler);
            }
            if (handler == null) {
                refuseFrame("a request of a kind that is not served here and now: " + api);
                return;
            }
            ApiMessage body = bare ? token(frame) : decode(api, header.apiVersion(), frame);
            if (body == null) {
                return;
            }
            request = new ClientRequest(this, header, body, startNanos, bare, frameBytes);
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

    private static RequestHeader tokenHeader() {
        return new RequestHeader(ApiKeys.SASL_AUTHENTICATE, BARE_TOKEN_VERSION, "", 0);
    }

    private static ApiMessage token(ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return new SaslAuthenticateRequestData().setAuthBytes(bytes);
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
        boolean granted = inHand != null && memory.reserve(bytes);
        retainedBytes += granted ? bytes : 0;
        return granted;
    }

    private void releaseRetained() {
        if (retainedBytes > 0) {
            memory.release(retainedBytes);
            retainedBytes = 0;
            loop.retryStarved();
        }
    }

    /** Any thread. */
    void answer(ClientRequest request, @Nullable ApiMessage response, boolean last) {
        if (!loop.isCurrentThread()) {
            loop.execute(() -> complete(request, response, last));
        } else if (loop.isServingAnother(this)) {
            loop.execute(() -> complete(request, response, last));
        } else {
            complete(request, response, last);
        }
    }

    private void complete(ClientRequest request, @Nullable ApiMessage response, boolean last) {
        if (!open || inHand != request) {
            return;
        }
        inHand = null;
        lastReply = last;
        admission.look();
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
            onMayGoOn();
        }
    }

    private void encode(ClientRequest request, ApiMessage response) throws IOException {
        if (request.isBareToken()) {
            if (response instanceof SaslAuthenticateResponseData token && token.errorCode() == 0) {
                loop.replyBuffer().encodeBare(token.authBytes());
            }
            return;
        }
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
            out.flush(link, pending);
            if (!pending.isEmpty() || !link.flush()) {
                interest(SelectionKey.OP_WRITE, true);
                return;
            }
        }
        endAfterLastReply();
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
        if (!memory.reserve(size)) {
            return null;
        }
        try {
            return loop.pool().take(size);
        } catch (OutOfMemoryError e) {
            memory.release(size);
            throw e;
        }
    }

    private void dropCarry() {
        ByteBuffer held = carry;
        if (held != null) {
            carry = null;
            carryStart = 0;
            memory.release(held.capacity());
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
        if (larger == null && memory.ofStranger()) {
            close("those who have not shown who they are hold too many bytes; try again later");
            return false;
        }
        if (larger == null) {
            starved = true;
            interest(SelectionKey.OP_READ, false);
            loop.starve(this);
            return false;
        }
        larger.put(held.flip());
        carry = larger;
        memory.release(held.capacity());
        loop.pool().giveBack(held);
        return true;
    }

    /** Frame memory may be free again. */
    void retry() {
        starved = false;
        if (mayServe()) {
            interest(SelectionKey.OP_READ, true);
            if (link.hasBuffered()) {
                loop.execute(this::onMayGoOn);
            }
        }
    }

    /**
     * Ends connections that are idle, or that hold scarce memory with a frame that does not come.
     */
    void houseKeep(long nowMillis, boolean memoryIsShort, long slowFrameMillis) {
        if (inHand == null && nowMillis - lastActiveMillis > loop.options().idleMillis()) {
            close("idle for longer than connections.max.idle.ms");
        } else if (memoryIsShort
                && (carry != null || link.heldBytes() > 0)
                && inHand == null
                && nowMillis - frameSinceMillis > slowFrameMillis) {
            close("memory for frames is short and its frame took too long to arrive");
        } else if (inHand != null && nowMillis - lastActiveMillis > LOOK_AFTER_MILLIS) {
            lookWhetherClientIsThere();
        }
    }

    /** While nothing is read nobody would tell of the client's end. */
    private void lookWhetherClientIsThere() {
        if (!link.mayRead() || (carry == null && !startCarry(BufferPool.SMALLEST))) {
            return;
        }
        ByteBuffer held = requireNonNull(carry);
        try {
            int bytes = held.hasRemaining() ? link.read(held) : 0;
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
        admission.end();
        if (muted != null) {
            muted.cancel();
            muted = null;
        }
        LOG.debug("connection {} from {} ends: {}", id, clientAddress, reason);
        dropCarry();
        releaseRetained();
        pending.clear();
        link.close();
        key.cancel();
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing connection {}: {}", id, e.getMessage());
        }
        loop.gone(this);
    }
}
