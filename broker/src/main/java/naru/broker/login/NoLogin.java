package naru.broker.login;

import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.protocol.Errors;

/** SaslHandshake and SaslAuthenticate where they have no place: there is nothing to log in to. */
public final class NoLogin implements RequestHandler {
    @Override
    public void handle(Request request) {
        refuse(request);
    }

    static void refuse(Request request) {
        request.reply(
                Errors.ILLEGAL_SASL_STATE,
                request.api().name + " came where no authentication is under way");
    }
}
