package naru.quorum.network;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;

/** A request made of its message, in whichever version the other side knows. */
public final class MessageRequest extends AbstractRequest.Builder<AbstractRequest> {
    private final ApiMessage message;

    public MessageRequest(ApiMessage message) {
        super(ApiKeys.forId(message.apiKey()));
        this.message = message;
    }

    @Override
    public AbstractRequest build(short version) {
        return AbstractRequest.parseRequest(
                        apiKey(), version, MessageUtil.toByteBufferAccessor(message, version))
                .request;
    }

    @Override
    public String toString() {
        return message.toString();
    }
}
