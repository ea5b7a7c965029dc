package naru.app;

import naru.http.Refusal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateDelegationTokenOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.token.delegation.DelegationToken;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets services act for users who have shown a certificate. Nobody here has the certificate's key,
 * so the cluster is asked for a delegation token of the user (KIP-373), which lasts a day and is
 * replaced after half of it.
 *
 * <p>Threads: any; one asks at a time.
 */
final class CertificateUsers {
    private static final Duration LIFETIME = Duration.ofDays(1);
    private static final int USERS_MOST = 1_000;
    private static final int ANSWER_MILLIS_MOST = 10_000;

    private final Map<String, Object> clients;
    private final SaslProperties sasl;
    private final InstantSource clock;
    private final Map<String, Issued> byUser = new LatestUsed<>(USERS_MOST);

    /** What a client of the user logs in with. */
    record Issued(String tokenId, Map<String, Object> login, long atMillis) {}

    /**
     * @param clients properties by which this process itself reaches the cluster
     */
    CertificateUsers(Map<String, Object> clients, SaslProperties sasl, InstantSource clock) {
        this.clients = Map.copyOf(clients);
        this.sasl = sasl;
        this.clock = clock;
    }

    /**
     * @throws Refusal 401 where the cluster issues no tokens, or not to this process
     */
    synchronized Issued of(String user) {
        long now = clock.millis();
        Issued known = byUser.get(user);
        if (known != null && now - known.atMillis < LIFETIME.toMillis() / 2) {
            return known;
        }
        DelegationToken token = issue(user);
        Issued issued =
                new Issued(
                        token.tokenInfo().tokenId(),
                        sasl.ofDelegationToken(
                                token.tokenInfo().tokenId(), token.hmacAsBase64String()),
                        now);
        byUser.put(user, issued);
        return issued;
    }

    private DelegationToken issue(String user) {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(AdminClientConfig.CLIENT_ID_CONFIG, "naru-services-login");
        CreateDelegationTokenOptions options =
                new CreateDelegationTokenOptions()
                        .owner(new KafkaPrincipal(KafkaPrincipal.USER_TYPE, user))
                        .maxLifetimeMs(LIFETIME.toMillis());
        try (Admin admin = Admin.create(properties)) {
            return admin.createDelegationToken(options)
                    .delegationToken()
                    .get(ANSWER_MILLIS_MOST, TimeUnit.MILLISECONDS);
        } catch (ExecutionException refused) {
            throw refusal(user, String.valueOf(refused.getCause()));
        } catch (TimeoutException | KafkaException fault) {
            throw refusal(user, fault.toString());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new Refusal(503, "the server stops");
        }
    }

    private static Refusal refusal(String user, String why) {
        return new Refusal(
                401,
                "Your certificate names %s, and the cluster gives out no delegation token for that user (see delegation.token.secret.key): %s. Log in by Authorization: Basic"
                        .formatted(user, why));
    }
}
