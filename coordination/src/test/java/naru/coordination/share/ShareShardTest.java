package naru.coordination.share;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

class ShareShardTest {
    private static final ShareKey KEY = new ShareKey("group", new Uuid(1, 1), 3);

    private ShareShard shard = new ShareShard(5);
    private final List<CoordinatorRecord> log = new ArrayList<>();
    private long nowMillis = 1_000;

    private ApiMessage ask(ShareCommand command) {
        Decision decision = carryOut(command);
        return decision.replies().getFirst().response();
    }

    private Decision carryOut(ShareCommand command) {
        Decision decision = shard.decide(command, nowMillis);
        for (CoordinatorRecord record : decision.records()) {
            shard.apply(record, log.size());
            log.add(record);
        }
        return decision;
    }

    /** A shard that reads only what the first one says is needed. */
    private void reload() {
        long from = shard.oldestNeededOffset();
        shard = new ShareShard(5);
        for (long offset = from; offset < log.size(); offset++) {
            shard.apply(log.get((int) offset), offset);
        }
    }

    private Errors initialize(int stateEpoch, long startOffset) {
        var answer =
                (InitializeShareGroupStateResponseData)
                        ask(new ShareCommand.Initialize(1, KEY, stateEpoch, startOffset));
        return Errors.forCode(answer.results().getFirst().partitions().getFirst().errorCode());
    }

    private Errors write(int stateEpoch, int leaderEpoch, long start, StateBatch... batches) {
        var answer =
                (WriteShareGroupStateResponseData)
                        ask(
                                new ShareCommand.Write(
                                        1,
                                        KEY,
                                        stateEpoch,
                                        leaderEpoch,
                                        start,
                                        0,
                                        List.of(batches)));
        return Errors.forCode(answer.results().getFirst().partitions().getFirst().errorCode());
    }

    private ReadShareGroupStateResponseData.PartitionResult read(int leaderEpoch) {
        var answer =
                (ReadShareGroupStateResponseData) ask(new ShareCommand.Read(1, KEY, leaderEpoch));
        return answer.results().getFirst().partitions().getFirst();
    }

    private static StateBatch batch(long first, long last, DeliveryState state, int count) {
        return new StateBatch(first, last, state, (short) count);
    }

    @Test
    void stateIsReadAsItWasWritten() {
        initialize(1, 10);
        write(1, 0, 12, batch(14, 20, DeliveryState.ACKNOWLEDGED, 1));
        reload();
        var read = read(0);
        assertThat(read.startOffset()).isEqualTo(12);
        assertThat(read.stateEpoch()).isEqualTo(1);
        assertThat(read.stateBatches())
                .containsExactly(
                        new ReadShareGroupStateResponseData.StateBatch()
                                .setFirstOffset(14)
                                .setLastOffset(20)
                                .setDeliveryState((byte) 2)
                                .setDeliveryCount((short) 1));
    }

    @Test
    void askingTwiceForStateKeepsWhatWasWrittenInBetween() {
        initialize(1, -1);
        write(1, 0, 12, batch(14, 20, DeliveryState.ACKNOWLEDGED, 1));
        Decision again = carryOut(new ShareCommand.Initialize(1, KEY, 2, -1));
        assertThat(again.records()).isEmpty();
        assertThat(again.effects()).isEmpty();
        reload();
        assertThat(read(0).startOffset()).isEqualTo(12);
        assertThat(read(0).stateBatches()).hasSize(1);
        assertThat(write(1, 0, 15)).isEqualTo(Errors.NONE);
    }

