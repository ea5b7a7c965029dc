package naru.simulation.node;

import naru.broker.transport.FileRegion;
import naru.broker.transport.Request;

import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A request that came over no socket: what is asked, by nobody in particular. */
public abstract class BareRequest implements Request {
    private final ApiMessage body;
    private final short version;
    private final long connectionId;

    protected BareRequest(ApiMessage body, short version, long connectionId) {
        this.body = body;
        this.version = version;
        this.connectionId = connectionId;
    }

    /**
     * Reads the records of an answer, as they are when it goes into a socket.
     *
     * @throws IOException when a segment was cut meanwhile
     */
    protected static void readRecords(ApiMessage response) throws IOException {
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
    public void noReply() {
        throw new IllegalStateException("an answer is expected");
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
