package naru.simulation.replication;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.PartitionLog;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * Many histories of three replicas under faults; {@code -Dnaru.simulation.seed=N} replays one,
 * {@code -Dnaru.simulation.seeds=N} runs as many.
 */
class ReplicationHistoryTest {
    private static final int FEW = 25;

    private static LongStream seeds() {
        String one = System.getProperty("naru.simulation.seed", "");
        String many = System.getProperty("naru.simulation.seeds", "");
        if (!one.isEmpty()) {
            return LongStream.of(Long.parseLong(one));
        }
        return LongStream.range(0, many.isEmpty() ? FEW : Long.parseLong(many));
    }

    private static ReplicaWorld run(long seed, Bug bug) {
        ReplicaWorld world = new ReplicaWorld(seed, bug);
        try {
            world.run(15_000, 15_000);
            world.records().checkAllHeld(world.nodes().values());
            assertThat(world.controller().state().inSyncReplicas())
                    .as("in sync at the end")
                    .hasSize(3);
            List<Long> ends =
                    world.nodes().values().stream()
                            .map(node -> Objects.requireNonNull(node.log()))
                            .map(PartitionLog::logEndOffset)
                            .toList();
            assertThat(ends).as("log ends").hasSize(3);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed "
                            + seed
                            + ": "
                            + e.getMessage()
                            + "\n"
                            + String.join("\n", world.story()),
                    e);
        }
        return world;
    }

    @Test
    void noAcknowledgedRecordIsLostWhateverHappens() {
        long acknowledged =
                seeds().map(seed -> run(seed, Bug.NONE).records().acknowledgedCount()).sum();
        assertThat(acknowledged).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"high watermark", "no epoch", "promises"})
    void plantedBugsAreFound(String name) {
        Bug bug =
                switch (name) {
                    case "high watermark" -> Bug.TRUNCATES_TO_HIGH_WATERMARK;
                    case "no epoch" -> Bug.SAYS_NO_EPOCH;
                    default -> Bug.PROMISES_TOO_MUCH;
                };
        assertThat(LongStream.range(0, 40).anyMatch(seed -> isFound(seed, bug))).isTrue();
    }

    private static boolean isFound(long seed, Bug bug) {
        try {
            run(seed, bug);
            return false;
        } catch (AssertionError found) {
            return true;
        }
    }
}
