package naru.benchmarks.load;

import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;

import java.nio.ByteBuffer;

/** Requests as they go over the wire: size, header, body. */
final class RequestFrames {
    /** Where the correlation id stands in a frame: after size, API key and version. */
    static final int CORRELATION_ID_AT = 8;

    private RequestFrames() {}

    /** A direct buffer, ready to be written. */
    static ByteBuffer encode(ApiKeys api, short version, int correlationId, ApiMessage body) {
        RequestHeaderData header =
                new RequestHeaderData()
                        .setRequestApiKey(api.id)
                        .setRequestApiVersion(version)
                        .setCorrelationId(correlationId)
                        .setClientId("naru-benchmark");
        ByteBuffer head =
                MessageUtil.toByteBufferAccessor(header, api.requestHeaderVersion(version))
                        .buffer();
        ByteBuffer content = MessageUtil.toByteBufferAccessor(body, version).buffer();
        int size = head.remaining() + content.remaining();
        return ByteBuffer.allocateDirect(Integer.BYTES + size)
                .putInt(size)
                .put(head)
                .put(content)
                .flip();
    }
}
