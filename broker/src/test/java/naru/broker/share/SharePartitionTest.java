package naru.broker.share;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import naru.broker.share.Acquisition.Acknowledgement;
import naru.broker.share.Acquisition.Acquired;
import naru.broker.share.Acquisition.Found;
import naru.broker.share.Acquisition.Wish;
import naru.coordination.share.DeliveryState;
import naru.coordination.share.StateBatch;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

class SharePartitionTest {
    private static final ShareRules RULES = new ShareRules(1_000, 3, 100, true, false, false);
    private static final ShareRules WITH_DEAD_LETTERS =
            new ShareRules(1_000, 3, 100, true, true, false);
    private static final Wish ALL = new Wish(1_000, 1_000, false);

    private SharePartition partition = new SharePartition(0, List.of(), RULES);
    private long now = 10_000;

    private static Found batch(long first, long last) {
        return new Found(first, last, true);
    }

    private List<Acquired> acquire(String member, Found... found) {
        return partition.acquire(member, ALL, List.of(found), RULES, now);
    }

    private Settling.Outcome acknowledge(String member, long first, long last, int... types) {
        List<Byte> bytes = Arrays.stream(types).mapToObj(type -> (byte) type).toList();
        return partition.acknowledge(
                member, List.of(new Acknowledgement(first, last, bytes)), RULES, now);
    }

    private static Change changeOf(Settling.Outcome outcome) {
        assertThat(outcome).isInstanceOf(Settling.Settled.class);
        return requireNonNull(((Settling.Settled) outcome).change());
    }

    private void settle(String member, long first, long last, int... types) {
        Change change = changeOf(acknowledge(member, first, last, types));
        partition.write(List.of(change));
        partition.written(change);
    }

    @Test
    void recordIsHeldByOneMember() {
        assertThat(acquire("a", batch(0, 9))).containsExactly(new Acquired(0, 9, (short) 1));
        assertThat(acquire("b", batch(0, 9))).isEmpty();
        assertThat(partition.nextFetchOffset()).isEqualTo(10);
    }

    @Test
    void acceptedRecordsMoveTheStart() {
        acquire("a", batch(0, 9));
        settle("a", 0, 4, Acquisition.ACCEPT);
        assertThat(partition.startOffset()).isEqualTo(5);
        settle("a", 5, 9, Acquisition.ACCEPT);
        assertThat(partition.startOffset()).isEqualTo(10);
        assertThat(partition.runCount()).isZero();
    }

    @Test
    void nothingTakesEffectBeforeItIsWritten() {
        acquire("a", batch(0, 9));
        Change change = changeOf(acknowledge("a", 0, 9, Acquisition.RELEASE));
        assertThat(acquire("b", batch(0, 9))).isEmpty();
        assertThat(acknowledge("a", 0, 9, Acquisition.ACCEPT)).isInstanceOf(Settling.Refused.class);
        partition.written(change);
        assertThat(acquire("b", batch(0, 9))).containsExactly(new Acquired(0, 9, (short) 2));
    }

    @Test
    void recordsAreHeldAsBeforeWhenTheWriteFails() {
        acquire("a", batch(0, 9));
        Change change = changeOf(acknowledge("a", 0, 9, Acquisition.ACCEPT));
        partition.notWritten(change);
        assertThat(partition.startOffset()).isZero();
        assertThat(acquire("b", batch(0, 9))).isEmpty();
        settle("a", 0, 9, Acquisition.ACCEPT);
        assertThat(partition.startOffset()).isEqualTo(10);
    }

    @Test
    void onlyTheHolderMayAcknowledge() {
        acquire("a", batch(0, 9));
        assertThat(acknowledge("b", 0, 9, Acquisition.ACCEPT))
                .isInstanceOfSatisfying(
                        Settling.Refused.class,
                        refused ->
                                assertThat(refused.error()).isEqualTo(Errors.INVALID_RECORD_STATE));
        assertThat(acknowledge("a", 5, 12, Acquisition.ACCEPT))
                .isInstanceOfSatisfying(
                        Settling.Refused.class,
                        refused -> assertThat(refused.error()).isEqualTo(Errors.INVALID_REQUEST));
    }

    @Test
    void oneTypeForEachRecord() {
        acquire("a", batch(0, 3));
        settle(
                "a",
                0,
                3,
                Acquisition.ACCEPT,
                Acquisition.RELEASE,
                Acquisition.REJECT,
                Acquisition.GAP);
        assertThat(partition.startOffset()).isEqualTo(1);
        assertThat(acquire("b", batch(0, 3))).containsExactly(new Acquired(1, 1, (short) 2));
    }

    @Test
    void recordsHeldForTooLongAreAvailableAgain() {
        acquire("a", batch(0, 4));
        assertThat(partition.nextDeadlineMillis()).isEqualTo(now + 1_000);
        assertThat(partition.expire(RULES, now + 999)).isNull();
        Change expired = requireNonNull(partition.expire(RULES, now + 1_000));
        assertThat(expired.batches())
                .containsExactly(new StateBatch(0, 4, DeliveryState.AVAILABLE, (short) 1));
        assertThat(acquire("b", batch(0, 4))).containsExactly(new Acquired(0, 4, (short) 2));
    }

    @Test
    void renewedRecordsAreHeldLonger() {
        acquire("a", batch(0, 4));
        now += 900;
        assertThat(acknowledge("a", 0, 4, Acquisition.RENEW))
                .isEqualTo(new Settling.Settled(null, now + 1_000));
        assertThat(partition.expire(RULES, now + 200)).isNull();
        assertThat(partition.nextDeadlineMillis()).isEqualTo(now + 1_000);
    }

