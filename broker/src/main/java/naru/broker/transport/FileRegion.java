package naru.broker.transport;

import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

import java.nio.channels.FileChannel;

/**
 * Records of a reply that stand in a file, as the {@code records} field of a Fetch response. Sent
 * without passing through the heap.
 */
public record FileRegion(FileChannel channel, long position, int sizeBytes) implements BaseRecords {
    @Override
    public int sizeInBytes() {
        return sizeBytes;
    }

    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        throw new UnsupportedOperationException("a file region is written by ReplyBuffer only");
    }
}
