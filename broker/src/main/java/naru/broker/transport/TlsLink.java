package naru.broker.transport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.RejectedExecutionException;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * A socket behind TLS, in the server's role.
 *
 * <p>Threads: the loop's, but for the costly steps of a handshake, which run on {@link Handshakes};
 * meanwhile the loop leaves the engine alone.
 *
 * <p>Invariants: works in the loop's {@link TlsBuffers}; keeps of it what is left over, which is
 * less than one record of input plus what one read brought behind a record that did not fit, and at
 * most one buffer of output. While output is kept nothing is read.
 */
final class TlsLink implements Link {
    private static final Logger LOG = LoggerFactory.getLogger("naru.transport");
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int SENT_AT_ONCE_BYTES = 1 << 20;
    private static final int ALERTS_MOST = 4;
    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_AT = 3;

    private final SelectorLoop loop;
    private final HeldMemory memory;
    private final SocketChannel socket;
    private final SSLEngine engine;
    private final Runnable afterStep;

    /** Received and not decrypted, decrypted and not handed out, encrypted and not sent. */
    private @Nullable ByteBuffer received;

    private @Nullable ByteBuffer plain;
    private @Nullable ByteBuffer unsent;
    private int heldBytes;
    private boolean stepUnderWay;
    private boolean moreToDecrypt;
    private boolean established;
    private boolean ended;
    private @Nullable String refusal;
    private boolean closed;

    /**
     * @param afterStep run on the loop when a step of the handshake that it did not wait for is
     *     done
     */
    TlsLink(
            SelectorLoop loop,
            HeldMemory memory,
            SocketChannel socket,
            SSLEngine engine,
            Runnable afterStep)
            throws SSLException {
        this.loop = loop;
        this.memory = memory;
        this.socket = socket;
        this.engine = engine;
        this.afterStep = afterStep;
        engine.beginHandshake();
    }

    @Override
    public @Nullable String refusal() {
        return refusal;
    }

    @Override
    public boolean isEstablished() {
        return established;
    }

    @Override
    public SSLSession session() {
        return engine.getSession();
    }

    @Override
    public boolean mayRead() {
        return unsent == null && !stepUnderWay;
    }

    @Override
    public boolean hasBuffered() {
        return plain != null || moreToDecrypt || (ended && !closed);
    }

    @Override
    public int heldBytes() {
        return heldBytes;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (plain != null) {
            return handOut(into);
        }
        if (ended && received == null) {
            return -1;
        }
        ByteBuffer in = loop.tlsBuffers().received.clear();
        in.limit(Math.min(in.capacity(), Math.max(TlsBuffers.RECORD_BYTES, into.remaining())));
        ByteBuffer left = received;
        if (left != null) {
            in.limit(Math.max(in.limit(), left.remaining())).put(left);
            received = null;
            giveBack(left);
        }
        if (!ended && in.hasRemaining() && socket.read(in) < 0) {
            ended = true;
        }
        in.flip();
        int before = into.position();
        moreToDecrypt = false;
        decrypt(in, into);
        if (in.hasRemaining() && (moreToDecrypt || !ended)) {
            received = held(in);
        }
        int got = into.position() - before;
        return got == 0 && ended && received == null ? -1 : got;
    }

    private int handOut(ByteBuffer into) {
        ByteBuffer from = plain;
        int count = from == null ? 0 : Math.min(from.remaining(), into.remaining());
        if (from != null) {
            into.put(into.position(), from, from.position(), count);
            into.position(into.position() + count);
            from.position(from.position() + count);
            if (!from.hasRemaining()) {
                plain = null;
                giveBack(from);
            }
        }
        return count;
    }

