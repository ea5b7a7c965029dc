package naru.broker.api;

import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.PushTelemetryResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;

/** PushTelemetry: metrics of a client are taken and dropped; nobody here wants them (KIP-714). */
public final class PushTelemetry implements RequestHandler {
    private final int maxBytes;

    public PushTelemetry(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public void handle(Request request) {
        PushTelemetryRequestData body = (PushTelemetryRequestData) request.body();
        request.reply(new PushTelemetryResponseData().setErrorCode(judge(body).code()));
    }

    private Errors judge(PushTelemetryRequestData body) {
        if (body.clientInstanceId().equals(Uuid.ZERO_UUID)) {
            return Errors.INVALID_REQUEST;
        }
        if (body.subscriptionId()
                != GetTelemetrySubscriptions.subscriptionId(body.clientInstanceId())) {
            return Errors.UNKNOWN_SUBSCRIPTION_ID;
        }
        if (body.compressionType() < 0 || body.compressionType() > CompressionType.ZSTD.id) {
            return Errors.UNSUPPORTED_COMPRESSION_TYPE;
        }
        return body.metrics() != null && body.metrics().remaining() > maxBytes
                ? Errors.TELEMETRY_TOO_LARGE
                : Errors.NONE;
    }
}
