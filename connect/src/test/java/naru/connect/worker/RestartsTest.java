package naru.connect.worker;

import static org.assertj.core.api.Assertions.assertThat;

import naru.connect.ConnectSettings.RestartRule;
import naru.connect.worker.Failures.Part;
import naru.connect.worker.Failures.PartState;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Failed parts are restarted later each time, a few times, and forgiven when they run. */
class RestartsTest {
    private static final Part TASK = new Part("c", 0);
    private static final RestartRule RULE = new RestartRule(3, 1_000, 3_000, 60_000);

    private final World world = new World();
    private final Restarts restarts = new Restarts(world, RULE);

    private static final class World implements Failures {
        private boolean failed;
        private final List<Part> restarted = new ArrayList<>();

        @Override
        public List<PartState> look() {
            return List.of(new PartState(TASK, failed, failed ? "it broke\n\tat x" : null));
        }

        @Override
        public void restart(Part part) {
            restarted.add(part);
        }
    }

    /** Looks each 100 ms; answers when restarts were made. */
    private List<Long> restartsUntil(long end) {
        List<Long> made = new ArrayList<>();
        for (long now = 0; now <= end; now += 100) {
            int before = world.restarted.size();
            restarts.look(now);
            if (world.restarted.size() > before) {
                made.add(now);
            }
        }
        return made;
    }

    @Test
    void delayDoublesUpToItsBoundAndThenItIsGivenUp() {
        world.failed = true;
        assertThat(restartsUntil(60_000)).containsExactly(1_000L, 5_000L, 10_000L);
        assertThat(restarts.of("c", 60_000))
                .containsExactly(new Restarts.Restarted(0, 3, 3, -1, true));
    }

    @Test
    void whatRunsIsLeftAlone() {
        assertThat(restartsUntil(10_000)).isEmpty();
        assertThat(restarts.of("c", 10_000)).isEmpty();
    }

    @Test
    void failuresAreForgivenWhenItHasRunForLong() {
        world.failed = true;
        restartsUntil(1_000);
        world.failed = false;
        restarts.look(5_000);
        assertThat(restarts.of("c", 5_000)).hasSize(1);
        restarts.look(61_000);
        assertThat(restarts.of("c", 61_000)).isEmpty();
    }

    @Test
    void whoRestartsByHandGivesItAllItsAttemptsAgain() {
        world.failed = true;
        restartsUntil(60_000);
        world.failed = false;
        restarts.look(61_000);
        assertThat(restarts.of("c", 61_000)).isEmpty();
    }
}
