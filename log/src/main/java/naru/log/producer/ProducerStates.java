package naru.log.producer;

import naru.log.Origin;
import naru.log.compaction.CompactableLog.LastBatch;
import naru.log.disk.Disk;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The producers of one log that have an id: their epochs, their last sequence numbers, their open
 * transactions. First {@link #verify} a batch, then write it, then tell by {@link #applied}; a
 * reload after a restart or truncation replays batches through {@code applied} alone.
 *
 * <p>Owned by the partition log and used under its lock. Bounded: past {@code maxProducers} the
 * producer that was longest silent and has no open transaction is forgotten, as if it had expired.
 *
 * <p>Source: KIP-98, KIP-360, KIP-890; a producer that is not known may begin at any sequence.
 */
public final class ProducerStates {
    /** A bound for one partition that takes some 6 MB when it is reached. */
    public static final int DEFAULT_MAX_PRODUCERS = 20_000;

    private static final int EVICTION_SCAN = 64;

    /** Less the snapshot's offset, it stands for markers before it, and differs from all others. */
    private static final long UNKNOWN_MARKERS = -3;

    private final TopicPartition partition;
    private final long expirationMillis;
    private final int maxProducers;

    /** In the order of last use, longest unused first. */
    private final LinkedHashMap<Long, ProducerEntry> producers =
            new LinkedHashMap<>(16, 0.75f, true);

    /** First offset of each open transaction, to its producer. */
    private final TreeMap<Long, Long> ongoing = new TreeMap<>();

    /** First offset of each ended transaction whose marker is not replicated, to the marker's. */
    private final TreeMap<Long, Long> unreplicated = new TreeMap<>();

    private long endOffset;
    private long snapshotOffset;
    private long lastMarkerForgotten = ProducerEntry.NONE;

    /**
     * @param expirationMillis {@code producer.id.expiration.ms}
     */
    public ProducerStates(TopicPartition partition, long expirationMillis, int maxProducers) {
        this.partition = partition;
        this.expirationMillis = expirationMillis;
        this.maxProducers = maxProducers;
    }

    /**
     * Whether the producer may append the batch at this absolute index, whose CRC and header have
     * been checked.
     */
    public Verdict verify(ByteBuffer buffer, int at, Origin origin, AppendTerms terms) {
        long producerId = RecordBatchLayout.producerId(buffer, at);
        if (producerId == RecordBatchLayout.NO_PRODUCER_ID) {
            return Verdict.ACCEPT;
        }
        ProducerEntry entry = producers.get(producerId);
        short attributes = RecordBatchLayout.attributes(buffer, at);
        short epoch = RecordBatchLayout.producerEpoch(buffer, at);
        if (RecordBatchLayout.isControl(attributes)) {
            return verifyMarker(buffer, at, producerId, epoch, entry, terms.markerVersion());
        }
        boolean transactional = RecordBatchLayout.isTransactional(attributes);
        if (entry == null) {
            if (transactional && terms.verifiedAt() != lastMarker(producerId)) {
                return notVerified(producerId);
            }
            return roomForAnother() ? Verdict.ACCEPT : tooMany(producerId);
        }
        int sequence = RecordBatchLayout.baseSequence(buffer, at);
        if (origin.isClient() && epoch == entry.epoch) {
            int delta = RecordBatchLayout.lastOffsetDelta(buffer, at);
            Verdict.Duplicate duplicate =
                    entry.duplicate(sequence, Sequences.plus(sequence, delta));
            if (duplicate != null) {
                return duplicate;
            }
        }
        if (epoch < entry.epoch) {
            return olderEpoch(producerId, epoch, entry.epoch);
        }
        boolean goesOn = entry.inTransaction() && epoch == entry.epoch;
        if (transactional && !goesOn && terms.verifiedAt() != entry.lastMarker) {
            return notVerified(producerId);
        }
        if (origin.isClient() && !inSequence(entry, epoch, sequence)) {
            return outOfOrder(entry, epoch, sequence);
        }
        if (entry.inTransaction() && !transactional) {
            return new Verdict.Refused(
                    Errors.INVALID_TXN_STATE,
                    who(producerId)
                            + " has an open transaction since offset "
                            + entry.transactionFirstOffset
                            + " and sent a batch outside of it.");
        }
        return Verdict.ACCEPT;
    }

    private static boolean inSequence(ProducerEntry entry, short epoch, int sequence) {
        if (epoch != entry.epoch) {
            return sequence == 0 || entry.epoch == ProducerEntry.NONE;
        }
        return Sequences.follows(entry.lastSequence(), sequence);
    }

    private Verdict verifyMarker(
            ByteBuffer buffer,
            int at,
            long producerId,
            short epoch,
            @Nullable ProducerEntry entry,
            int transactionVersion) {
        EndMarker marker = EndMarker.read(buffer, at);
        if (marker == null) {
            return new Verdict.Refused(
                    Errors.INVALID_RECORD,
                    "A control batch of producer " + producerId + " holds no end marker.");
        }
        if (entry == null) {
            return roomForAnother() ? Verdict.ACCEPT : tooMany(producerId);
        }
        boolean again =
                epoch == entry.epoch && (!entry.inTransaction() || epoch == Short.MAX_VALUE);
        boolean fenced =
                transactionVersion >= 2 ? epoch <= entry.epoch && !again : epoch < entry.epoch;
        if (fenced) {
            return olderEpoch(producerId, epoch, entry.epoch);
        }
        if (entry.coordinatorEpoch > marker.coordinatorEpoch()) {
            return new Verdict.Refused(
                    Errors.TRANSACTION_COORDINATOR_FENCED,
                    "The coordinator of epoch "
                            + marker.coordinatorEpoch()
                            + " ends a transaction of producer "
                            + producerId
                            + " in "
                            + partition
                            + ", and one of epoch "
                            + entry.coordinatorEpoch
                            + " has already done so.");
        }
        return Verdict.ACCEPT;
    }

    private Verdict olderEpoch(long producerId, short epoch, short last) {
        return new Verdict.Refused(
                Errors.INVALID_PRODUCER_EPOCH,
                who(producerId)
                        + " uses the epoch "
                        + epoch
                        + ", and "
                        + last
                        + " was seen already; another instance of the producer has taken over.");
    }

    private Verdict notVerified(long producerId) {
        return new Verdict.Refused(
                Errors.INVALID_TXN_STATE,
                who(producerId)
                        + " sent a batch of a transaction that has ended, or to which this"
                        + " partition was not added.");
    }

    private Verdict outOfOrder(ProducerEntry entry, short epoch, int sequence) {
        String expected =
                epoch != entry.epoch
                        ? "0, because the epoch " + epoch + " is new"
                        : Integer.toString(Sequences.plus(entry.lastSequence(), 1));
        return new Verdict.Refused(
                Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                who(entry.producerId)
                        + " sent the sequence number "
                        + sequence
                        + " where the next is "
                        + expected
                        + ".");
    }

    private Verdict tooMany(long producerId) {
        return new Verdict.Refused(
                Errors.THROTTLING_QUOTA_EXCEEDED,
                who(producerId)
                        + " is new, and the partition has "
                        + producers.size()
                        + " producers with open transactions; wait until some have ended.");
    }

    private String who(long producerId) {
        return "Producer " + producerId + " of " + partition;
    }

    /**
     * Whether there is an open transaction of this producer and epoch, so that no coordinator has
     * to be asked about the next transactional batch.
     */
    public boolean hasOngoingTransaction(long producerId, short epoch) {
        ProducerEntry entry = producers.get(producerId);
        return entry != null && entry.inTransaction() && entry.epoch == epoch;
    }

    /**
     * Offset of the marker that ended the producer's last transaction here. Whoever asks the
     * coordinator about the next one notes it first: a transaction that has ended meanwhile has
     * changed it. Of a producer that was forgotten, that of the last one that was.
     */
    public long lastMarker(long producerId) {
        ProducerEntry entry = producers.get(producerId);
        return entry == null ? lastMarkerForgotten : entry.lastMarker;
    }

    private void forget(ProducerEntry entry) {
        lastMarkerForgotten = Math.max(lastMarkerForgotten, entry.lastMarker);
    }

    /**
     * Notes the batch at this absolute index, which now stands in the log under the base offset it
     * carries. Has to be told of every batch in order, those without a producer id too.
     *
     * @return the transaction that the batch's marker ended, or null
     */
    public @Nullable CompletedTransaction applied(ByteBuffer buffer, int at) {
        long producerId = RecordBatchLayout.producerId(buffer, at);
        CompletedTransaction completed = null;
        if (producerId != RecordBatchLayout.NO_PRODUCER_ID) {
            short attributes = RecordBatchLayout.attributes(buffer, at);
            if (RecordBatchLayout.isControl(attributes)) {
                completed = appliedMarker(buffer, at, producerId);
            } else {
                appliedData(buffer, at, entryOf(producerId), attributes);
            }
        }
        endOffset = RecordBatchLayout.lastOffset(buffer, at) + 1;
        return completed;
    }

    private void appliedData(ByteBuffer buffer, int at, ProducerEntry entry, short attributes) {
        long baseOffset = RecordBatchLayout.baseOffset(buffer, at);
        int delta = RecordBatchLayout.lastOffsetDelta(buffer, at);
        int sequence = RecordBatchLayout.baseSequence(buffer, at);
        int lastSequence = sequence < 0 ? sequence : Sequences.plus(sequence, delta);
        long timestamp = RecordBatchLayout.maxTimestamp(buffer, at);
        entry.enterEpoch(RecordBatchLayout.producerEpoch(buffer, at));
        entry.addBatch(lastSequence, baseOffset + delta, delta, timestamp);
        entry.lastTimestamp = timestamp;
        if (RecordBatchLayout.isTransactional(attributes) && !entry.inTransaction()) {
            entry.transactionFirstOffset = baseOffset;
            ongoing.put(baseOffset, entry.producerId);
        }
    }

    private @Nullable CompletedTransaction appliedMarker(
            ByteBuffer buffer, int at, long producerId) {
        EndMarker marker = EndMarker.read(buffer, at);
        if (marker == null) {
            return null; // compaction has emptied the batch and its transaction
        }
        ProducerEntry entry = entryOf(producerId);
        entry.enterEpoch(RecordBatchLayout.producerEpoch(buffer, at));
        entry.coordinatorEpoch = marker.coordinatorEpoch();
        entry.lastTimestamp = marker.timestampMillis();
        entry.lastMarker = RecordBatchLayout.baseOffset(buffer, at);
        if (!entry.inTransaction()) {
            return null;
        }
        long firstOffset = entry.transactionFirstOffset;
        long markerOffset = RecordBatchLayout.baseOffset(buffer, at);
        entry.transactionFirstOffset = ProducerEntry.NONE;
        ongoing.remove(firstOffset);
        unreplicated.put(firstOffset, markerOffset);
        long stable = ongoing.isEmpty() ? markerOffset + 1 : ongoing.firstKey();
        return new CompletedTransaction(
                producerId, firstOffset, markerOffset, stable, marker.aborted());
    }

    private ProducerEntry entryOf(long producerId) {
        ProducerEntry entry = producers.get(producerId);
        if (entry == null) {
            if (producers.size() >= maxProducers) {
                evictLongestSilent();
            }
            entry = new ProducerEntry(producerId);
            producers.put(producerId, entry);
        }
        return entry;
    }

    private boolean roomForAnother() {
        return producers.size() < maxProducers || longestSilent() != null;
    }

    private void evictLongestSilent() {
        ProducerEntry silent = longestSilent();
        if (silent != null) {
            producers.remove(silent.producerId);
            forget(silent);
        }
    }

    private @Nullable ProducerEntry longestSilent() {
        int looked = 0;
        for (ProducerEntry entry : producers.values()) {
            if (!entry.inTransaction()) {
                return entry;
            }
            if (++looked == EVICTION_SCAN) {
                return null;
            }
        }
        return null;
    }

    /** First offset of the oldest transaction that is open or whose marker is not replicated. */
    public OptionalLong firstUnstableOffset() {
        long first = lastStableOffset(Long.MAX_VALUE);
        return first == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(first);
    }

    /** The high watermark, or the first unstable offset if that is smaller. */
    public long lastStableOffset(long highWatermark) {
        long stable = highWatermark;
        if (!ongoing.isEmpty()) {
            stable = Math.min(stable, ongoing.firstKey());
        }
        if (!unreplicated.isEmpty()) {
            stable = Math.min(stable, unreplicated.firstKey());
        }
        return stable;
    }

    /** Ended transactions whose marker lies below the high watermark are stable now. */
    public void onHighWatermark(long highWatermark) {
        if (unreplicated.isEmpty()) {
            return;
        }
        Iterator<Map.Entry<Long, Long>> ended = unreplicated.entrySet().iterator();
        while (ended.hasNext()) {
            if (ended.next().getValue() < highWatermark) {
                ended.remove();
            }
        }
    }

    /** The log begins later now: nothing below can hold up readers any more. */
    public void onLogStartOffset(long logStartOffset) {
        onHighWatermark(logStartOffset);
        endOffset = Math.max(endOffset, logStartOffset);
        snapshotOffset = Math.max(snapshotOffset, logStartOffset);
    }

    /** Offset after the last batch that is accounted for. */
    public long endOffset() {
        return endOffset;
    }

    /** Number of producers known. */
    public int size() {
        return producers.size();
    }

    /** Forgets producers that wrote nothing for the expiration time and have nothing open. */
    public void expire(long nowMillis) {
        producers
                .values()
                .removeIf(entry -> {
                    boolean expired = expired(entry, nowMillis);
                    if (expired) {
                        forget(entry);
                    }
                    return expired;
                });
    }

    private boolean expired(ProducerEntry entry, long nowMillis) {
        return !entry.inTransaction() && nowMillis - entry.lastTimestamp >= expirationMillis;
    }

    /** What each producer wrote last. */
    public Map<Long, LastBatch> lastBatches() {
        Map<Long, LastBatch> last = HashMap.newHashMap(producers.size());
        for (ProducerEntry entry : producers.values()) {
            last.put(entry.producerId, new LastBatch(entry.lastOffset(), entry.epoch));
        }
        return last;
    }

    /** The producers as DescribeProducers tells them. */
    public List<ProducerState> activeProducers() {
        List<ProducerState> states = new ArrayList<>(producers.size());
        for (ProducerEntry entry : producers.values()) {
            states.add(
                    new ProducerState()
                            .setProducerId(entry.producerId)
                            .setProducerEpoch(entry.epoch)
                            .setLastSequence(entry.lastSequence())
                            .setLastTimestamp(entry.lastTimestamp)
                            .setCoordinatorEpoch(entry.coordinatorEpoch)
                            .setCurrentTxnStartOffset(entry.transactionFirstOffset));
        }
        return states;
    }

    /**
     * Writes a snapshot at {@link #endOffset} unless the newest one is as new.
     *
     * @return whether one was written
     */
    public boolean writeSnapshot(Disk disk, Path partitionFolder, boolean force)
            throws IOException {
        if (endOffset <= snapshotOffset) {
            return false;
        }
        ProducerSnapshot.write(disk, partitionFolder, endOffset, producers.values(), force);
        snapshotOffset = endOffset;
        return true;
    }

    /**
     * Goes back to what was known at or below the log's end, from the newest usable snapshot, when
     * the log has just been opened or cut. Deletes snapshots outside of the log and corrupt ones.
     *
     * @return the offset from which the log's batches have to be told to {@link #applied} again
     */
    public long truncateAndReload(
            Disk disk, Path partitionFolder, long logStartOffset, long logEndOffset, long nowMillis)
            throws IOException {
        NavigableMap<Long, Path> snapshots = ProducerSnapshot.list(disk, partitionFolder);
        for (Map.Entry<Long, Path> snapshot : snapshots.entrySet()) {
            if (snapshot.getKey() > logEndOffset || snapshot.getKey() <= logStartOffset) {
                ProducerSnapshot.delete(disk, snapshot.getValue());
            }
        }
        if (logEndOffset == endOffset) {
            onLogStartOffset(logStartOffset);
            return endOffset;
        }
        clear();
        endOffset =
                ProducerSnapshot.readNewest(
                                disk, partitionFolder, entry -> restore(entry, nowMillis))
                        .orElse(logStartOffset);
        snapshotOffset = endOffset;
        producers.values().forEach(entry -> entry.lastMarker = UNKNOWN_MARKERS - endOffset);
        return endOffset;
    }

    private void restore(ProducerEntry entry, long nowMillis) {
        if (!expired(entry, nowMillis)) {
            producers.put(entry.producerId, entry);
            if (entry.inTransaction()) {
                ongoing.put(entry.transactionFirstOffset, entry.producerId);
            }
        }
    }

    /** Forgets everything, snapshots included; the log is empty and begins at the offset. */
    public void truncateFullyAndStartAt(Disk disk, Path partitionFolder, long offset)
            throws IOException {
        for (Path snapshot : ProducerSnapshot.list(disk, partitionFolder).values()) {
            ProducerSnapshot.delete(disk, snapshot);
        }
        clear();
        endOffset = offset;
        snapshotOffset = 0;
    }

    private void clear() {
        producers.clear();
        ongoing.clear();
        unreplicated.clear();
    }
}
