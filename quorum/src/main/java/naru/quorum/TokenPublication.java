package naru.quorum;

import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.token.delegation.DelegationToken;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.apache.kafka.common.security.token.delegation.internals.DelegationTokenCache;
import org.apache.kafka.image.DelegationTokenDelta;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.DelegationTokenData;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keeps the cache in which Kafka's controller looks for tokens to renew, expire and sweep: it
 * replays no tokens itself. Credentials are left out of it, for nobody logs in at the controller's
 * cache.
 *
 * <p>Threads: the metadata loader's writes, the controller's reads.
 */
final class TokenPublication implements MetadataPublisher {
    private static final String KEYED_HASH = "HmacSHA512";

    private final DelegationTokenCache cache =
            new DelegationTokenCache(ScramMechanism.mechanismNames());
    private final @Nullable SecretKeySpec key;

    /**
     * @param secret {@code delegation.token.secret.key}; without it there are no tokens
     */
    TokenPublication(@Nullable String secret) {
        this.key =
                secret == null
                        ? null
                        : new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), KEYED_HASH);
    }

    DelegationTokenCache cache() {
        return cache;
    }

    @Override
    public String name() {
        return "delegation-tokens";
    }

    @Override
    public void onMetadataUpdate(
            MetadataDelta delta, MetadataImage metadata, LoaderManifest manifest) {
        DelegationTokenDelta tokens = delta.delegationTokenDelta();
        SecretKeySpec signing = key;
        if (tokens == null || signing == null) {
            return;
        }
        tokens.changes()
                .forEach((id, token) ->
                        token.map(DelegationTokenData::tokenInformation)
                                .ifPresentOrElse(
                                        present -> put(present, signing),
                                        () -> cache.removeCache(id)));
    }

    private void put(TokenInformation token, SecretKeySpec signing) {
        try {
            Mac mac = Mac.getInstance(KEYED_HASH);
            mac.init(signing);
            byte[] proof = mac.doFinal(token.tokenId().getBytes(StandardCharsets.UTF_8));
            cache.updateCache(new DelegationToken(token, proof), Map.of());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + KEYED_HASH, e);
        }
    }

    @Override
    public void close() {}
}
