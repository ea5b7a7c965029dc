package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData.CreatableRenewers;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateDelegationTokenResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * CreateDelegationToken: a token by which somebody can log in as its owner: who asks, or another
 * for whom they may make tokens (KIP-48, 373). Answered when it can be used here.
 */
public final class CreateDelegationToken implements RequestHandler {
    private static final short REQUESTER_SINCE = 3;
    private static final int TIMEOUT_MILLIS = 30_000;

    /** Of all names together; a token is one record of the metadata. */
    private static final int MOST_CHARACTERS = 64 * 1024;

    private final Quorum quorum;
    private final ImageWait images;
    private final TokenRequesters requesters;
    private final Access access;

    public CreateDelegationToken(
            Quorum quorum, ImageWait images, TokenRequesters requesters, Access access) {
        this.quorum = quorum;
        this.images = images;
        this.requesters = requesters;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        CreateDelegationTokenRequestData body = (CreateDelegationTokenRequestData) request.body();
        KafkaPrincipal owner = owner(body, request.principal());
        Errors refusal = refusal(request, body, owner);
        if (refusal != Errors.NONE) {
            request.reply(
                    CreateDelegationTokenResponse.prepareResponse(
                                    request.version(), 0, refusal, owner, request.principal())
                            .data());
            return;
        }
        quorum.controller()
                .createDelegationToken(ControllerCall.caller(request, TIMEOUT_MILLIS), body)
                .whenComplete(
                        ControllerCall.answering(request, made -> replyUsable(request, made)));
    }

    private void replyUsable(Request request, CreateDelegationTokenResponseData made) {
        if (request.version() < REQUESTER_SINCE) {
            made.setTokenRequesterPrincipalType("").setTokenRequesterPrincipalName("");
        }
        images.until(
                        image ->
                                made.errorCode() != 0
                                        || image.delegationToken(made.tokenId()) != null,
                        TIMEOUT_MILLIS)
                .whenComplete((nothing, never) -> request.reply(made));
    }

    private static KafkaPrincipal owner(
            CreateDelegationTokenRequestData body, KafkaPrincipal requester) {
        String name = body.ownerPrincipalName();
        return isEmpty(name) ? requester : new KafkaPrincipal(body.ownerPrincipalType(), name);
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    /** Tokens are of users: a login by one makes a user of its owner's name. */
    private Errors refusal(
            Request request, CreateDelegationTokenRequestData body, KafkaPrincipal owner) {
        if (!mayCreate(request, owner)) {
            return requesters.mayAsk(request)
                    ? Errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED
                    : Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED;
        }
        if (!isUser(owner.getPrincipalType())
                || !body.renewers().stream().allMatch(each -> isUser(each.principalType()))) {
            return Errors.INVALID_PRINCIPAL_TYPE;
        }
        long characters = owner.getName().length();
        for (CreatableRenewers renewer : body.renewers()) {
            characters += renewer.principalType().length() + renewer.principalName().length();
        }
        return characters > MOST_CHARACTERS ? Errors.INVALID_REQUEST : Errors.NONE;
    }

    private boolean mayCreate(Request request, KafkaPrincipal owner) {
        String name = owner.toString();
        boolean mayAsk = requesters.mayAsk(request);
        if (mayAsk && !owner.equals(request.principal())) {
            return access.allowed(request, AclOperation.CREATE_TOKENS, ResourceType.USER, name);
        }
        access.note(request, AclOperation.CREATE_TOKENS, ResourceType.USER, name, mayAsk);
        return mayAsk;
    }

    private static boolean isUser(String type) {
        return type.equals(KafkaPrincipal.USER_TYPE);
    }
}
