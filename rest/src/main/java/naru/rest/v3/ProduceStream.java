package naru.rest.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Json;
import naru.http.Refusal;
import naru.rest.cluster.Faults;
import naru.rest.cluster.Topics;
import naru.rest.cluster.UserClients;
import naru.rest.produce.Outbox;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

/**
 * One request that sends records and is answered while it does.
 *
 * <p>Threads: the request's own reads and sends; a virtual one writes the receipts, in the records'
 * order. Between them are so many records at most; a client that does not read its receipts is not
 * read from either.
 */
final class ProduceStream {
    private static final int WINDOW = 1_000;

    private final RecordStream records;
    private final RecordMaker maker;
    private final UserClients.Lease lease;
    private final Outbox outbox;
    private final String clusterId;
    private final String topic;
    private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(WINDOW);
    private final CompletableFuture<Boolean> written = new CompletableFuture<>();

    /** What the writer does next. */
    private sealed interface Step {}

    private record Answered(Receipts.Sent sent) implements Step {}

    private record End() implements Step {}

    ProduceStream(
            RecordStream records,
            RecordMaker maker,
            UserClients.Lease lease,
            Outbox outbox,
            String clusterId,
            String topic) {
        this.records = records;
        this.maker = maker;
        this.lease = lease;
        this.outbox = outbox;
        this.clusterId = clusterId;
        this.topic = topic;
    }

    /** Until the client has sent its last record and has all receipts. */
    void run(JsonNode first, OutputStream out) throws IOException, InterruptedException {
        Thread writer = Thread.ofVirtual().name("rest-receipts").start(() -> write(out));
        try {
            JsonNode next = first;
            while (next != null && !written.isDone()) {
                steps.put(new Answered(send(next)));
                next = following();
            }
        } finally {
            steps.put(new End());
            writer.join();
        }
        if (written.isCompletedExceptionally()) {
            throw new IOException("the client does not take its receipts", written.exceptionNow());
        }
    }

    private @Nullable JsonNode following() throws IOException, InterruptedException {
        try {
            return records.next();
        } catch (Refusal malformed) {
            // Where the next record begins cannot be known.
            steps.put(new Answered(Receipts.Sent.refused(malformed)));
            return null;
        }
    }

    private Receipts.Sent send(JsonNode given) throws InterruptedException {
        return send(maker, outbox, lease, given);
    }

    static Receipts.Sent send(
            RecordMaker maker, Outbox outbox, UserClients.Lease lease, JsonNode given)
            throws InterruptedException {
        try {
            RecordMaker.Made made = maker.make(given);
            Integer partition = made.record().partition();
            if (partition != null && partition >= Topics.partitions(lease, made.record().topic())) {
                throw new Refusal(404, 40402, "Partition not found.");
            }
            return new Receipts.Sent(made, outbox.send(lease.producer(), made.record()));
        } catch (Refusal refusal) {
            return Receipts.Sent.refused(refusal);
        } catch (KafkaException fault) {
            return Receipts.Sent.refused(Faults.refusal(fault));
        }
    }

    /** The writer: goes on taking after a failure, so that nobody waits for it in vain. */
    private void write(OutputStream out) {
        try {
            while (steps.take() instanceof Answered(Receipts.Sent sent)) {
                if (!written.isDone()) {
                    write(sent, out);
                }
            }
            if (!written.isDone()) {
                out.flush();
                written.complete(true);
            }
        } catch (IOException | InterruptedException fault) {
            written.completeExceptionally(fault);
        }
    }

    private void write(Receipts.Sent sent, OutputStream out) throws InterruptedException {
        try {
            if (!sent.stored().isDone()) {
                out.flush();
            }
            ObjectNode receipt = receipt(sent);
            out.write(Json.bytes(receipt));
            out.write('\n');
            if (steps.isEmpty()) {
                out.flush();
            }
        } catch (IOException clientGone) {
            written.completeExceptionally(clientGone);
        }
    }

    private ObjectNode receipt(Receipts.Sent sent) throws InterruptedException {
        try {
            return Receipts.of(sent, clusterId, topic);
        } catch (RuntimeException bug) {
            ObjectNode receipt = JsonNodeFactory.instance.objectNode();
            Receipts.fill(receipt, new Refusal(500, "Internal server error: " + bug.getMessage()));
            return receipt;
        }
    }
}