    @Test
    void nothingIsReadOrWrittenBeforeItIsInitialized() {
        assertThat(read(0).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(write(0, 0, 5)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(log).isEmpty();
    }

    @Test
    void leaderOfAnEarlierEpochIsFenced() {
        initialize(1, 0);
        assertThat(read(7).errorCode()).isZero();
        reload();
        assertThat(read(6).errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
        assertThat(write(1, 6, 5)).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(write(1, 7, 5)).isEqualTo(Errors.NONE);
    }

    @Test
    void writerOfAnEarlierStateIsFenced() {
        initialize(3, 0);
        assertThat(write(2, 0, 5)).isEqualTo(Errors.FENCED_STATE_EPOCH);
        assertThat(initialize(2, 9)).isEqualTo(Errors.FENCED_STATE_EPOCH);
        assertThat(initialize(4, 9)).isEqualTo(Errors.NONE);
        assertThat(write(3, 0, 10)).isEqualTo(Errors.FENCED_STATE_EPOCH);
        assertThat(read(0).startOffset()).isEqualTo(9);
    }

    @Test
    void leadersHearThatStateIsBegunAnewAndDeleted() {
        Decision begun = carryOut(new ShareCommand.Initialize(1, KEY, 1, 0));
        Decision deleted = carryOut(new ShareCommand.Delete(1, KEY));
        assertThat(begun.effects()).containsExactly(new ShareStateReset(KEY));
        assertThat(deleted.effects()).containsExactly(new ShareStateReset(KEY));
        assertThat(read(0).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void deletingWhatIsNotThereIsDone() {
        var answer = (DeleteShareGroupStateResponseData) ask(new ShareCommand.Delete(1, KEY));
        assertThat(answer.results().getFirst().partitions().getFirst().errorCode()).isZero();
    }

    @Test
    void summaryTellsTheStartAndHowManyAreSettled() {
        initialize(1, -1);
        ask(new ShareCommand.Write(1, KEY, 1, 0, 40, 7, List.of()));
        var answer =
                (ReadShareGroupStateSummaryResponseData)
                        ask(new ShareCommand.ReadSummary(1, KEY, -1));
        var summary = answer.results().getFirst().partitions().getFirst();
        assertThat(summary.startOffset()).isEqualTo(40);
        assertThat(summary.deliveryCompleteCount()).isEqualTo(7);
    }

    @Test
    void logBeforeTheOldestSnapshotIsNotNeeded() {
        initialize(1, 0);
        for (int i = 1; i <= 20; i++) {
            write(1, 0, i);
        }
        assertThat(shard.oldestNeededOffset()).isBetween(15L, 20L);
        reload();
        assertThat(read(0).startOffset()).isEqualTo(20);
    }

    @Test
    void stateWithoutWritesDoesNotHoldTheLog() {
        initialize(1, 5);
        ShareKey busy = new ShareKey("group", KEY.topicId(), 4);
        carryOut(new ShareCommand.Initialize(1, busy, 1, 0));
        nowMillis += 10_000;
        while (!carryOut(new ShareCommand.SnapshotCold(5_000)).records().isEmpty()) {}
        assertThat(shard.oldestNeededOffset()).isEqualTo(2);
        reload();
        assertThat(read(0).startOffset()).isEqualTo(5);
    }

    @Test
    void stateOfDeletedTopicsIsForgotten() {
        initialize(1, 5);
        while (!carryOut(new ShareCommand.TopicsDeleted(Set.of(KEY.topicId())))
                .records()
                .isEmpty()) {}
        assertThat(read(0).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(shard.oldestNeededOffset()).isEqualTo(log.size());
    }

    /** Random updates against one entry for each offset. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void batchesLaidOverOneAnotherSayTheLastOfEachOffset(long seed) {
        Random random = new Random(seed);
        initialize(1, 0);
        Map<Long, String> model = new TreeMap<>();
        long start = 0;
        for (int step = 0; step < 300; step++) {
            long first = start + random.nextInt(60);
            long last = first + random.nextInt(20);
            DeliveryState[] states = {
                DeliveryState.AVAILABLE, DeliveryState.ACKNOWLEDGED, DeliveryState.ARCHIVED
            };
            StateBatch batch = batch(first, last, states[random.nextInt(3)], 1 + random.nextInt(3));
            start += random.nextInt(10) == 0 ? random.nextInt(8) : 0;
            assertThat(write(1, 0, start, batch)).isEqualTo(Errors.NONE);
            for (long offset = first; offset <= last; offset++) {
                model.put(offset, batch.state().id() + "x" + batch.deliveryCount());
            }
            long from = start;
            model.keySet().removeIf(offset -> offset < from);
            if (random.nextInt(20) == 0) {
                reload();
            }
            Map<Long, String> said = new TreeMap<>();
            for (var read : read(0).stateBatches()) {
                for (long offset = read.firstOffset(); offset <= read.lastOffset(); offset++) {
                    String twice =
                            said.put(offset, read.deliveryState() + "x" + read.deliveryCount());
                    assertThat(twice).as("seed %d: offset %d twice", seed, offset).isNull();
                }
            }
            assertThat(said).as("seed %d, step %d", seed, step).isEqualTo(model);
        }
    }
}
