package naru.broker.api;

import naru.broker.telemetry.ClientTelemetry;
import naru.broker.telemetry.ClientTraits;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;

import java.util.List;

/** GetTelemetrySubscriptions: which of its metrics a client is to push, and how often (KIP-714). */
public final class GetTelemetrySubscriptions implements RequestHandler {
    private static final List<Byte> COMPRESSIONS =
            List.of(
                    CompressionType.ZSTD.id,
                    CompressionType.LZ4.id,
                    CompressionType.GZIP.id,
                    CompressionType.SNAPPY.id);

    private final ClientTelemetry telemetry;

    public GetTelemetrySubscriptions(ClientTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    @Override
    public void handle(Request request) {
        GetTelemetrySubscriptionsRequestData body =
                (GetTelemetrySubscriptionsRequestData) request.body();
        Uuid given = body.clientInstanceId();
        Uuid id = given == null || given.equals(Uuid.ZERO_UUID) ? Uuid.randomUuid() : given;
        ClientTelemetry.Asked asked = telemetry.ask(id, traits(request, id));
        if (asked.error() != Errors.NONE) {
            request.reply(
                    new GetTelemetrySubscriptionsResponseData()
                            .setErrorCode(asked.error().code())
                            .setClientInstanceId(id));
            return;
        }
        request.reply(
                new GetTelemetrySubscriptionsResponseData()
                        .setClientInstanceId(id)
                        .setSubscriptionId(asked.subscriptionId())
                        .setAcceptedCompressionTypes(COMPRESSIONS)
                        .setPushIntervalMs(asked.pushIntervalMillis())
                        .setTelemetryMaxBytes(telemetry.maxBytes())
                        .setDeltaTemporality(false)
                        .setRequestedMetrics(asked.metrics()));
    }

    static ClientTraits traits(Request request, Uuid instanceId) {
        String clientId = request.header().clientId();
        return new ClientTraits(
                clientId == null ? "" : clientId,
                instanceId.toString(),
                request.software().name(),
                request.software().version(),
                request.clientAddress().getHostAddress(),
                request.clientPort());
    }
}
