package naru.quorum;

import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.network.TransferableChannel;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.TransferableRecords;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Reads records that an answer of Raft's has in a file, so that whoever sends the answer need not
 * know of Kafka's files. {@code controller.quorum.fetch.max.bytes} bounds them.
 */
final class RecordsInMemory implements TransferableChannel {
    private final ByteBuffer buffer;

    private RecordsInMemory(int sizeBytes) {
        this.buffer = ByteBuffer.allocate(sizeBytes);
    }

    static ApiMessage of(ApiMessage response) {
        if (response instanceof FetchResponseData fetched) {
            for (FetchResponseData.FetchableTopicResponse topic : fetched.responses()) {
                for (FetchResponseData.PartitionData partition : topic.partitions()) {
                    partition.setRecords(read(partition.records()));
                }
            }
        } else if (response instanceof FetchSnapshotResponseData fetched) {
            for (FetchSnapshotResponseData.TopicSnapshot topic : fetched.topics()) {
                for (FetchSnapshotResponseData.PartitionSnapshot part : topic.partitions()) {
                    part.setUnalignedRecords(read(part.unalignedRecords()));
                }
            }
        }
        return response;
    }

    private static @Nullable BaseRecords read(@Nullable BaseRecords records) {
        if (records instanceof MemoryRecords || !(records instanceof TransferableRecords stored)) {
            return records;
        }
        RecordsInMemory target = new RecordsInMemory(stored.sizeInBytes());
        try {
            while (target.buffer.hasRemaining()) {
                int position = target.buffer.position();
                if (stored.writeTo(target, position, target.buffer.remaining()) <= 0) {
                    throw new IOException("the metadata log ended while it was read");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return MemoryRecords.readableRecords(target.buffer.flip());
    }

    @Override
    public long transferFrom(FileChannel file, long position, long count) throws IOException {
        ByteBuffer target = buffer.slice();
        target.limit((int) Math.min(count, target.remaining()));
        int read = file.read(target, position);
        if (read > 0) {
            buffer.position(buffer.position() + read);
        }
        return read;
    }

    @Override
    public int write(ByteBuffer source) {
        int bytes = source.remaining();
        buffer.put(source);
        return bytes;
    }

    @Override
    public long write(ByteBuffer[] sources) {
        return write(sources, 0, sources.length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        long bytes = 0;
        for (int i = offset; i < offset + length; i++) {
            bytes += write(sources[i]);
        }
        return bytes;
    }

    @Override
    public boolean hasPendingWrites() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
