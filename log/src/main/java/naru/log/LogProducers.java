package naru.log;

import naru.log.compaction.CompactableLog.LastBatch;
import naru.log.producer.AbortedTransaction;
import naru.log.producer.AppendTerms;
import naru.log.producer.CompletedTransaction;
import naru.log.producer.ProducerStates;
import naru.log.producer.Verdict;
import naru.log.segment.BatchCursor;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.SegmentFiles;
import naru.log.segment.SegmentReader;
import naru.log.segment.Segments;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.FetchResponseData;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a log knows of its producers and their transactions: the states, their snapshots, and the
 * aborted transactions in the segments' indexes.
 *
 * <p>Threads: under the log's lock, but {@link #aborted}, which any thread may call.
 */
final class LogProducers {
    private static final Logger LOG = LoggerFactory.getLogger(LogProducers.class);

    /** A control batch has one small record; more of a batch is not looked at. */
    private static final int CONTROL_BATCH_BYTES = 512;

    private final ProducerStates states;
    private final SegmentContext context;
    private final Segments segments;

    LogProducers(ProducerStates states, SegmentContext context, Segments segments) {
        this.states = states;
        this.context = context;
        this.segments = segments;
    }

    /**
     * The log is opened: makes the states what they were at its end, from the last snapshot on, and
     * the indexes of aborted transactions anew from there.
     */
    void load(long logStartOffset, long logEndOffset) throws IOException {
        replay(logStartOffset, logEndOffset, true);
    }

    /**
     * The log was cut: makes the states what they were at its end. The indexes have been cut too,
     * and stay as they are, as others read them meanwhile.
     */
    void reload(long logStartOffset, long logEndOffset) throws IOException {
        replay(logStartOffset, logEndOffset, false);
    }

    private void replay(long logStartOffset, long logEndOffset, boolean index) throws IOException {
        long from =
                states.truncateAndReload(
                        context.disk(),
                        context.folder(),
                        logStartOffset,
                        logEndOffset,
                        context.clock().millis());
        long known = Math.min(from, logEndOffset);
        Segment[] all = segments.snapshot();
        for (int i = Segments.floor(all, known); i < all.length; i++) {
            if (index) {
                // Also of an empty segment: entries may have survived the records they are of.
                all[i].transactions().truncateTo(known);
            }
            if (from < logEndOffset && all[i].sizeBytes() > 0) {
                replay(all[i], from, index);
            }
        }
    }

    private void replay(Segment segment, long from, boolean index) throws IOException {
        int position = new SegmentReader(segment).positionOf(from);
        segment.scan(
                position,
                segment.baseOffset(),
                batch -> {
                    if (batch.lastOffset() >= from) {
                        replay(segment, batch, index);
                    }
                    return true;
                });
    }

    private void replay(Segment segment, BatchCursor batch, boolean index) throws IOException {
        boolean control = RecordBatchLayout.isControl(batch.attributes());
        ByteBuffer bytes =
                batch.bytes(control ? CONTROL_BATCH_BYTES : RecordBatchLayout.HEADER_BYTES);
        if (index) {
            applied(segment, bytes, batch.index());
        } else {
            states.applied(bytes, batch.index());
        }
    }

    /** Whether the batches may be appended: the first verdict that is not that they may. */
    Verdict verify(ByteBuffer batches, Origin origin, AppendTerms terms) {
        for (int at = batches.position(); at < batches.limit(); ) {
            Verdict verdict = states.verify(batches, at, origin, terms);
            if (!(verdict instanceof Verdict.Accept)) {
                return verdict;
            }
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        return Verdict.ACCEPT;
    }

    /** Takes in batches that now stand in the segment. */
    void appended(Segment segment, ByteBuffer batches) throws IOException {
        for (int at = batches.position(); at < batches.limit(); ) {
            applied(segment, batches, at);
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
    }

    private void applied(Segment segment, ByteBuffer bytes, int at) throws IOException {
        CompletedTransaction completed = states.applied(bytes, at);
        if (completed != null && completed.aborted()) {
            segment.transactions().append(completed.asAborted());
        }
    }

    /** At least the log start: of a transaction that began below, the rest is what there is. */
    long lastStableOffset(long logStartOffset, long highWatermark) {
        states.onHighWatermark(highWatermark);
        long stable = Math.min(highWatermark, states.lastStableOffset(highWatermark));
        return Math.max(logStartOffset, stable);
    }

    void onLogStartOffset(long logStartOffset) {
        states.onLogStartOffset(logStartOffset);
    }

    void truncateFullyAndStartAt(long offset) throws IOException {
        states.truncateFullyAndStartAt(context.disk(), context.folder(), offset);
    }

    @Nullable AppendTerms toBeVerified(long producerId, short epoch) {
        return states.hasOngoingTransaction(producerId, epoch)
                ? null
                : AppendTerms.verified(states.lastMarker(producerId));
    }

    void expire(long nowMillis) {
        states.expire(nowMillis);
    }

    Map<Long, LastBatch> lastBatches() {
        return states.lastBatches();
    }

    List<ProducerState> active() {
        return states.activeProducers();
    }

    void writeSnapshot(boolean force) throws IOException {
        states.writeSnapshot(context.disk(), context.folder(), force);
    }

    /** The segment has left the log, and so does the snapshot at its beginning. */
    void deleteSnapshotOf(Segment segment) {
        try {
            context.disk()
                    .delete(
                            SegmentFiles.path(
                                    context.folder(), segment.baseOffset(), SegmentFiles.SNAPSHOT));
        } catch (IOException refusal) {
            LOG.warn("A producer snapshot cannot be deleted: {}", refusal.getMessage());
        }
    }

    /** Aborted transactions with records in [from, to), as a fetch answers them. */
    List<FetchResponseData.AbortedTransaction> abortedForReaders(long from, long to)
            throws IOException {
        return aborted(from, to).stream()
                .map(aborted ->
                        new FetchResponseData.AbortedTransaction()
                                .setProducerId(aborted.producerId())
                                .setFirstOffset(aborted.firstOffset()))
                .toList();
    }

    /** Aborted transactions with records in [from, to). */
    List<AbortedTransaction> aborted(long from, long to) throws IOException {
        List<AbortedTransaction> found = new ArrayList<>();
        Segment[] all = segments.snapshot();
        for (int i = Segments.floor(all, from); i < all.length; i++) {
            if (all[i].transactions().collect(from, to, found)) {
                break;
            }
        }
        return found;
    }
}
