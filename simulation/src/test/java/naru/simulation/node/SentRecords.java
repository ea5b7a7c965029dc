package naru.simulation.node;

import naru.broker.transport.FileRegion;

import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The records of an answer, which leave their files when it goes into a socket. */
public final class SentRecords {
    private SentRecords() {}

    /**
     * Reads the records of an answer, as they are when it goes into a socket.
     *
     * @throws IOException when a segment was cut meanwhile
     */
    public static void read(ApiMessage response) throws IOException {
        if (response instanceof FetchResponseData fetched) {
            for (var topic : fetched.responses()) {
                for (var partition : topic.partitions()) {
                    partition.setRecords(read(partition.records()));
                }
            }
        } else if (response instanceof ShareFetchResponseData shared) {
            for (var topic : shared.responses()) {
                for (var partition : topic.partitions()) {
                    partition.setRecords(read(partition.records()));
                }
            }
        }
    }

    private static BaseRecords read(BaseRecords records) throws IOException {
        if (!(records instanceof FileRegion region)) {
            return records == null ? MemoryRecords.EMPTY : records;
        }
        ByteBuffer bytes = ByteBuffer.allocate(region.sizeBytes());
        while (bytes.hasRemaining()) {
            if (region.channel().read(bytes, region.position() + bytes.position()) < 0) {
                throw new IOException("the segment was cut while it was being sent");
            }
        }
        return MemoryRecords.readableRecords(bytes.flip());
    }
}
