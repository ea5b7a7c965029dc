package naru.log.producer;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.Origin;
import naru.log.disk.LocalDisk;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

final class ProducerStatesTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @TempDir Path folder;

    @Test
    void pastTheBoundTheLongestSilentProducerIsForgotten() {
        ProducerStates states = new ProducerStates(PARTITION, 1000, 3);
        for (int id = 0; id < 3; id++) {
            states.applied(idempotent(id, id), 0);
        }
        states.verify(
                idempotent(3, 0),
                0,
                Origin.CLIENT,
                AppendTerms.UNVERIFIED); // producer 0 is the latest used now
        assertThat(states.verify(idempotent(3, 9), 0, Origin.CLIENT, AppendTerms.UNVERIFIED))
                .isEqualTo(Verdict.ACCEPT);
        states.applied(idempotent(3, 9), 0);
        assertThat(states.size()).isEqualTo(3);
        assertThat(states.activeProducers())
                .extracting(p -> p.producerId())
                .containsExactlyInAnyOrder(2L, 0L, 9L);
    }

    @Test
    void aProducerTooManyIsRefusedWhenAllHaveOpenTransactions() {
        ProducerStates states = new ProducerStates(PARTITION, 1000, 2);
        states.applied(transactional(0, 0), 0);
        states.applied(transactional(1, 1), 0);
        Verdict verdict = states.verify(idempotent(2, 2), 0, Origin.CLIENT, AppendTerms.UNVERIFIED);
        assertThat(((Verdict.Refused) verdict).error()).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
    }

    @Test
    void aCorruptSnapshotIsDeletedAndTheOneBeforeUsed() throws IOException {
        ProducerStates states = new ProducerStates(PARTITION, Long.MAX_VALUE, 10);
        states.applied(idempotent(0, 7), 0);
        assertThat(states.writeSnapshot(new LocalDisk(), folder, true)).isTrue();
        assertThat(states.writeSnapshot(new LocalDisk(), folder, true)).isFalse();
        states.applied(transactional(1, 8), 0);
        assertThat(states.writeSnapshot(new LocalDisk(), folder, true)).isTrue();
        Path newest = ProducerSnapshot.file(folder, 2);
        byte[] bytes = Files.readAllBytes(newest);
        for (int at = 0; at < bytes.length; at++) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= 4;
            Files.write(newest, flipped);
            ProducerStates reloaded = new ProducerStates(PARTITION, Long.MAX_VALUE, 10);
            assertThat(reloaded.truncateAndReload(new LocalDisk(), folder, 0, 2, 0))
                    .as("byte %s", at)
                    .isEqualTo(1);
            assertThat(newest).doesNotExist();
            assertThat(reloaded.size()).isEqualTo(1);
        }
        Files.write(newest, bytes);
        ProducerStates reloaded = new ProducerStates(PARTITION, Long.MAX_VALUE, 10);
        assertThat(reloaded.truncateAndReload(new LocalDisk(), folder, 0, 2, 0)).isEqualTo(2);
        assertThat(reloaded.lastStableOffset(100)).isEqualTo(1);
        reloaded.truncateFullyAndStartAt(new LocalDisk(), folder, 50);
        assertThat(ProducerSnapshot.list(new LocalDisk(), folder)).isEmpty();
        assertThat(reloaded.endOffset()).isEqualTo(50);
    }

    @Test
    void lateBatchOpensNoTransactionAfterTheMarker() {
        ProducerStates states = new ProducerStates(PARTITION, 1000, 3);
        AppendTerms asked = AppendTerms.verified(states.lastMarker(7));
        assertThat(verify(states, asked)).isEqualTo(Verdict.ACCEPT);
        states.applied(transactional(0, 7), 0);
        assertThat(verify(states, AppendTerms.UNVERIFIED))
                .as("within the transaction nobody need be asked")
                .isEqualTo(Verdict.ACCEPT);
        states.applied(marker(1, 7), 0);

        assertThat(((Verdict.Refused) verify(states, asked)).error())
                .isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(((Verdict.Refused) verify(states, AppendTerms.UNVERIFIED)).error())
                .isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(verify(states, AppendTerms.verified(states.lastMarker(7))))
                .isEqualTo(Verdict.ACCEPT);
    }

    @Test
    void lateBatchOpensNoTransactionWhenTheProducerWasForgotten() {
        ProducerStates states = new ProducerStates(PARTITION, 1000, 3);
        AppendTerms asked = AppendTerms.verified(states.lastMarker(7));
        states.applied(marker(0, 7), 0);
        states.expire(5_000);
        assertThat(states.size()).isZero();

        assertThat(((Verdict.Refused) verify(states, asked)).error())
                .isEqualTo(Errors.INVALID_TXN_STATE);
    }

    @Test
    void lateBatchOpensNoTransactionWhenTheProducerCameFromASnapshot() throws IOException {
        ProducerStates states = new ProducerStates(PARTITION, Long.MAX_VALUE, 3);
        AppendTerms asked = AppendTerms.verified(states.lastMarker(7));
        states.applied(marker(0, 7), 0);
        states.writeSnapshot(new LocalDisk(), folder, true);
        ProducerStates reloaded = new ProducerStates(PARTITION, Long.MAX_VALUE, 3);
        reloaded.truncateAndReload(new LocalDisk(), folder, 0, 1, 0);

        assertThat(((Verdict.Refused) verify(reloaded, asked)).error())
                .isEqualTo(Errors.INVALID_TXN_STATE);
    }

    private static Verdict verify(ProducerStates states, AppendTerms terms) {
        ByteBuffer next =
                MemoryRecords.withTransactionalRecords(
                                Compression.NONE,
                                7L,
                                (short) 0,
                                states.activeProducers().stream()
                                        .mapToInt(producer -> producer.lastSequence() + 1)
                                        .findFirst()
                                        .orElse(0),
                                new SimpleRecord(1, new byte[1]))
                        .buffer();
        return states.verify(next, 0, Origin.CLIENT, terms);
    }

    private static ByteBuffer marker(long offset, long producerId) {
        return MemoryRecords.withEndTransactionMarker(
                        offset,
                        1L,
                        0,
                        producerId,
                        (short) 0,
                        new EndTransactionMarker(ControlRecordType.COMMIT, 0))
                .buffer();
    }

    private static ByteBuffer idempotent(long offset, long producerId) {
        return MemoryRecords.withIdempotentRecords(
                        offset,
                        Compression.NONE,
                        producerId,
                        (short) 0,
                        0,
                        0,
                        new SimpleRecord(1, new byte[1]))
                .buffer();
    }

    private static ByteBuffer transactional(long offset, long producerId) {
        return MemoryRecords.withTransactionalRecords(
                        offset,
                        Compression.NONE,
                        producerId,
                        (short) 0,
                        0,
                        0,
                        new SimpleRecord(1, new byte[1]))
                .buffer();
    }
}