    @Test
    void lastDeliveryGoesAloneAndThenTheRecordIsGivenUp() {
        acquire("a", batch(0, 2));
        settle("a", 0, 2, Acquisition.RELEASE);
        acquire("a", batch(0, 2));
        settle("a", 0, 2, Acquisition.RELEASE);
        assertThat(acquire("a", batch(0, 2))).containsExactly(new Acquired(0, 0, (short) 3));
        settle("a", 0, 0, Acquisition.RELEASE);
        assertThat(partition.startOffset()).isEqualTo(1);
    }

    @Test
    void recordsInFlightAreBounded() {
        assertThat(acquire("a", batch(0, 149))).containsExactly(new Acquired(0, 99, (short) 1));
        assertThat(partition.mayAcquire(RULES)).isFalse();
        settle("a", 0, 9, Acquisition.ACCEPT);
        assertThat(acquire("b", batch(0, 149))).containsExactly(new Acquired(100, 109, (short) 1));
    }

    @Test
    void strictLimitCutsBatches() {
        assertThat(
                        partition.acquire(
                                "a", new Wish(3, 1_000, true), List.of(batch(0, 9)), RULES, now))
                .containsExactly(new Acquired(0, 2, (short) 1));
        assertThat(
                        partition.acquire(
                                "b",
                                new Wish(3, 1_000, false),
                                List.of(batch(0, 9), batch(10, 11)),
                                RULES,
                                now))
                .containsExactly(new Acquired(3, 9, (short) 1));
    }

    @Test
    void markersAbortedRecordsAndHolesAreNobodys() {
        assertThat(acquire("a", batch(0, 1), new Found(2, 5, false), batch(8, 9)))
                .containsExactly(new Acquired(0, 1, (short) 1), new Acquired(8, 9, (short) 1));
        settle("a", 0, 1, Acquisition.ACCEPT);
        assertThat(partition.startOffset()).isEqualTo(8);
    }

    @Test
    void memberThatGoesGivesBackWhatItHolds() {
        acquire("a", batch(0, 4));
        acquire("b", batch(5, 9));
        assertThat(partition.release("a", RULES)).isNotNull();
        assertThat(acquire("c", batch(0, 4), batch(5, 9)))
                .containsExactly(new Acquired(0, 4, (short) 2));
    }

    @Test
    void recordsThatHaveLeftTheLogAreForgotten() {
        acquire("a", batch(0, 9));
        partition.onLogStart(5);
        assertThat(partition.startOffset()).isEqualTo(5);
        settle("a", 0, 9, Acquisition.ACCEPT);
        assertThat(partition.startOffset()).isEqualTo(10);
        partition.onLogStart(50);
        assertThat(partition.nextFetchOffset()).isEqualTo(50);
    }

    @Test
    void writtenStateIsWhatIsLoaded() {
        acquire("a", batch(0, 9));
        settle("a", 4, 5, Acquisition.ACCEPT);
        Change release = changeOf(acknowledge("a", 6, 7, Acquisition.RELEASE));
        SharePartition.Write write = partition.write(List.of(release));
        assertThat(write.startOffset()).isZero();
        assertThat(write.settledCount()).isEqualTo(2);
        SharePartition loaded =
                new SharePartition(
                        0,
                        List.of(
                                new StateBatch(4, 5, DeliveryState.ACKNOWLEDGED, (short) 1),
                                new StateBatch(6, 7, DeliveryState.AVAILABLE, (short) 1)),
                        RULES);
        assertThat(loaded.acquire("b", ALL, List.of(batch(0, 9)), RULES, now))
                .containsExactly(
                        new Acquired(0, 3, (short) 1),
                        new Acquired(6, 7, (short) 2),
                        new Acquired(8, 9, (short) 1));
    }

    @Test
    void rejectedRecordWaitsForItsCopy() {
        acquire("a", batch(0, 1));
        Settling.Outcome outcome =
                partition.acknowledge(
                        "a",
                        List.of(new Acknowledgement(0, 1, List.of(Acquisition.REJECT))),
                        WITH_DEAD_LETTERS,
                        now);
        assertThat(partition.takeDeadLetters(10)).as("before it is written").isNull();
        partition.written(changeOf(outcome));
        SharePartition.DeadLetters letters = requireNonNull(partition.takeDeadLetters(10));
        assertThat(letters)
                .isEqualTo(
                        new SharePartition.DeadLetters(0, 1, (short) 1, DeadLetterCause.REJECTED));
        assertThat(partition.takeDeadLetters(10)).as("while it is copied").isNull();
        partition.copyAgain(letters);
        assertThat(partition.takeDeadLetters(10)).isEqualTo(letters);
        assertThat(partition.startOffset()).isZero();
        assertThat(partition.archive(letters)).isNotNull();
        assertThat(partition.startOffset()).isEqualTo(2);
    }

    @Test
    void copyIsMadeAgainAfterALoad() {
        partition =
                new SharePartition(
                        0,
                        List.of(new StateBatch(0, 3, DeliveryState.ARCHIVING, (short) 3)),
                        WITH_DEAD_LETTERS);
        assertThat(partition.takeDeadLetters(10))
                .isEqualTo(
                        new SharePartition.DeadLetters(
                                0, 3, (short) 3, DeadLetterCause.DELIVERED_TOO_OFTEN));
    }

    @Test
    void recordsTakenAndSettledTogetherAreOneRun() {
        for (int i = 0; i < 50; i++) {
            acquire("a", batch(2L * i, 2L * i + 1));
        }
        assertThat(partition.runCount()).isOne();
        for (int i = 1; i < 50; i++) {
            settle("a", 2L * i, 2L * i + 1, Acquisition.ACCEPT);
        }
        assertThat(partition.runCount()).isEqualTo(2);
    }
}
