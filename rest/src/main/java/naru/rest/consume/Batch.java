package naru.rest.consume;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import java.util.List;

/**
 * Records that a read found. Until it is closed the instance is its reader's alone; what was not
 * delivered by then is read again next time.
 */
public interface Batch extends AutoCloseable {
    List<ConsumerRecord<byte[], byte[]>> records();

    /** So many from the first on have reached the client, as far as can be known. */
    void delivered(int count);

    @Override
    void close();
}
