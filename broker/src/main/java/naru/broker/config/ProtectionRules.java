package naru.broker.config;

import naru.broker.config.BadConfiguration.Problem;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What a listener needs to be set so that its protocol protects what it promises to protect. */
final class ProtectionRules {
    private static final Set<String> MECHANISMS =
            Set.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER");
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");
    private static final Set<String> STORES = Set.of("JKS", "PKCS12", "PEM");

    private final Map<String, Object> values;
    private final List<Problem> problems;

    ProtectionRules(Map<String, Object> values, List<Problem> problems) {
        this.values = values;
        this.problems = problems;
    }

    /** Whether whoever is served on this listener has shown who it is. */
    boolean authenticates(Listener listener) {
        return listener.login()
                || (listener.encrypted() && "required".equals(value(listener, "ssl.client.auth")));
    }

    void check(Listener listener) {
        if (listener.encrypted()) {
            keys(listener);
        }
        if (listener.login()) {
            login(listener);
        }
    }

    private void keys(Listener listener) {
        if (value(listener, "ssl.keystore.location") == null
                && value(listener, "ssl.keystore.certificate.chain") == null) {
            problem(
                    listener,
                    "ssl.keystore.location",
                    "name the file with the certificate and key of this node, or start with"
                            + " --secure to have one made");
        }
        for (String key : List.of("ssl.keystore.type", "ssl.truststore.type")) {
            String type = String.valueOf(value(listener, key)).toUpperCase(Locale.ROOT);
            if (!STORES.contains(type)) {
                problem(listener, key, "must be one of JKS, PKCS12, PEM");
            }
        }
        for (String protocol : list(listener, "ssl.enabled.protocols")) {
            if (!PROTOCOLS.contains(protocol)) {
                problem(
                        listener,
                        "ssl.enabled.protocols",
                        "only TLSv1.3 and TLSv1.2 are spoken; older ones are broken");
            }
        }
        if (!PROTOCOLS.contains(String.valueOf(value(listener, "ssl.protocol")))) {
            problem(listener, "ssl.protocol", "must be TLSv1.3 or TLSv1.2");
        }
    }

    private void login(Listener listener) {
        List<String> mechanisms = list(listener, "sasl.enabled.mechanisms");
        if (mechanisms.isEmpty() || !MECHANISMS.containsAll(mechanisms)) {
            problem(
                    listener,
                    "sasl.enabled.mechanisms",
                    "choose of SCRAM-SHA-512, SCRAM-SHA-256, PLAIN, OAUTHBEARER");
        }
        if (mechanisms.contains("PLAIN") && value(listener, "plain.sasl.jaas.config") == null) {
            problem(
                    listener,
                    "plain.sasl.jaas.config",
                    "write the users: org.apache.kafka.common.security.plain.PlainLoginModule"
                            + " required user_NAME=\"PASSWORD\";");
        }
        if (mechanisms.contains("OAUTHBEARER")
                && value(listener, "sasl.oauthbearer.jwks.endpoint.url") == null) {
            problem(
                    listener,
                    "sasl.oauthbearer.jwks.endpoint.url",
                    "name the key set that tokens are signed with; unsigned tokens are not taken");
        }
    }

    private @Nullable Object value(Listener listener, String key) {
        Object own = values.get(listener.settingPrefix() + key);
        return own == null ? values.get(key) : own;
    }

    private List<String> list(Listener listener, String key) {
        List<String> texts = new ArrayList<>();
        if (value(listener, key) instanceof List<?> list) {
            list.forEach(each -> texts.add(String.valueOf(each)));
        }
        return texts;
    }

    private void problem(Listener listener, String key, String remedy) {
        Object value = value(listener, key);
        problems.add(
                new Problem(
                        listener.settingPrefix() + key,
                        value == null ? "" : String.valueOf(value),
                        remedy));
    }
}
