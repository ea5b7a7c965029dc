package naru.broker.api;

import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * RenewDelegationToken: a token's owner, or one of its renewers, has it live longer, up to its
 * maximum (KIP-48).
 */
public final class RenewDelegationToken implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final long NEVER = -1;

    private final Quorum quorum;
    private final KnownTokens tokens;
    private final TokenRequesters requesters;

    public RenewDelegationToken(Quorum quorum, KnownTokens tokens, TokenRequesters requesters) {
        this.quorum = quorum;
        this.tokens = tokens;
        this.requesters = requesters;
    }

    @Override
    public void handle(Request request) {
        RenewDelegationTokenRequestData body = (RenewDelegationTokenRequestData) request.body();
        ClusterImage before = quorum.image();
        if (!requesters.mayAsk(request)) {
            reply(
                    request,
                    before,
                    new RenewDelegationTokenResponseData()
                            .setErrorCode(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code())
                            .setExpiryTimestampMs(NEVER));
            return;
        }
        quorum.controller()
                .renewDelegationToken(ControllerCall.caller(request, TIMEOUT_MILLIS), body)
                .whenComplete(
                        ControllerCall.answering(
                                request, response -> reply(request, before, response)));
    }

    private void reply(
            Request request, ClusterImage before, RenewDelegationTokenResponseData response) {
        tokens.changed(
                        request,
                        AclOperation.ALTER,
                        before,
                        ((RenewDelegationTokenRequestData) request.body()).hmac(),
                        Errors.forCode(response.errorCode()),
                        response.expiryTimestampMs())
                .whenComplete((nothing, never) -> request.reply(response));
    }
}
