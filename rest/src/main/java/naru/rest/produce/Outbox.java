package naru.rest.produce;

import naru.http.Budget;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;

import java.util.concurrent.CompletableFuture;

/** Sends records, and holds who sends back while too many bytes are on their way. Any thread. */
public final class Outbox {
    private static final int RECORD_OVERHEAD = 256;

    private final Budget onTheWay;

    public Outbox(Budget onTheWay) {
        this.onTheWay = onTheWay;
    }

    /**
     * @return where the record was stored, or why it was not; never cancelled
     * @throws naru.http.Refusal 429 when the cluster takes records too slowly
     */
    public CompletableFuture<RecordMetadata> send(
            Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> each)
            throws InterruptedException {
        int taken = onTheWay.take(sizeBytes(each));
        CompletableFuture<RecordMetadata> stored = new CompletableFuture<>();
        try {
            producer.send(
                    each,
                    (metadata, fault) -> {
                        onTheWay.giveBack(taken);
                        if (fault == null) {
                            stored.complete(metadata);
                        } else {
                            stored.completeExceptionally(fault);
                        }
                    });
        } catch (KafkaException | IllegalArgumentException | IllegalStateException refused) {
            onTheWay.giveBack(taken);
            stored.completeExceptionally(refused);
        }
        return stored;
    }

    static long sizeBytes(ProducerRecord<byte[], byte[]> each) {
        long size = RECORD_OVERHEAD;
        size += each.key() == null ? 0 : each.key().length;
        size += each.value() == null ? 0 : each.value().length;
        for (Header header : each.headers()) {
            size += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }
}
