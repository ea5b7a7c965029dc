package naru.broker.api;

import naru.broker.telemetry.ClientTelemetry;
import naru.broker.telemetry.ClientTraits;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.PushTelemetryResponseData;
import org.apache.kafka.common.protocol.Errors;

import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/**
 * PushTelemetry: metrics of a client are taken and shown at the metrics endpoint (KIP-714). They
 * are unpacked on a virtual thread, a few at a time.
 */
public final class PushTelemetry implements RequestHandler {
    private static final int AT_ONCE = 4;

    private final ClientTelemetry telemetry;
    private final Semaphore places = new Semaphore(AT_ONCE);

    public PushTelemetry(ClientTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    @Override
    public void handle(Request request) {
        PushTelemetryRequestData body = (PushTelemetryRequestData) request.body();
        Uuid id = body.clientInstanceId();
        ClientTraits client = GetTelemetrySubscriptions.traits(request, id);
        ByteBuffer metrics = body.metrics();
        int size = metrics == null ? 0 : metrics.remaining();
        Errors refusal =
                telemetry.admit(
                        id,
                        client,
                        body.subscriptionId(),
                        body.terminating(),
                        body.compressionType(),
                        size);
        if (refusal != Errors.NONE || metrics == null || size == 0) {
            reply(request, refusal);
        } else if (!places.tryAcquire()) {
            reply(request, Errors.THROTTLING_QUOTA_EXCEEDED);
        } else {
            byte[] packed = new byte[size];
            metrics.duplicate().get(packed);
            byte compression = body.compressionType();
            Thread.startVirtualThread(() -> take(request, id, client, compression, packed));
        }
    }

    private void take(
            Request request, Uuid id, ClientTraits client, byte compression, byte[] packed) {
        Errors outcome;
        try {
            outcome = telemetry.take(id, client, compression, packed);
        } catch (RuntimeException | Error e) {
            request.fail(e);
            return;
        } finally {
            places.release();
        }
        reply(request, outcome);
    }

    private static void reply(Request request, Errors error) {
        request.reply(new PushTelemetryResponseData().setErrorCode(error.code()));
    }
}
