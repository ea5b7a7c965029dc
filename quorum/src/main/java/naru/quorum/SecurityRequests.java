package naru.quorum;

import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.apache.kafka.common.requests.AlterUserScramCredentialsRequest;
import org.apache.kafka.common.requests.CreateDelegationTokenRequest;
import org.apache.kafka.common.requests.ExpireDelegationTokenRequest;
import org.apache.kafka.common.requests.RenewDelegationTokenRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Quotas, SCRAM users and delegation tokens. */
final class SecurityRequests {
    private static final int NO_THROTTLE = 0;

    private final Controller controller;

    SecurityRequests(Controller controller) {
        this.controller = controller;
    }

    CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        ControllerRequestContext caller = Requests.of(context, header, OptionalLong.empty());
        return switch (request) {
            case AlterClientQuotasRequest quotas ->
                    controller
                            .alterClientQuotas(caller, quotas.entries(), quotas.validateOnly())
                            .thenApply(results ->
                                    AlterClientQuotasResponse.fromQuotaEntities(
                                                    results, NO_THROTTLE)
                                            .data());
            case AlterUserScramCredentialsRequest credentials ->
                    ControllerListener.message(
                            controller.alterUserScramCredentials(caller, credentials.data()));
            case CreateDelegationTokenRequest token ->
                    ControllerListener.message(
                            controller.createDelegationToken(caller, token.data()));
            case RenewDelegationTokenRequest token ->
                    ControllerListener.message(
                            controller.renewDelegationToken(caller, token.data()));
            case ExpireDelegationTokenRequest token ->
                    ControllerListener.message(
                            controller.expireDelegationToken(caller, token.data()));
            default -> throw new UnsupportedVersionException("Not of security: " + header.apiKey());
        };
    }
}
