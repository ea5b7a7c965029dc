package naru.rest.v3;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Refusal;
import naru.rest.cluster.Faults;

import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What is answered for each record. */
final class Receipts {
    private static final int OK = 200;

    private Receipts() {}

    /**
     * A record that is on its way, or was refused before.
     *
     * @param made null: it was refused, which is what {@code stored} ends with
     */
    record Sent(RecordMaker.@Nullable Made made, CompletableFuture<RecordMetadata> stored) {
        static Sent refused(Refusal refusal) {
            return new Sent(null, CompletableFuture.failedFuture(refusal));
        }
    }

    /** Waits until it is known where the record is, or why it is nowhere. */
    static ObjectNode of(Sent sent, String clusterId, String topic) throws InterruptedException {
        ObjectNode receipt = JsonNodeFactory.instance.objectNode();
        try {
            RecordMetadata stored = sent.stored.get();
            receipt.put("error_code", OK);
            receipt.put("cluster_id", clusterId);
            receipt.put("topic_name", topic);
            receipt.put("partition_id", stored.partition());
            receipt.put("offset", stored.offset());
            if (stored.hasTimestamp()) {
                receipt.put("timestamp", Instant.ofEpochMilli(stored.timestamp()).toString());
            }
            if (sent.made != null) {
                add(receipt, "key", sent.made.key());
                add(receipt, "value", sent.made.value());
            }
        } catch (ExecutionException failed) {
            fill(receipt, Faults.cause(failed));
        }
        return receipt;
    }

    private static void add(ObjectNode receipt, String name, RecordMaker.@Nullable Part part) {
        if (part == null) {
            return;
        }
        ObjectNode tree = receipt.putObject(name);
        tree.put("type", part.type().name());
        if (part.schema() != null) {
            tree.put("subject", part.schema().subject());
            tree.put("schema_id", part.schema().id());
            tree.put("schema_version", part.schema().version());
        }
        tree.put("size", part.size());
    }

    /**
     * A refusal within a stream: what the cluster says has its own number there, what is wrong with
     * the record has HTTP's.
     */
    static void fill(ObjectNode receipt, Refusal refusal) {
        boolean ofRecord = refusal.status() == 422 || refusal.status() == 408;
        receipt.put("error_code", ofRecord ? refusal.status() : refusal.code());
        receipt.put(
                "message",
                ofRecord && refusal.code() != refusal.status()
                        ? "Error: %d : %s".formatted(refusal.code(), refusal.message())
                        : refusal.message());
    }
}
