package naru.broker.share;

import naru.broker.share.Acquisition.Found;
import naru.log.LogSlice;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/** Finds where the batches of a slice stand and which of them may be delivered. */
final class BatchHeaders {
    private static final int WINDOW_BYTES = 16 << 10;
    private static final int LARGEST_MARKER_BYTES = 4 << 10;
    private static final int MOST_BATCHES = 10_000;

    /** A batch and where its bytes stand in the slice. */
    record Batch(Found found, int at, int sizeBytes) {}

    private final FileChannel channel;
    private final long position;
    private final int sliceBytes;
    private final ByteBuffer window;
    private int windowAt;

    private BatchHeaders(LogSlice slice) {
        this.channel = slice.channel();
        this.position = slice.position();
        this.sliceBytes = slice.sizeBytes();
        this.window = ByteBuffer.allocate(Math.min(WINDOW_BYTES, sliceBytes)).limit(0);
    }

    /**
     * The whole batches of the slice.
     *
     * @param freshFrom first offset that nobody was given yet
     * @param mostFresh no batches are looked for once there are so many new records
     * @param aborted transactions whose records are not to be delivered
     */
    static List<Batch> of(
            LogSlice slice, long freshFrom, long mostFresh, List<AbortedTransaction> aborted)
            throws IOException {
        return new BatchHeaders(slice).walk(freshFrom, mostFresh, aborted);
    }

    private List<Batch> walk(long freshFrom, long mostFresh, List<AbortedTransaction> aborted)
            throws IOException {
        PriorityQueue<AbortedTransaction> coming =
                new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
        coming.addAll(aborted);
        Set<Long> abortedProducers = new HashSet<>();
        List<Batch> batches = new ArrayList<>();
        int at = 0;
        while (batches.size() < MOST_BATCHES && load(at, RecordBatchLayout.HEADER_BYTES)) {
            int in = at - windowAt;
            long size = RecordBatchLayout.sizeBytes(window, in);
            if (size < RecordBatchLayout.HEADER_BYTES || at + size > sliceBytes) {
                break;
            }
            long first = RecordBatchLayout.baseOffset(window, in);
            long last = RecordBatchLayout.lastOffset(window, in);
            short attributes = RecordBatchLayout.attributes(window, in);
            long producer = RecordBatchLayout.producerId(window, in);
            while (!coming.isEmpty() && coming.element().firstOffset() <= last) {
                abortedProducers.add(coming.remove().producerId());
            }
            boolean deliverable = !RecordBatchLayout.isControl(attributes);
            if (!deliverable) {
                if (abortedProducers.contains(producer) && isAbort(at, (int) size)) {
                    abortedProducers.remove(producer);
                }
            } else if (RecordBatchLayout.isTransactional(attributes)) {
                deliverable = !abortedProducers.contains(producer);
            }
            batches.add(new Batch(new Found(first, last, deliverable), at, (int) size));
            at += (int) size;
            if (deliverable && last - Math.max(first, freshFrom) + 1 >= mostFresh) {
                break;
            }
            if (deliverable && last >= freshFrom) {
                mostFresh -= last - Math.max(first, freshFrom) + 1;
            }
        }
        return batches;
    }

    private boolean isAbort(int at, int size) throws IOException {
        if (size > LARGEST_MARKER_BYTES) {
            return false;
        }
        ByteBuffer bytes = read(at, size);
        for (Record record : MemoryRecords.readableRecords(bytes).records()) {
            return ControlRecordType.parse(record.key()) == ControlRecordType.ABORT;
        }
        return false;
    }

    /** Whether so many bytes stand at this place of the slice; they are in the window then. */
    private boolean load(int at, int bytes) throws IOException {
        if (at + (long) bytes > sliceBytes) {
            return false;
        }
        if (at >= windowAt && at + bytes <= windowAt + window.limit()) {
            return true;
        }
        window.clear().limit(Math.min(window.capacity(), sliceBytes - at));
        windowAt = at;
        fill(window, at);
        return window.limit() >= bytes;
    }

    private ByteBuffer read(int at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        fill(buffer, at);
        return buffer;
    }

    private void fill(ByteBuffer buffer, int at) throws IOException {
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, position + at + buffer.position());
            if (read < 0) {
                break;
            }
        }
        buffer.flip();
    }
}
