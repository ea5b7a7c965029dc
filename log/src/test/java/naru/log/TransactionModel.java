package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.AppendOutcome.Appended;
import naru.log.AppendOutcome.Duplicate;
import naru.log.LogFixture.Seen;
import naru.log.producer.AppendTerms;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * One transactional producer that writes to a log, sends batches twice, commits and aborts, and
 * knows where its open transaction begins.
 */
final class TransactionModel {
    private static final short EPOCH = 0;

    private final Random random;
    private long producerId = 7;
    private int sequence;
    private long openSince = -1;

    TransactionModel(Random random) {
        this.random = random;
    }

    void step(LogFixture fixture, List<Seen> model) {
        if (openSince >= 0 && random.nextInt(3) == 0) {
            end(fixture);
            return;
        }
        String value = "t" + sequence;
        AppendOutcome outcome = send(fixture, value, sequence);
        assertThat(outcome).isInstanceOf(Appended.class);
        long base = ((Appended) outcome).baseOffset();
        model.add(new Seen(base, value));
        openSince = openSince < 0 ? base : openSince;
        if (random.nextInt(3) == 0) {
            assertThat(send(fixture, value, sequence)).isInstanceOf(Duplicate.class);
            assertThat(send(fixture, value, sequence + 2))
                    .isInstanceOf(AppendOutcome.Refused.class);
        }
        sequence++;
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
    }

    private AppendOutcome send(LogFixture fixture, String value, int atSequence) {
        ByteBuffer batch =
                MemoryRecords.withTransactionalRecords(
                                Compression.NONE,
                                producerId,
                                EPOCH,
                                atSequence,
                                new SimpleRecord(
                                        fixture.clock.millis(),
                                        value.getBytes(StandardCharsets.UTF_8)))
                        .buffer();
        AppendTerms terms = fixture.log().toBeVerified(producerId, EPOCH);
        return fixture.log()
                .appendAsLeader(
                        batch, 0, Origin.CLIENT, terms == null ? AppendTerms.UNVERIFIED : terms);
    }

    private void end(LogFixture fixture) {
        boolean abort = random.nextBoolean();
        long first = openSince;
        ByteBuffer marker =
                MemoryRecords.withEndTransactionMarker(
                                fixture.clock.millis(),
                                producerId,
                                EPOCH,
                                new EndTransactionMarker(
                                        abort ? ControlRecordType.ABORT : ControlRecordType.COMMIT,
                                        0))
                        .buffer();
        Appended done = (Appended) fixture.log().appendAsLeader(marker, 0, Origin.COORDINATOR);
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
        openSince = -1;
        boolean listed =
                fixture.log().abortedTransactions(first, done.lastOffset() + 1).stream()
                        .anyMatch(aborted ->
                                aborted.producerId() == producerId
                                        && aborted.firstOffset() == first);
        assertThat(listed).isEqualTo(abort);
    }

    /** What the producer wrote last may be gone: another producer takes over. */
    void tookBack() {
        producerId++;
        sequence = 0;
        openSince = -1;
    }

    void check(PartitionLog log, Supplier<String> story) {
        if (openSince >= 0 && openSince >= log.logStartOffset()) {
            assertThat(log.lastStableOffset()).as(story).isLessThanOrEqualTo(openSince);
            assertThat(log.toBeVerified(producerId, EPOCH)).as(story).isNull();
        }
    }
}
