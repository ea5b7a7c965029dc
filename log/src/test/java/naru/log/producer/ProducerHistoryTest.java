package naru.log.producer;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.Origin;
import naru.log.disk.LocalDisk;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Random histories of a log's producers, told to Kafka's own state manager beside ours. */
final class ProducerHistoryTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int EXPIRATION = 500;
    private static final int MAX_SEQUENCE = Integer.MAX_VALUE;

    @TempDir Path ours;
    @TempDir Path theirs;

    private final List<ByteBuffer> log = new ArrayList<>();
    private long endOffset;
    private long highWatermark;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyVerdictAndStateIsKafkas(long seed) throws IOException {
        Random random = new Random(seed);
        ProducerStates states = new ProducerStates(PARTITION, EXPIRATION, 1000);
        ProducerStateManager kafkas =
                new ProducerStateManager(
                        PARTITION,
                        theirs.toFile(),
                        Integer.MAX_VALUE,
                        new ProducerStateManagerConfig(EXPIRATION, false),
                        Time.SYSTEM);
        int accepted = 0;
        int duplicates = 0;
        int refused = 0;
        for (int step = 0; step < 3000; step++) {
            String at = "seed " + seed + " step " + step;
            int action = random.nextInt(40);
            if (action == 0) {
                states.expire(step);
                kafkas.removeExpiredProducers(step);
            } else if (action == 1) {
                highWatermark = Math.min(endOffset, highWatermark + random.nextInt(60));
                states.onHighWatermark(highWatermark);
                kafkas.onHighWatermarkUpdated(highWatermark);
            } else if (action == 2) {
                states.writeSnapshot(new LocalDisk(), ours, false);
                kafkas.takeSnapshot();
                assertSameSnapshots(at);
            } else if (action == 3 && random.nextInt(4) == 0) {
                truncate(states, kafkas, step, random);
            } else {
                MemoryRecords records = batch(random, kafkas, step);
                boolean client = random.nextInt(4) != 0;
                short version = (short) random.nextInt(3);
                Verdict verdict = append(states, kafkas, records, client, version, at);
                accepted += verdict instanceof Verdict.Accept ? 1 : 0;
                duplicates += verdict instanceof Verdict.Duplicate ? 1 : 0;
                refused += verdict instanceof Verdict.Refused ? 1 : 0;
            }
            assertSameState(at, states, kafkas);
        }
        assertThat(accepted).as("accepted").isGreaterThan(500);
        assertThat(duplicates).as("duplicates").isGreaterThan(50);
        assertThat(refused).as("refused").isGreaterThan(300);
    }

    private void truncate(
            ProducerStates states, ProducerStateManager kafkas, int now, Random random)
            throws IOException {
        if (log.isEmpty()) {
            return;
        }
        log.subList(log.size() - random.nextInt(Math.min(20, log.size())), log.size()).clear();
        endOffset = log.isEmpty() ? 0 : RecordBatchLayout.lastOffset(log.getLast(), 0) + 1;
        highWatermark = Math.min(highWatermark, endOffset);
        long from = states.truncateAndReload(new LocalDisk(), ours, 0, endOffset, now);
        kafkas.truncateAndReload(0, endOffset, now);
        assertThat(from).isEqualTo(kafkas.mapEndOffset());
        for (ByteBuffer batch : log) {
            if (RecordBatchLayout.baseOffset(batch, 0) >= from) {
                states.applied(batch, 0);
                tellKafka(kafkas, kafkasBatch(batch), AppendOrigin.REPLICATION);
            }
        }
        states.onHighWatermark(highWatermark);
        kafkas.onHighWatermarkUpdated(highWatermark);
    }

    /** A batch that mostly continues what its producer wrote last, and sometimes does not. */
    private MemoryRecords batch(Random random, ProducerStateManager kafkas, int now) {
        long producerId = random.nextInt(6);
        Optional<ProducerStateEntry> last = kafkas.lastEntry(producerId);
        short epoch = last.map(ProducerStateEntry::producerEpoch).orElse((short) 0);
        epoch = (short) Math.max(0, epoch + (random.nextInt(12) == 0 ? random.nextInt(3) - 1 : 0));
        if (random.nextInt(6) == 0) {
            int coordinatorEpoch =
                    Math.max(
                            0,
                            last.map(e -> e.coordinatorEpoch()).orElse(0) + random.nextInt(3) - 1);
            ControlRecordType type =
                    random.nextBoolean() ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
            return MemoryRecords.withEndTransactionMarker(
                    endOffset,
                    now,
                    0,
                    producerId,
                    epoch,
                    new EndTransactionMarker(type, coordinatorEpoch));
        }
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(4)];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(now, null, new byte[3]);
        }
        int sequence =
                last.flatMap(e -> e.batchMetadata().stream().reduce((a, b) -> b))
                        .map(b -> b.lastSeq() == MAX_SEQUENCE ? 0 : b.lastSeq() + 1)
                        .orElse(random.nextInt(3) == 0 ? MAX_SEQUENCE - random.nextInt(6) : 0);
        int kind = random.nextInt(10);
        if (kind == 0) {
            sequence = random.nextInt(10);
        } else if (kind == 1 && last.isPresent() && !last.get().batchMetadata().isEmpty()) {
            List<BatchMetadata> kept = List.copyOf(last.get().batchMetadata());
            BatchMetadata again = kept.get(random.nextInt(kept.size()));
            records =
                    java.util.Collections.nCopies(again.offsetDelta() + 1, records[0])
                            .toArray(SimpleRecord[]::new);
            sequence = again.firstSeq();
        }
        boolean transactional =
                (last.isPresent() && last.get().currentTxnFirstOffset().isPresent())
                        ? random.nextInt(20) != 0
                        : random.nextInt(4) == 0;
        return transactional
                ? MemoryRecords.withTransactionalRecords(
                        endOffset, Compression.NONE, producerId, epoch, sequence, 0, records)
                : MemoryRecords.withIdempotentRecords(
                        endOffset, Compression.NONE, producerId, epoch, sequence, 0, records);
    }

    private Verdict append(
            ProducerStates states,
            ProducerStateManager kafkas,
            MemoryRecords records,
            boolean client,
            short transactionVersion,
            String at) {
        ByteBuffer bytes = records.buffer();
        MutableRecordBatch batch = records.batches().iterator().next();
        Verdict verdict =
                states.verify(
                        bytes,
                        0,
                        client ? Origin.CLIENT : Origin.COORDINATOR,
                        new AppendTerms(states.lastMarker(batch.producerId()), transactionVersion));
        Optional<BatchMetadata> duplicate =
                (client && !batch.isControlBatch())
                        ? kafkasDuplicate(kafkas, batch)
                        : Optional.empty();
        if (duplicate.isPresent()) {
            assertThat(verdict)
                    .as(at)
                    .isEqualTo(
                            new Verdict.Duplicate(
                                    duplicate.get().firstOffset(),
                                    duplicate.get().lastOffset(),
                                    duplicate.get().timestamp()));
            return verdict;
        }
        Optional<CompletedTxn> completed;
        long stable;
        try {
            AppendOrigin origin = client ? AppendOrigin.CLIENT : AppendOrigin.COORDINATOR;
            ProducerAppendInfo info = kafkas.prepareUpdate(batch.producerId(), origin);
            completed =
                    info.append(
                            batch,
                            Optional.of(new LogOffsetMetadata(endOffset)),
                            transactionVersion);
            kafkas.update(info);
            kafkas.updateMapEndOffset(batch.lastOffset() + 1);
            stable = completed.map(kafkas::lastStableOffset).orElse(-1L);
            completed.ifPresent(kafkas::completeTxn);
        } catch (ApiException refused) {
            assertThat(verdict).as(at + ": " + refused).isInstanceOf(Verdict.Refused.class);
            assertThat(((Verdict.Refused) verdict).error())
                    .as(at)
                    .isEqualTo(Errors.forException(refused));
            return verdict;
        }
        assertThat(verdict).as(at).isEqualTo(Verdict.ACCEPT);
        CompletedTransaction ended = states.applied(bytes, 0);
        assertThat(ended)
                .as(at)
                .isEqualTo(
                        completed
                                .map(c ->
                                        new CompletedTransaction(
                                                c.producerId(),
                                                c.firstOffset(),
                                                c.lastOffset(),
                                                stable,
                                                c.isAborted()))
                                .orElse(null));
        log.add(bytes);
        endOffset = batch.lastOffset() + 1;
        return verdict;
    }

    private static Optional<BatchMetadata> kafkasDuplicate(
            ProducerStateManager kafkas, RecordBatch batch) {
        return kafkas.lastEntry(batch.producerId())
                .filter(entry -> entry.producerEpoch() == batch.producerEpoch())
                .flatMap(entry ->
                        entry.batchMetadata().stream()
                                .filter(b ->
                                        b.firstSeq() == batch.baseSequence()
                                                && b.lastSeq() == batch.lastSequence())
                                .findFirst());
    }

    private static MutableRecordBatch kafkasBatch(ByteBuffer bytes) {
        return MemoryRecords.readableRecords(bytes.duplicate()).batches().iterator().next();
    }

    private static void tellKafka(
            ProducerStateManager kafkas, MutableRecordBatch batch, AppendOrigin origin) {
        ProducerAppendInfo info = kafkas.prepareUpdate(batch.producerId(), origin);
        Optional<CompletedTxn> completed = info.append(batch, Optional.empty());
        kafkas.update(info);
        completed.ifPresent(kafkas::completeTxn);
        kafkas.updateMapEndOffset(batch.lastOffset() + 1);
    }

    private void assertSameState(String at, ProducerStates states, ProducerStateManager kafkas) {
        assertThat(states.endOffset()).as(at).isEqualTo(kafkas.mapEndOffset());
        assertThat(states.lastStableOffset(Long.MAX_VALUE))
                .as(at)
                .isEqualTo(
                        kafkas.firstUnstableOffset()
                                .map(o -> o.messageOffset)
                                .orElse(Long.MAX_VALUE));
        List<String> mine =
                states.activeProducers().stream()
                        .sorted(Comparator.comparingLong(p -> p.producerId()))
                        .map(p ->
                                row(
                                        p.producerId(),
                                        p.producerEpoch(),
                                        p.lastSequence(),
                                        p.lastTimestamp(),
                                        p.coordinatorEpoch(),
                                        p.currentTxnStartOffset()))
                        .toList();
        List<String> expected =
                kafkas.activeProducers().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(Map.Entry::getValue)
                        .map(p ->
                                row(
                                        p.producerId(),
                                        p.producerEpoch(),
                                        p.batchMetadata().stream()
                                                .reduce((a, b) -> b)
                                                .map(BatchMetadata::lastSeq)
                                                .orElse(-1),
                                        p.lastTimestamp(),
                                        p.coordinatorEpoch(),
                                        p.currentTxnFirstOffset().orElse(-1)))
                        .toList();
        assertThat(mine).as(at).isEqualTo(expected);
    }

    private static String row(long... values) {
        return java.util.Arrays.toString(values);
    }

    private void assertSameSnapshots(String at) throws IOException {
        List<String> mine =
                ProducerSnapshot.list(new LocalDisk(), ours).values().stream()
                        .map(Path::getFileName)
                        .map(Path::toString)
                        .toList();
        List<String> kafkas =
                ProducerSnapshot.list(new LocalDisk(), theirs).values().stream()
                        .map(Path::getFileName)
                        .map(Path::toString)
                        .toList();
        assertThat(mine).as(at).isEqualTo(kafkas);
        for (String name : mine) {
            List<String> read =
                    ProducerStateManager.readSnapshot(ours.resolve(name).toFile()).stream()
                            .map(ProducerStateEntry::toString)
                            .sorted()
                            .toList();
            List<String> expected =
                    ProducerStateManager.readSnapshot(theirs.resolve(name).toFile()).stream()
                            .map(ProducerStateEntry::toString)
                            .sorted()
                            .toList();
            assertThat(read).as(at).isEqualTo(expected);
            assertThat(ProducerSnapshot.read(new LocalDisk(), theirs.resolve(name)))
                    .as(at)
                    .hasSameSizeAs(expected);
            assertThat(Files.size(ours.resolve(name))).isEqualTo(Files.size(theirs.resolve(name)));
        }
    }
}
