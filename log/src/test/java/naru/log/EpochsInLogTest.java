package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.AppendOutcome.Appended;
import naru.log.AppendOutcome.Refused;
import naru.log.LogFixture.Seen;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What a log knows of its leaders, as leader and as follower, and what truncation leaves of it. */
class EpochsInLogTest {
    private static final long NOW = LogFixture.START_MILLIS;
    private static final EpochEnd UNKNOWN = new EpochEnd(-1, -1);

    @TempDir Path folder;

    private static void lead(PartitionLog log, int epoch, int records) {
        log.beginEpoch(epoch);
        for (int i = 0; i < records; i++) {
            assertThat(log.appendAsLeader(Batches.of(NOW, "v"), epoch, Origin.CLIENT))
                    .isInstanceOf(Appended.class);
        }
    }

    /** Epoch 1 at offsets 0 to 2, epoch 4 at 3 and 4, epoch 6 at 5 to 8. */
    private LogFixture threeLeaders() {
        LogConfig config = LogConfigs.withSegmentBytes(2 * Batches.of(NOW, "v").remaining());
        LogFixture fixture = new LogFixture(folder, config);
        lead(fixture.log(), 1, 3);
        lead(fixture.log(), 4, 2);
        lead(fixture.log(), 6, 4);
        return fixture;
    }

    private static void assertThreeLeaders(PartitionLog log) {
        assertThat(log.latestEpoch()).hasValue(6);
        assertThat(log.endOffsetFor(0)).isEqualTo(new EpochEnd(0, 0));
        assertThat(log.endOffsetFor(1)).isEqualTo(new EpochEnd(1, 3));
        assertThat(log.endOffsetFor(3)).isEqualTo(new EpochEnd(1, 3));
        assertThat(log.endOffsetFor(4)).isEqualTo(new EpochEnd(4, 5));
        assertThat(log.endOffsetFor(5)).isEqualTo(new EpochEnd(4, 5));
        assertThat(log.endOffsetFor(6)).isEqualTo(new EpochEnd(6, 9));
        assertThat(log.endOffsetFor(7)).isEqualTo(UNKNOWN);
        assertThat(log.epochFor(0)).hasValue(1);
        assertThat(log.epochFor(2)).hasValue(1);
        assertThat(log.epochFor(3)).hasValue(4);
        assertThat(log.epochFor(5)).hasValue(6);
    }

    /** Batches of one record each, as a leader sends them. */
    private static ByteBuffer sent(int epoch, long... offsets) {
        ByteBuffer one = Batches.of(NOW, "v");
        ByteBuffer all = ByteBuffer.allocate(one.remaining() * offsets.length);
        for (long offset : offsets) {
            int at = all.position();
            all.put(one.duplicate());
            all.putLong(at + RecordBatchLayout.BASE_OFFSET_AT, offset);
            all.putInt(at + RecordBatchLayout.LEADER_EPOCH_AT, epoch);
        }
        return all.flip();
    }

