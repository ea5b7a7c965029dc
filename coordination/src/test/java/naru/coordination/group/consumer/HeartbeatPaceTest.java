package naru.coordination.group.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeartbeatPaceTest {
    private static int interval(int members, long waitsSince, long now) {
        return HeartbeatPace.intervalMillis(5_000, 100, members, waitsSince, now);
    }

    @Test
    void fewMembersAreHeardOfOften() {
        assertThat(interval(2, -1, 0)).isEqualTo(100);
    }

    @Test
    void intervalGrowsWithTheMembersUpToTheConfiguredOne() {
        assertThat(interval(50, -1, 0)).isEqualTo(500);
        assertThat(interval(10_000, -1, 0)).isEqualTo(5_000);
    }

    @Test
    void memberThatWaitsIsHeardOfSoonerForAWhile() {
        assertThat(interval(2, 1_000, 2_000)).isEqualTo(50);
        assertThat(interval(2, 1_000, 12_000)).isEqualTo(100);
    }

    @Test
    void configuredIntervalHoldsWhenNoOtherIsWanted() {
        assertThat(HeartbeatPace.intervalMillis(5_000, 0, 1, 0, 0)).isEqualTo(5_000);
    }
}
