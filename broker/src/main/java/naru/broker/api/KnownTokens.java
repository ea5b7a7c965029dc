package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.login.TokenKey;
import naru.broker.transport.Request;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.jspecify.annotations.Nullable;

import java.security.MessageDigest;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Tokens that are changed by whoever has their proof. The controller knows a token by that, this
 * node by its id.
 */
public final class KnownTokens {
    private static final String UNKNOWN = "unknown";

    /** What is answered only to those who have a token's proof. */
    private static final Set<Errors> OF_HOLDERS =
            Set.of(Errors.NONE, Errors.DELEGATION_TOKEN_OWNER_MISMATCH);

    private final ImageWait images;
    private final @Nullable TokenKey key;
    private final Access access;

    /**
     * @param key null when there are no delegation tokens
     */
    public KnownTokens(ImageWait images, @Nullable TokenKey key, Access access) {
        this.images = images;
        this.key = key;
        this.access = access;
    }

    /**
     * After the controller has decided about a change: tells the audit log, and completes when this
     * node knows the change.
     *
     * @param before the image before the change
     * @param endMillis when the token expires now
     */
    CompletableFuture<Void> changed(
            Request request,
            AclOperation operation,
            ClusterImage before,
            byte[] proof,
            Errors outcome,
            long endMillis) {
        TokenInformation token = OF_HOLDERS.contains(outcome) ? find(before, proof) : null;
        access.note(
                request,
                operation,
                ResourceType.DELEGATION_TOKEN,
                token == null ? UNKNOWN : token.tokenId(),
                outcome == Errors.NONE);
        if (token == null || outcome != Errors.NONE) {
            return CompletableFuture.completedFuture(null);
        }
        return images.until(
                image -> {
                    TokenInformation now = image.delegationToken(token.tokenId());
                    return now == null || now.expiryTimestamp() == endMillis;
                },
                ImageWait.VISIBLE_MILLIS);
    }

    private @Nullable TokenInformation find(ClusterImage image, byte[] proof) {
        TokenKey known = key;
        if (known == null) {
            return null;
        }
        return image.delegationTokens().stream()
                .filter(token -> MessageDigest.isEqual(known.proof(token.tokenId()), proof))
                .findFirst()
                .orElse(null);
    }
}
