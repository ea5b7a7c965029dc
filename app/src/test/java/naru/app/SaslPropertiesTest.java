package naru.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.http.Credentials;
import naru.http.Refusal;

import org.junit.jupiter.api.Test;

import java.util.List;

class SaslPropertiesTest {
    private static final Credentials.Basic SHOWN = new Credentials.Basic("a\"b", "c\\d");

    @Test
    void eachMechanismOfPasswordsIsAWayTheStrongestFirst() {
        SaslProperties sasl =
                new SaslProperties(List.of("PLAIN", "OAUTHBEARER", "SCRAM-SHA-256", "GSSAPI"));
        assertThat(sasl.ofPassword(SHOWN))
                .extracting(way -> way.get("sasl.mechanism"))
                .containsExactly("SCRAM-SHA-256", "PLAIN");
    }

    @Test
    void whatUsersTypeStaysInItsQuotationMarks() {
        assertThat(new SaslProperties(List.of("PLAIN")).ofPassword(SHOWN).getFirst())
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required"
                                + " username=\"a\\\"b\" password=\"c\\\\d\";");
    }

    @Test
    void refusalSaysWhatTheClusterOffers() {
        assertThatThrownBy(() -> new SaslProperties(List.of("GSSAPI")).ofPassword(SHOWN))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("GSSAPI");
        assertThatThrownBy(() -> new SaslProperties(List.of()).ofPassword(SHOWN))
                .hasMessageContaining("no listener on which users log in");
        assertThatThrownBy(() ->
                        new SaslProperties(List.of("PLAIN"))
                                .ofToken(new Credentials.Bearer("x.y.z")))
                .hasMessageContaining("tokens");
    }

    @Test
    void tokensAreCalledAfterTheirSubject() {
        assertThat(GivenToken.subject("e30.eyJzdWIiOiJkb3JhIn0.c2ln")).isEqualTo("dora");
        assertThat(GivenToken.subject("opaque")).isEqualTo("a token's user");
        assertThat(GivenToken.subject("a.!!.c")).isEqualTo("a token's user");
    }
}
