package naru.app.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;

class InvitationTest {
    private static final Invitation OPEN =
            new Invitation("abc", List.of("10.0.0.1:9092", "[::1]:9092"), null);
    private static final Invitation SECURED =
            new Invitation(
                    "abc",
                    List.of("node-1.example:9092"),
                    new Invitation.Secret(
                            List.of("node-1.example:9443"), "00ff", "token-id", "c2VjcmV0"));

    @Test
    void textSaysAllThatTheInvitationSays() {
        assertThat(Invitation.parse(OPEN.text())).isEqualTo(OPEN);
        assertThat(Invitation.parse(" " + SECURED.text() + "\n")).isEqualTo(SECURED);
    }

    @Test
    void textNeedsNoQuotes() {
        assertThat(SECURED.text()).matches("[A-Za-z0-9._-]+");
    }

    @Test
    void secretIsNotToldByToString() {
        assertThat(SECURED.toString()).doesNotContain("c2VjcmV0");
    }

    @Test
    void textThatWasNotCopiedWholeIsToldFromAForeignOne() {
        String text = SECURED.text();

        for (int length = 6; length < text.length(); length++) {
            String part = text.substring(0, length);
            assertThatThrownBy(() -> Invitation.parse(part))
                    .isInstanceOf(JoinFailure.class)
                    .hasMessageContaining("not complete");
        }
        assertThatThrownBy(() -> Invitation.parse("hello"))
                .isInstanceOf(JoinFailure.class)
                .hasMessageContaining("begins with naru1.");
    }
}
