package naru.log.segment;

import naru.log.producer.TransactionIndex;
import naru.log.segment.SparseIndex.Layout;
import naru.wire.RecordBatchLayout;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A copy of segments without what compaction leaves out, in files that end with {@code .cleaned}
 * until it takes the place of what it was made from.
 *
 * <p>Threads: one, the cleaner's. A batch is written as its bytes come; what its header cannot say
 * before, its length and CRC, is filled in at the end.
 */
public final class CleanedSegment {
    private final SegmentContext context;
    private final long baseOffset;
    private final ByteBuffer buffer;
    private final FileChannel log;
    private final SparseIndex offsets;
    private final SparseIndex times;
    private final IndexBuilder indexes;
    private final TransactionIndex transactions;
    private final CRC32C crc = new CRC32C();
    private int flushedBytes;
    private int batchAt;
    private long batchLastOffset;
    private long batchMaxTimestamp;

    /**
     * @param buffer through which bytes are written; emptied
     */
    public CleanedSegment(
            SegmentContext context, long baseOffset, int indexIntervalBytes, ByteBuffer buffer)
            throws IOException {
        this.context = context;
        this.baseOffset = baseOffset;
        this.buffer = buffer.clear();
        delete(SegmentFiles.CLEANED);
        this.log =
                context.disk()
                        .open(
                                path(SegmentFiles.LOG, SegmentFiles.CLEANED),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE);
        this.offsets =
                SparseIndex.empty(
                        context.disk(),
                        path(SegmentFiles.OFFSET_INDEX, SegmentFiles.CLEANED),
                        Layout.OFFSET);
        this.times =
                SparseIndex.empty(
                        context.disk(),
                        path(SegmentFiles.TIME_INDEX, SegmentFiles.CLEANED),
                        Layout.TIME);
        this.indexes = new IndexBuilder(baseOffset, indexIntervalBytes, offsets, times);
        this.transactions =
                TransactionIndex.fresh(
                        context.disk(),
                        path(SegmentFiles.TRANSACTION_INDEX, SegmentFiles.CLEANED),
                        baseOffset);
    }

    private Path path(String kind, String state) {
        return SegmentFiles.path(context.folder(), baseOffset, kind + state);
    }

    public long baseOffset() {
        return baseOffset;
    }

    public int sizeBytes() {
        return flushedBytes + buffer.position();
    }

    /** Bytes of the larger of the two indexes. */
    public int indexBytes() {
        return Math.max(offsets.sizeBytes(), times.sizeBytes());
    }

    public TransactionIndex transactions() {
        return transactions;
    }

    /** Copies a whole batch as it is. */
    public void append(ByteBuffer batches, int at) throws IOException {
        int size = (int) RecordBatchLayout.sizeBytes(batches, at);
        int position = sizeBytes();
        write(batches.slice(at, size));
        indexes.note(
                position,
                size,
                RecordBatchLayout.lastOffset(batches, at),
                RecordBatchLayout.maxTimestamp(batches, at));
    }

    /**
     * Begins a batch with a header whose length and CRC are to be made; what is then written to
     * {@link #payload} are its records, and {@link #endBatch} ends it.
     */
    public void beginBatch(ByteBuffer header) throws IOException {
        batchAt = sizeBytes();
        batchLastOffset = RecordBatchLayout.lastOffset(header, 0);
        batchMaxTimestamp = RecordBatchLayout.maxTimestamp(header, 0);
        crc.reset();
        crc.update(
                header.slice(
                        RecordBatchLayout.ATTRIBUTES_AT,
                        RecordBatchLayout.HEADER_BYTES - RecordBatchLayout.ATTRIBUTES_AT));
        write(header.slice(0, RecordBatchLayout.HEADER_BYTES));
    }

    public OutputStream payload() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int at, int length) throws IOException {
                crc.update(bytes, at, length);
                CleanedSegment.this.write(ByteBuffer.wrap(bytes, at, length));
            }
        };
    }

    public void endBatch() throws IOException {
        int size = sizeBytes() - batchAt;
        fill(RecordBatchLayout.LENGTH_AT, size - RecordBatchLayout.LOG_OVERHEAD_BYTES);
        fill(RecordBatchLayout.CRC_AT, (int) crc.getValue());
        indexes.note(batchAt, size, batchLastOffset, batchMaxTimestamp);
    }

    private void fill(int field, int value) throws IOException {
        int position = batchAt + field;
        if (position >= flushedBytes) {
            buffer.putInt(position - flushedBytes, value);
            return;
        }
        flush();
        FileBytes.write(log, ByteBuffer.allocate(Integer.BYTES).putInt(0, value), position);
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() > Integer.MAX_VALUE - sizeBytes()) {
            throw new IOException("the copy of " + this + " passes 2 GiB");
        }
        while (bytes.hasRemaining()) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int piece = Math.min(buffer.remaining(), bytes.remaining());
            buffer.put(buffer.position(), bytes, bytes.position(), piece);
            buffer.position(buffer.position() + piece);
            bytes.position(bytes.position() + piece);
        }
    }

    private void flush() throws IOException {
        int length = buffer.position();
        FileBytes.write(log, buffer.flip(), flushedBytes);
        flushedBytes += length;
        buffer.clear();
    }

    /** All is written and stands on the disk, under the names that a crash makes worthless. */
    public void finish(long modifiedMillis) throws IOException {
        flush();
        indexes.finish();
        offsets.seal();
        times.seal();
        log.force(false);
        offsets.force();
        times.force();
        transactions.flush();
        close();
        context.disk()
                .setLastModified(path(SegmentFiles.LOG, SegmentFiles.CLEANED), modifiedMillis);
        context.disk().forceFolder(context.folder());
    }

    private void close() throws IOException {
        log.close();
        offsets.close();
        times.close();
        transactions.close();
    }

    /** Marks the copy as whole: a start that finds nothing of it {@code .cleaned} completes it. */
    public void beginSwap() throws IOException {
        rename(SegmentFiles.CLEANED, SegmentFiles.SWAP);
    }

    /**
     * Takes the names of a segment, which what it replaces must not have any more.
     *
     * @param nextOffset where the segment behind it begins
     */
    public Segment completeSwap(long nextOffset) throws IOException {
        rename(SegmentFiles.SWAP, "");
        return Segment.written(context, baseOffset, flushedBytes, nextOffset);
    }

    private void rename(String from, String to) throws IOException {
        for (String kind : SegmentFiles.ALL) {
            Path path = path(kind, from);
            if (context.disk().exists(path)) {
                context.disk().rename(path, path(kind, to));
            }
        }
    }

    /** Throws the copy away, in whatever state its names are. */
    public void discard() throws IOException {
        close();
        delete(SegmentFiles.SWAP);
        delete(SegmentFiles.CLEANED);
    }

    private void delete(String state) throws IOException {
        for (String kind : SegmentFiles.ALL) {
            context.disk().delete(path(kind, state));
        }
    }

    @Override
    public String toString() {
        return path(SegmentFiles.LOG, "").toString();
    }
}
