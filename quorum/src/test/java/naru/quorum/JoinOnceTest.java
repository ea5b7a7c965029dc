package naru.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** How long a controller joins the voters by itself. */
final class JoinOnceTest {
    private final AtomicBoolean named = new AtomicBoolean();
    private final JoinOnce joining = joining("true");

    private JoinOnce joining(String enabled) {
        JoinOnce made =
                new QuorumSettings(Map.of("controller.quorum.auto.join.enable", enabled)).quorum();
        made.asks(named::get);
        return made;
    }

    private void vote() {
        named.set(true);
        joining.onCommitted(9, 11);
        joining.onCommitted(10, 12);
    }

    @Test
    void voterThatIsTakenOutStaysOut() {
        assertThat(joining.autoJoin()).isTrue();
        vote();
        named.set(false);
        assertThat(joining.autoJoin()).isFalse();
        assertThat(joining("false").autoJoin()).isFalse();
    }

    @Test
    void voterWhoseRecordWasNeverCommittedJoinsAgain() {
        named.set(true);
        joining.onCommitted(9, 11);
        joining.onCommitted(9, 11);
        named.set(false);
        joining.onCommitted(10, 11);
        assertThat(joining.autoJoin()).isTrue();
    }

    @Test
    void newFolderOfAVoterTakesThePlaceOfTheLostOne() {
        vote();
        assertThat(joining.autoJoin()).isTrue();
        joining.onCommitted(20, 21);
        joining.onCommitted(21, 22);
        named.set(false);
        assertThat(joining.autoJoin()).isTrue();
        vote();
        named.set(false);
        assertThat(joining.autoJoin()).isFalse();
    }
}
