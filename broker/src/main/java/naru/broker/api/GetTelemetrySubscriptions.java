package naru.broker.api;

import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.record.internal.CompressionType;

import java.util.List;

/**
 * GetTelemetrySubscriptions: no client's metrics are wanted here, so the subscription is empty
 * (KIP-714).
 */
public final class GetTelemetrySubscriptions implements RequestHandler {
    static final int PUSH_INTERVAL_MILLIS = 300_000;

    private final int maxBytes;

    public GetTelemetrySubscriptions(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public void handle(Request request) {
        GetTelemetrySubscriptionsRequestData body =
                (GetTelemetrySubscriptionsRequestData) request.body();
        Uuid instance = body.clientInstanceId();
        Uuid known =
                instance == null || instance.equals(Uuid.ZERO_UUID) ? Uuid.randomUuid() : instance;
        request.reply(
                new GetTelemetrySubscriptionsResponseData()
                        .setClientInstanceId(known)
                        .setSubscriptionId(subscriptionId(known))
                        .setAcceptedCompressionTypes(
                                List.of(
                                        CompressionType.ZSTD.id,
                                        CompressionType.LZ4.id,
                                        CompressionType.GZIP.id,
                                        CompressionType.SNAPPY.id))
                        .setPushIntervalMs(PUSH_INTERVAL_MILLIS)
                        .setTelemetryMaxBytes(maxBytes)
                        .setDeltaTemporality(true)
                        .setRequestedMetrics(List.of()));
    }

    /** The empty subscription of this client. */
    static int subscriptionId(Uuid clientInstanceId) {
        return clientInstanceId.hashCode();
    }
}
