package naru.simulation.node;

import naru.broker.transport.FileRegion;
import naru.broker.transport.Request;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A request on its way through the node, and its answer on its way back. */
final class SimulatedRequest implements Request {
    private final SimulatedNode node;
    private final ApiMessage body;
    private final short version;
    private final long connectionId;
    private final Caller caller;
    private boolean answered;

    SimulatedRequest(
            SimulatedNode node, ApiMessage body, short version, long connectionId, Caller caller) {
        this.node = node;
        this.body = body;
        this.version = version;
        this.connectionId = connectionId;
        this.caller = caller;
    }

    void disconnect() {
        if (!answered) {
            answered = true;
            node.cluster().later(caller::disconnected);
        }
    }

    private boolean mayAnswer() {
        boolean may = !answered && node.isAlive();
        if (may) {
            answered = true;
            node.answered(this);
        }
        return may;
    }

    @Override
    public void reply(ApiMessage response) {
        if (mayAnswer()) {
            caller.leaving(response);
            try {
                whole(response);
            } catch (IOException cut) {
                node.cluster().later(caller::disconnected);
                return;
            }
            node.cluster().later(() -> caller.answer(response));
        }
    }

    /** Records are read when the answer leaves, as they are when it goes into a socket. */
    private static void whole(ApiMessage response) throws IOException {
        if (response instanceof FetchResponseData fetched) {
            for (var topic : fetched.responses()) {
                for (var partition : topic.partitions()) {
                    partition.setRecords(read(partition.records()));
                }
            }
        } else if (response instanceof ShareFetchResponseData shared) {
            for (var topic : shared.responses()) {
                for (var partition : topic.partitions()) {
                    partition.setRecords(read(partition.records()));
                }
            }
        }
    }

    private static BaseRecords read(BaseRecords records) throws IOException {
        if (!(records instanceof FileRegion region)) {
            return records == null ? MemoryRecords.EMPTY : records;
        }
        ByteBuffer bytes = ByteBuffer.allocate(region.sizeBytes());
        while (bytes.hasRemaining()) {
            if (region.channel().read(bytes, region.position() + bytes.position()) < 0) {
                throw new IOException("the segment was cut while it was being sent");
            }
        }
        return MemoryRecords.readableRecords(bytes.flip());
    }

    @Override
    public void replyLast(ApiMessage response) {
        throw new UnsupportedOperationException("nobody logs in");
    }

    @Override
    public void reply(Errors error, String message) {
        if (mayAnswer()) {
            node.cluster().later(() -> caller.refused(error));
        }
    }

    @Override
    public void fail(Throwable cause) {
        node.cluster().failed(cause);
        reply(Errors.forException(cause), String.valueOf(cause));
    }

    @Override
    public void noReply() {
        throw new IllegalStateException("an answer is expected");
    }

    @Override
    public void onLoop(Runnable task) {
        node.after(0, task);
    }

    @Override
    public Timeout after(long delayMillis, Runnable task) {
        SimulatedTime.Event event = node.after(delayMillis, task);
        return event::cancel;
    }

    @Override
    public void close(String reason) {
        disconnect();
    }

    @Override
    public boolean retain(int bytes) {
        return true;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.forId(body.apiKey());
    }

    @Override
    public short version() {
        return version;
    }

    @Override
    public RequestHeader header() {
        return new RequestHeader(api(), version, "simulation", 1);
    }

    @Override
    public ApiMessage body() {
        return body;
    }

    @Override
    public KafkaPrincipal principal() {
        return KafkaPrincipal.ANONYMOUS;
    }

    @Override
    public InetAddress clientAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public String listenerName() {
        return "PLAINTEXT";
    }

    @Override
    public InetSocketAddress localAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 9092);
    }

    @Override
    public long connectionId() {
        return connectionId;
    }
}
