package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.login.TokenKey;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData.DescribeDelegationTokenOwner;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeDelegationTokenResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.token.delegation.DelegationToken;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * DescribeDelegationToken: one's own tokens, those one may renew, and those one may see by the
 * rules, each with its proof (KIP-48, 373). Looks through all of them, off the loop.
 */
public final class DescribeDelegationToken implements RequestHandler {
    private final Quorum quorum;
    private final @Nullable TokenKey key;
    private final TokenRequesters requesters;
    private final Access access;

    /**
     * @param key null when there are no delegation tokens
     */
    public DescribeDelegationToken(
            Quorum quorum, @Nullable TokenKey key, TokenRequesters requesters, Access access) {
        this.quorum = quorum;
        this.key = key;
        this.requesters = requesters;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        TokenKey known = key;
        if (!requesters.mayAsk(request)) {
            reply(request, Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, List.of());
        } else if (known == null) {
            reply(request, Errors.DELEGATION_TOKEN_AUTH_DISABLED, List.of());
        } else {
            Thread.startVirtualThread(() -> {
                try {
                    reply(request, Errors.NONE, visible(request, known));
                } catch (RuntimeException | Error e) {
                    request.fail(e);
                }
            });
        }
    }

    private static void reply(Request request, Errors error, List<DelegationToken> tokens) {
        request.reply(
                new DescribeDelegationTokenResponse(request.version(), 0, error, tokens).data());
    }

    private List<DelegationToken> visible(Request request, TokenKey known) {
        List<DescribeDelegationTokenOwner> asked =
                ((DescribeDelegationTokenRequestData) request.body()).owners();
        List<KafkaPrincipal> owners =
                asked == null
                        ? null
                        : asked.stream()
                                .map(each ->
                                        new KafkaPrincipal(
                                                each.principalType(), each.principalName()))
                                .toList();
        return quorum.image().delegationTokens().stream()
                .filter(token -> owners == null || owners.stream().anyMatch(token::ownerOrRenewer))
                .filter(token -> isVisible(request, token))
                .map(token -> new DelegationToken(token, known.proof(token.tokenId())))
                .toList();
    }

    private boolean isVisible(Request request, TokenInformation token) {
        return token.ownerOrRenewer(request.principal())
                || access.permitted(
                        request,
                        AclOperation.DESCRIBE,
                        ResourceType.DELEGATION_TOKEN,
                        token.tokenId())
                || access.permitted(
                        request,
                        AclOperation.DESCRIBE_TOKENS,
                        ResourceType.USER,
                        token.owner().toString());
    }
}