    private static void assertRefused(LogFixture fixture, ByteBuffer batches, Errors error) {
        long end = fixture.log().logEndOffset();
        long size = fixture.log().sizeBytes();
        assertThat(fixture.log().appendAsFollower(batches))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.error()).isEqualTo(error));
        assertThat(fixture.log().logEndOffset()).isEqualTo(end);
        assertThat(fixture.log().sizeBytes()).isEqualTo(size);
    }

    @Test
    void everyEpochEndsWhereTheNextBegins() {
        assertThreeLeaders(threeLeaders().log());
    }

    @Test
    void epochsOfRecordsOutliveEveryKindOfRestart() {
        LogFixture fixture = threeLeaders();
        fixture.reopenAfterKill();
        assertThreeLeaders(fixture.log());
        fixture.reopenCleanly();
        assertThreeLeaders(fixture.log());
    }

    @Test
    void aLeaderThatHasWrittenNothingIsKnownUntilTheRestart() {
        LogFixture fixture = threeLeaders();
        fixture.log().beginEpoch(8);
        assertThat(fixture.log().endOffsetFor(6)).isEqualTo(new EpochEnd(6, 9));
        assertThat(fixture.log().endOffsetFor(8)).isEqualTo(new EpochEnd(8, 9));
        fixture.reopenCleanly();
        assertThreeLeaders(fixture.log());
    }

    /** A leader wrote nothing, and others went on in the epoch before. */
    @Test
    void anEpochWithoutRecordsTakesNoneThatAreWrittenLater() {
        LogFixture fixture = threeLeaders();
        fixture.log().beginEpoch(8);
        fixture.clock.advance(100_000);
        fixture.directory().runBackground();
        fixture.reopenAfterKill();
        lead(fixture.log(), 6, 1);

        fixture.reopenAfterKill();

        assertThat(fixture.log().logEndOffset()).isEqualTo(10);
        assertThat(fixture.log().latestEpoch()).hasValue(6);
        assertThat(fixture.log().epochFor(9)).hasValue(6);
    }

    @Test
    void batchesCarryTheEpochOfTheLeaderThatWroteThem() {
        assertThat(threeLeaders().batches())
                .extracting(RecordBatch::partitionLeaderEpoch)
                .containsExactly(1, 1, 1, 4, 4, 6, 6, 6, 6);
    }

    @Test
    void truncationForgetsTheEpochsThatBeganAboveIt() {
        LogFixture fixture = threeLeaders();
        fixture.log().advanceHighWatermark(8);

        fixture.log().truncateTo(4);

        assertThat(fixture.log().logEndOffset()).isEqualTo(4);
        assertThat(fixture.log().highWatermark()).isEqualTo(4);
        assertThat(fixture.log().latestEpoch()).hasValue(4);
        assertThat(fixture.log().endOffsetFor(4)).isEqualTo(new EpochEnd(4, 4));
        assertThat(fixture.log().endOffsetFor(6)).isEqualTo(UNKNOWN);
        assertThat(fixture.readAll(0, 1000)).hasSize(4);
    }

    @Test
    void truncationToTheStartOfAnEpochForgetsIt() {
        LogFixture fixture = threeLeaders();
        fixture.log().truncateTo(3);
        assertThat(fixture.log().latestEpoch()).hasValue(1);
        fixture.reopenAfterKill();
        assertThat(fixture.log().logEndOffset()).isEqualTo(3);
        assertThat(fixture.log().latestEpoch()).hasValue(1);
        lead(fixture.log(), 9, 2);
        assertThat(fixture.log().endOffsetFor(1)).isEqualTo(new EpochEnd(1, 3));
        assertThat(fixture.log().epochFor(3)).hasValue(9);
        fixture.reopenCleanly();
        assertThat(fixture.log().endOffsetFor(9)).isEqualTo(new EpochEnd(9, 5));
    }

    @Test
    void truncationAtOrAboveTheEndChangesNothing() {
        LogFixture fixture = threeLeaders();
        fixture.log().truncateTo(9);
        fixture.log().truncateTo(1000);
        assertThat(fixture.log().logEndOffset()).isEqualTo(9);
        assertThreeLeaders(fixture.log());
    }

    @Test
    void epochsBelowTheLogStartOffsetAreForgotten() {
        LogFixture fixture = threeLeaders();
        fixture.log().advanceHighWatermark(9);
        fixture.log().advanceLogStartOffset(4);
        assertThat(fixture.log().epochFor(3)).isEmpty();
        assertThat(fixture.log().epochFor(4)).hasValue(4);
        assertThat(fixture.log().endOffsetFor(1)).isEqualTo(new EpochEnd(1, 4));
        fixture.reopenCleanly();
        assertThat(fixture.log().epochFor(3)).isEmpty();
        assertThat(fixture.log().epochFor(4)).hasValue(4);
    }

    @Test
    void aFollowerKeepsItsLeadersOffsetsAndEpochs() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fixture.log().appendAsFollower(sent(2, 0, 1));

        AppendOutcome outcome = fixture.log().appendAsFollower(sent(5, 2, 10));

        assertThat(outcome).isEqualTo(new Appended(2, 10, -1, 0));
        fixture.reopenAfterKill();
        assertThat(fixture.log().logEndOffset()).isEqualTo(11);
        assertThat(fixture.readAll(0, 1000))
                .extracting(Seen::offset)
                .containsExactly(0L, 1L, 2L, 10L);
        assertThat(fixture.log().endOffsetFor(2)).isEqualTo(new EpochEnd(2, 2));
        assertThat(fixture.log().endOffsetFor(5)).isEqualTo(new EpochEnd(5, 11));
        assertThat(fixture.batches())
                .extracting(RecordBatch::partitionLeaderEpoch)
                .containsExactly(2, 2, 5, 5);
    }

    @Test
    void aFollowerTakesNoOffsetThatItHasAlready() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fixture.log().appendAsFollower(sent(2, 0, 1, 2));
        assertRefused(fixture, sent(2, 2), Errors.INVALID_RECORD);
        assertRefused(fixture, sent(3, 3, 3), Errors.INVALID_RECORD);
        assertThat(fixture.log().latestEpoch()).hasValue(2);
        assertThat(fixture.log().appendAsFollower(sent(2, 3))).isInstanceOf(Appended.class);
    }

    @Test
    void aFollowerLeavesABatchThatIsCutShortForTheNextFetch() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        ByteBuffer fetched = sent(2, 0, 1, 2);
        int limit = fetched.limit() - 1;
        fetched.limit(limit);
        assertThat(fixture.log().appendAsFollower(fetched)).isEqualTo(new Appended(0, 1, -1, 0));
        assertThat(fetched.limit()).isEqualTo(limit);
        assertThat(fixture.log().logEndOffset()).isEqualTo(2);
    }

    @Test
    void aFollowerTakesNoDamagedBatch() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        ByteBuffer fetched = sent(2, 0, 1);
        int last = fetched.limit() - 1;
        fetched.put(last, (byte) (fetched.get(last) + 1));
        assertRefused(fixture, fetched, Errors.CORRUPT_MESSAGE);
    }

    @Test
    void aLogThatBeginsAnewHasNothingButItsOffset() {
        LogFixture fixture = threeLeaders();

        fixture.log().truncateFullyAndStartAt(100);

        for (int i = 0; i < 2; i++) {
            PartitionLog log = fixture.log();
            assertThat(log.logStartOffset()).isEqualTo(100);
            assertThat(log.logEndOffset()).isEqualTo(100);
            assertThat(log.highWatermark()).isEqualTo(100);
            assertThat(log.latestEpoch()).isEmpty();
            assertThat(log.endOffsetFor(6)).isEqualTo(UNKNOWN);
            assertThat(log.read(8, 100, 1000, true))
                    .isEqualTo(new ReadOutcome.OutOfRange(100, 100));
            fixture.reopenAfterKill();
        }
        fixture.log().appendAsFollower(sent(7, 105));
        fixture.reopenCleanly();
        assertThat(fixture.readAll(100, 1000)).containsExactly(new Seen(105, "v"));
        assertThat(fixture.log().endOffsetFor(7)).isEqualTo(new EpochEnd(7, 106));
    }

    @Test
    void anEpochWithoutRecordsGoesWhenTheLogIsTruncatedToItsEnd() {
        LogFixture fixture = threeLeaders();
        fixture.log().beginEpoch(8);
        fixture.log().truncateTo(fixture.log().logEndOffset());
        assertThreeLeaders(fixture.log());
    }

    @Test
    void whoLedInAnEarlierEpochAppendsNothing() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fixture.log().beginEpoch(3);
        fixture.log().endEpochsBefore(4);
        AppendOutcome outcome =
                fixture.log()
                        .appendAsLeader(
                                Batches.of(fixture.clock.millis(), "late"), 3, Origin.CLIENT);
        assertThat(outcome).isEqualTo(AppendOutcome.EPOCH_OVER);
        assertThat(fixture.log().logEndOffset()).isZero();
    }
}
