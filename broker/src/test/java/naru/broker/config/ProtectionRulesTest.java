package naru.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HashMap;
import java.util.Map;

class ProtectionRulesTest {
    private static final String PLAIN_USERS =
            "org.apache.kafka.common.security.plain.PlainLoginModule required user_a=\"hush\";";

    private static Map<String, String> protectedBy(String protocol, String host) {
        Map<String, String> settings = new HashMap<>();
        settings.put("listeners", protocol + "://" + host + ":0");
        settings.put("ssl.keystore.location", "/keys/server.p12");
        settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        return settings;
    }

    private static String refusal(Map<String, String> settings) {
        BadConfiguration refused =
                catchThrowableOfType(BadConfiguration.class, () -> NodeConfig.parse(settings));
        return refused == null ? "" : String.valueOf(refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SSL|listener.name.ssl.ssl.keystore.type|BKS|one of JKS, PKCS12, PEM",
                "SSL|ssl.enabled.protocols|TLSv1.1,TLSv1.3|only TLSv1.3 and TLSv1.2",
                "SSL|ssl.protocol|TLSv1|TLSv1.3 or TLSv1.2",
                "SASL_SSL|sasl.enabled.mechanisms|GSSAPI|choose of SCRAM-SHA-512",
                "SASL_SSL|sasl.enabled.mechanisms|PLAIN|user_NAME",
                "SASL_SSL|sasl.enabled.mechanisms|OAUTHBEARER|unsigned tokens are not taken",
                "SASL_SSL|sasl.server.callback.handler.class|java.lang.String|no classes",
                "SSL|security.providers|java.lang.String|no classes named in settings",
                "SSL|ssl.engine.factory.class|java.lang.String|no classes named in settings"
            })
    void protectionThatWouldNotHoldIsRefused(
            String protocol, String key, String value, String remedy) {
        Map<String, String> settings = protectedBy(protocol, "127.0.0.1");
        assertThat(refusal(settings)).isEmpty();
        settings.put(key, value);
        assertThat(refusal(settings)).contains(remedy);
    }

    @Test
    void tlsNeedsAKey() {
        assertThat(refusal(Map.of("listeners", "SSL://127.0.0.1:0")))
                .contains("listener.name.ssl.ssl.keystore.location", "--secure");
    }

    @Test
    void whoAuthenticatesEverybodyMayBeReachedByEverybody() {
        assertThat(refusal(protectedBy("SASL_SSL", "0.0.0.0"))).isEmpty();
        assertThat(refusal(protectedBy("SASL_PLAINTEXT", ""))).isEmpty();
        Map<String, String> tls = protectedBy("SSL", "0.0.0.0");
        assertThat(refusal(tls)).contains("nobody would have to authenticate");
        tls.put("ssl.client.auth", "requested");
        assertThat(refusal(tls)).contains("nobody would have to authenticate");
        tls.put("listener.name.ssl.ssl.client.auth", "required");
        assertThat(refusal(tls)).isEmpty();
    }

    @Test
    void aListenersOwnSettingIsStronger() {
        Map<String, String> settings = protectedBy("SASL_SSL", "127.0.0.1");
        settings.put("listener.name.sasl_ssl.sasl.enabled.mechanisms", "PLAIN");
        settings.put("listener.name.sasl_ssl.plain.sasl.jaas.config", PLAIN_USERS);
        Map<String, Object> effective = NodeConfig.parse(settings).forListener("SASL_SSL");
        assertThat(effective.get("sasl.enabled.mechanisms")).hasToString("[PLAIN]");
        assertThat(effective.get("plain.sasl.jaas.config")).hasToString("[hidden]");
        assertThat(effective.get("ssl.keystore.location")).isEqualTo("/keys/server.p12");
    }

    @Test
    void secretsUnderMisspelledNamesAreNotShown() {
        Map<String, String> settings = protectedBy("SASL_SSL", "127.0.0.1");
        settings.put("ssl.keystore.pasword", "hush");
        settings.put("ssl.key.passwd", "hush");
        settings.put("listener.name.x.plain.sasl.jaas.confg", PLAIN_USERS);
        assertThat(refusal(settings)).contains("there is no such setting").doesNotContain("hush");
    }
}
