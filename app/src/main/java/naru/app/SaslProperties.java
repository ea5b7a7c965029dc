package naru.app;

import naru.http.Credentials;
import naru.http.Refusal;

import org.apache.kafka.common.config.SaslConfigs;

import java.util.List;
import java.util.Map;

/** How a client of Kafka logs in with what a user of a service has shown. */
final class SaslProperties {
    private static final List<String> BY_PASSWORD =
            List.of("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN");
    private static final String BY_TOKEN = "OAUTHBEARER";

    private final List<String> mechanisms;

    /**
     * @param mechanisms that the cluster offers
     */
    SaslProperties(List<String> mechanisms) {
        this.mechanisms = List.copyOf(mechanisms);
    }

    /**
     * One for each mechanism by which a user of that name may be known.
     *
     * @throws Refusal 401 where the cluster offers none
     */
    List<Map<String, Object>> ofPassword(Credentials.Basic shown) {
        List<Map<String, Object>> ways =
                BY_PASSWORD.stream()
                        .filter(mechanisms::contains)
                        .map(mechanism -> byPassword(mechanism, shown.user(), shown.password(), ""))
                        .toList();
        if (ways.isEmpty()) {
            throw unproved("passwords");
        }
        return ways;
    }

    /**
     * @throws Refusal 401 where the cluster takes none
     */
    Map<String, Object> ofDelegationToken(String id, String secret) {
        String mechanism =
                BY_PASSWORD.stream()
                        .filter(each -> each.startsWith("SCRAM-") && mechanisms.contains(each))
                        .findFirst()
                        .orElseThrow(() -> unproved("client certificates without SCRAM"));
        return byPassword(mechanism, id, secret, " tokenauth=\"true\"");
    }

    private static Map<String, Object> byPassword(
            String mechanism, String user, String password, String more) {
        String module =
                mechanism.equals("PLAIN")
                        ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                        : "org.apache.kafka.common.security.scram.ScramLoginModule";
        return Map.of(
                SaslConfigs.SASL_MECHANISM,
                mechanism,
                SaslConfigs.SASL_JAAS_CONFIG,
                "%s required username=%s password=%s%s;"
                        .formatted(module, quoted(user), quoted(password), more));
    }

    /**
     * @throws Refusal 401 where the cluster takes none
     */
    Map<String, Object> ofToken(Credentials.Bearer shown) {
        if (!mechanisms.contains(BY_TOKEN)) {
            throw unproved("tokens");
        }
        return Map.of(
                SaslConfigs.SASL_MECHANISM,
                BY_TOKEN,
                SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS,
                GivenToken.class.getName(),
                SaslConfigs.SASL_JAAS_CONFIG,
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required %s=%s;"
                        .formatted(GivenToken.OPTION, quoted(shown.token())));
    }

    private Refusal unproved(String kind) {
        return new Refusal(
                401,
                mechanisms.isEmpty()
                        ? "The cluster has no listener on which users log in (SASL_SSL), so nobody"
                                + " can be proved here"
                        : "The cluster's listener for clients does not take %s; it offers %s"
                                .formatted(kind, String.join(", ", mechanisms)));
    }

    /** As JAAS takes it between quotation marks. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
