package naru.simulation.replication;

import naru.broker.transport.FileRegion;
import naru.broker.transport.Request;
import naru.broker.transport.Timeout;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** A request of one node at another; its answer's bytes are read from the files as it leaves. */
final class ReplicaRequest implements Request {
    private final ReplicaNode node;
    private final ApiMessage body;
    private final short version;
    private final Consumer<ApiMessage> answer;

    ReplicaRequest(ReplicaNode node, ApiMessage body, short version, Consumer<ApiMessage> answer) {
        this.node = node;
        this.body = body;
        this.version = version;
        this.answer = answer;
    }

    @Override
    public void reply(ApiMessage response) {
        if (!node.isAlive()) {
            return;
        }
        if (response instanceof FetchResponseData fetched) {
            try {
                for (var topic : fetched.responses()) {
                    for (var partition : topic.partitions()) {
                        if (partition.records() instanceof FileRegion region) {
                            partition.setRecords(read(region));
                        }
                    }
                }
            } catch (IOException cut) {
                return;
            }
        }
        answer.accept(response);
    }

    private static MemoryRecords read(FileRegion region) throws IOException {
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
        throw new UnsupportedOperationException();
    }

    @Override
    public void reply(Errors error, String message) {
        throw new IllegalStateException(error + " " + message);
    }

    @Override
    public void fail(Throwable cause) {
        throw new IllegalStateException(cause);
    }

    @Override
    public void noReply() {
        throw new UnsupportedOperationException();
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
    public void close(String reason) {}

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
        return new RequestHeader(api(), version, "replica", 1);
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
        return 1;
    }
}