    /** Goes on until the input is used up or something else has to happen first. */
    private void decrypt(ByteBuffer in, ByteBuffer into) throws IOException {
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            refuseRenegotiation(status);
            switch (status) {
                case NEED_TASK -> {
                    beginStep();
                    return;
                }
                case NEED_WRAP -> {
                    if (!answer() || ended) {
                        moreToDecrypt = in.hasRemaining();
                        return;
                    }
                }
                case NOT_HANDSHAKING, FINISHED, NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (status == HandshakeStatus.NOT_HANDSHAKING) {
                        established = true;
                    }
                    if (!unwrap(in, into)) {
                        return;
                    }
                }
            }
        }
    }

    private void refuseRenegotiation(HandshakeStatus status) throws IOException {
        if (established
                && status != HandshakeStatus.NOT_HANDSHAKING
                && status != HandshakeStatus.FINISHED
                && !engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new IOException("it asked to negotiate TLS again, which is not done");
        }
    }

    /** Whether to go on. */
    private boolean unwrap(ByteBuffer in, ByteBuffer into) throws IOException {
        if (!in.hasRemaining()) {
            return false;
        }
        SSLEngineResult result;
        try {
            result = engine.unwrap(in, into);
        } catch (SSLException e) {
            throw refused(e);
        }
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            return unwrapAside(in, into);
        }
        if (result.getStatus() == Status.CLOSED) {
            ended = true;
            return false;
        }
        if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
            refuseLongRecord(in);
        }
        return result.getStatus() == Status.OK
                && (result.bytesConsumed() > 0
                        || result.bytesProduced() > 0
                        || result.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP);
    }

    /** The engine would wait for the end of any record; there is room only for lawful ones. */
    private static void refuseLongRecord(ByteBuffer in) throws IOException {
        boolean announced =
                in.remaining() >= HEADER_BYTES
                        && (in.getShort(in.position() + LENGTH_AT) & 0xffff)
                                > TlsBuffers.RECORD_BYTES - HEADER_BYTES;
        if (announced || in.remaining() >= TlsBuffers.RECORD_BYTES) {
            throw new IOException("it sent a TLS record that is too long");
        }
    }

    /** A record that does not fit into the caller's buffer is handed out piece by piece. */
    private boolean unwrapAside(ByteBuffer in, ByteBuffer into) throws IOException {
        ByteBuffer aside = borrow(TlsBuffers.RECORD_BYTES);
        SSLEngineResult result;
        try {
            result = engine.unwrap(in, aside);
        } catch (SSLException e) {
            giveBack(aside);
            throw refused(e);
        }
        plain = aside.flip();
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            throw new IOException("it sent a TLS record that is too long");
        }
        handOut(into);
        moreToDecrypt = in.hasRemaining();
        return plain == null && result.getStatus() == Status.OK;
    }

    /** Sends what the handshake wants to say; whether all of it has left. */
    private boolean answer() throws IOException {
        ByteBuffer out = loop.tlsBuffers().encrypted.clear();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                && out.remaining() >= TlsBuffers.RECORD_BYTES) {
            SSLEngineResult result;
            try {
                result = engine.wrap(NOTHING, out);
            } catch (SSLException e) {
                throw refused(e);
            }
            if (result.getStatus() == Status.CLOSED) {
                ended = true;
                break;
            }
        }
        return send(out.flip());
    }

    private void beginStep() throws IOException {
        stepUnderWay = true;
        try {
            loop.handshakes()
                    .execute(() -> {
                        for (Runnable task = engine.getDelegatedTask();
                                task != null;
                                task = engine.getDelegatedTask()) {
                            task.run();
                        }
                        loop.execute(this::stepDone);
                    });
        } catch (RejectedExecutionException e) {
            stepUnderWay = false;
            throw new IOException("too many handshakes are under way; try again later", e);
        }
    }

    private void stepDone() {
        stepUnderWay = false;
        moreToDecrypt = true;
        if (!closed) {
            afterStep.run();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        if (!flush()) {
            return 0;
        }
        int before = from.position();
        ByteBuffer out = loop.tlsBuffers().encrypted.clear();
        while (from.hasRemaining() && out.remaining() >= TlsBuffers.RECORD_BYTES) {
            SSLEngineResult result = engine.wrap(from, out);
            if (result.getStatus() != Status.OK) {
                throw new IOException("TLS takes no more: " + result.getStatus());
            }
        }
        send(out.flip());
        return from.position() - before;
    }

    @Override
    public FileRegion transfer(FileRegion region) throws IOException {
        long position = region.position();
        long end = position + region.sizeBytes();
        long stop = Math.min(end, position + SENT_AT_ONCE_BYTES);
        while (position < stop && flush()) {
            ByteBuffer piece = loop.tlsBuffers().piece.clear();
            piece.limit((int) Math.min(piece.capacity(), end - position));
            int read = region.channel().read(piece, position);
            if (read < 0) {
                throw new EOFException("the segment was cut while it was being sent");
            }
            position += write(piece.flip());
        }
        return new FileRegion(region.channel(), position, (int) (end - position));
    }

    @Override
    public boolean flush() throws IOException {
        ByteBuffer held = unsent;
        if (held != null) {
            socket.write(held);
            if (held.hasRemaining()) {
                return false;
            }
            unsent = null;
            loop.pool().giveBack(held);
        }
        return true;
    }

    /** Whether the socket took all; else the rest is kept. */
    private boolean send(ByteBuffer out) throws IOException {
        if (out.hasRemaining()) {
            socket.write(out);
        }
        if (out.hasRemaining()) {
            ByteBuffer kept = loop.pool().take(out.remaining());
            unsent = kept.put(out).flip();
            return false;
        }
        return true;
    }

    private SSLException refused(SSLException cause) {
        refusal = cause.getMessage();
        alert();
        return cause;
    }

    /** Tells the client why, as far as it can be told; what comes of it does not matter. */
    private void alert() {
        try {
            ByteBuffer out = loop.tlsBuffers().encrypted.clear();
            for (int i = 0;
                    i < ALERTS_MOST
                            && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                            && out.remaining() >= TlsBuffers.RECORD_BYTES;
                    i++) {
                engine.wrap(NOTHING, out);
            }
            if (unsent == null) {
                socket.write(out.flip());
            }
        } catch (IOException e) {
            LOG.trace("an alert was not sent: {}", e.getMessage());
        }
    }

    private ByteBuffer borrow(int bytes) throws IOException {
        int size = BufferPool.sizeFor(bytes);
        if (!memory.reserve(size)) {
            throw new IOException("too many bytes of incomplete records are held; try again later");
        }
        heldBytes += size;
        return loop.pool().take(size);
    }

    private void giveBack(ByteBuffer buffer) {
        heldBytes -= buffer.capacity();
        memory.release(buffer.capacity());
        loop.pool().giveBack(buffer);
    }

    private ByteBuffer held(ByteBuffer rest) throws IOException {
        return borrow(rest.remaining()).put(rest).flip();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!stepUnderWay) {
            engine.closeOutbound();
            if (unsent == null) {
                alert();
            }
        }
        for (ByteBuffer buffer : new ByteBuffer[] {received, plain}) {
            if (buffer != null) {
                giveBack(buffer);
            }
        }
        received = null;
        plain = null;
        if (unsent != null) {
            loop.pool().giveBack(unsent);
            unsent = null;
        }
    }
}
