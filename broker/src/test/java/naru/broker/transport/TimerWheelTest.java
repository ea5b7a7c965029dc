package naru.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

class TimerWheelTest {
    @Test
    void runsATaskAtItsDeadlineAndNotBefore() {
        TimerWheel wheel = new TimerWheel(1000);
        List<String> ran = new ArrayList<>();
        wheel.add(1100, () -> ran.add("task"));
        wheel.advance(1099);
        assertThat(ran).isEmpty();
        wheel.advance(1100 + TimerWheel.TICK_MILLIS);
        assertThat(ran).containsExactly("task");
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aCancelledTaskNeverRuns() {
        TimerWheel wheel = new TimerWheel(0);
        List<String> ran = new ArrayList<>();
        Timeout first = wheel.add(10, () -> ran.add("first"));
        wheel.add(10, () -> ran.add("second"));
        first.cancel();
        wheel.advance(100);
        assertThat(ran).containsExactly("second");
    }

    @Test
    void aTaskMayCancelItsNeighbourOfTheSameSlot() {
        TimerWheel wheel = new TimerWheel(0);
        List<String> ran = new ArrayList<>();
        List<Timeout> timeouts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int self = i;
            timeouts.add(
                    wheel.add(
                            10,
                            () -> {
                                ran.add("task " + self);
                                timeouts.forEach(Timeout::cancel);
                            }));
        }
        wheel.advance(100);
        assertThat(ran).hasSize(1);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aTaskThatFailsTakesNoOtherOfItsSlotWithIt() {
        TimerWheel wheel = new TimerWheel(0);
        List<String> ran = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            wheel.add(
                    10,
                    () -> {
                        ran.add("task");
                        throw new IllegalStateException("for the test");
                    });
        }
        wheel.advance(100);
        assertThat(ran).hasSize(3);
        assertThat(wheel.size()).isZero();
        assertThat(wheel.millisToNext(100)).isEqualTo(-1);
    }

    @Test
    void aTaskAddedWhileRunningTheSameTickRunsWithinTwoTicks() {
        TimerWheel wheel = new TimerWheel(0);
        List<String> ran = new ArrayList<>();
        wheel.add(10, () -> wheel.add(10, () -> ran.add("inner")));
        wheel.advance(10 + TimerWheel.TICK_MILLIS);
        wheel.advance(10 + 3 * TimerWheel.TICK_MILLIS);
        assertThat(ran).containsExactly("inner");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithAPlainListOverARandomHistory(long seed) {
        Random random = new Random(seed);
        long now = random.nextLong(1_000_000);
        TimerWheel wheel = new TimerWheel(now);
        Map<Integer, Long> expected = new HashMap<>();
        Map<Integer, Timeout> timeouts = new HashMap<>();
        List<Integer> ran = new ArrayList<>();
        int next = 0;
        for (int step = 0; step < 5_000; step++) {
            switch (random.nextInt(3)) {
                case 0 -> {
                    int id = next++;
                    long deadline = now + random.nextLong(random.nextBoolean() ? 50 : 20_000);
                    expected.put(id, deadline);
                    timeouts.put(id, wheel.add(deadline, () -> ran.add(id)));
                }
                case 1 -> {
                    if (!expected.isEmpty()) {
                        int id = expected.keySet().iterator().next();
                        expected.remove(id);
                        requireNonNull(timeouts.get(id)).cancel();
                    }
                }
                default -> {
                    now += random.nextLong(random.nextInt(20) == 0 ? 10_000 : 20);
                    wheel.advance(now);
                    for (int id : ran) {
                        Long deadline = expected.remove(id);
                        assertThat(deadline).as("seed %d, task %d", seed, id).isNotNull();
                        assertThat(deadline).as("seed %d", seed).isLessThanOrEqualTo(now);
                    }
                    ran.clear();
                    long late = now - TimerWheel.TICK_MILLIS;
                    assertThat(expected.values())
                            .as("seed %d: due and not run", seed)
                            .allMatch(deadline -> deadline > late);
                    assertThat(wheel.size()).as("seed %d", seed).isEqualTo(expected.size());
                    long until = wheel.millisToNext(now);
                    if (!expected.isEmpty()) {
                        assertThat(until).as("seed %d", seed).isNotNegative();
                    }
                }
            }
        }
    }
}
