package naru.rest.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Budget;
import naru.http.Call;
import naru.http.Refusal;
import naru.rest.cluster.Faults;
import naru.rest.cluster.Topics;
import naru.rest.cluster.UserClients;
import naru.rest.produce.Outbox;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** Producing: as a stream, or a few records at once. */
final class RecordsApi {
    private static final int RECORD_BYTES = 16 << 20;
    private static final int STREAMS_MOST = 256;
    private static final int BATCH_MOST = 100;
    private static final int ID_MOST = 80;

    private final UserClients users;
    private final Outbox outbox;
    private final Budget bodies;
    private final Semaphore streams = new Semaphore(STREAMS_MOST);

    RecordsApi(UserClients users, Outbox outbox, Budget bodies) {
        this.users = users;
        this.outbox = outbox;
        this.bodies = bodies;
    }

    /** Holds what a stream needs until its last receipt is written. */
    private final class Held implements AutoCloseable {
        private final UserClients.Lease lease;
        private @Nullable RecordStream records;

        Held(Call call) {
            if (!streams.tryAcquire()) {
                throw new Refusal(
                        429,
                        Faults.THROTTLED,
                        "%d streams are open, which is the most; try again"
                                .formatted(STREAMS_MOST));
            }
            boolean held = false;
            try {
                lease = users.lease(call);
                held = true;
            } finally {
                if (!held) {
                    streams.release();
                }
            }
        }

        @Override
        public void close() {
            if (records != null) {
                records.close();
            }
            lease.close();
            streams.release();
        }
    }

    Answer produce(Call call) throws InterruptedException {
        checkType(call);
        Held held = new Held(call);
        boolean handedOver = false;
        try {
            String clusterId = clusterId(held.lease, call);
            String topic = call.variable("topic");
            RecordStream records = new RecordStream(call.stream(), RECORD_BYTES, bodies);
            held.records = records;
            JsonNode first = records.next();
            if (first == null) {
                throw new Refusal(
                        422, 42206, "Payload error. Request body is empty. Data is required.");
            }
            Topics.partitions(held.lease, topic);
            ProduceStream stream =
                    new ProduceStream(
                            records,
                            new RecordMaker(topic, held.lease),
                            held.lease,
                            outbox,
                            clusterId,
                            topic);
            handedOver = true;
            return Answer.streamed(
                    200,
                    Resource.TYPE,
                    out -> {
                        try (held) {
                            stream.run(first, out);
                        }
                    });
        } catch (IOException broken) {
            throw new Refusal(408, "the body could not be read: " + broken.getMessage());
        } catch (KafkaException fault) {
            throw Faults.refusal(fault);
        } finally {
            if (!handedOver) {
                held.close();
            }
        }
    }

    private static String clusterId(UserClients.Lease lease, Call call)
            throws InterruptedException {
        String id = lease.clusterId();
        if (!call.variable("cluster").equals(id)) {
            throw new Refusal(
                    404, "Cluster %s cannot be found.".formatted(call.variable("cluster")));
        }
        return id;
    }

    private static void checkType(Call call) {
        String given = call.header("Content-Type");
        String type = given == null ? "" : given.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!type.isEmpty() && !type.equals(Resource.TYPE)) {
            throw new Refusal(
                    415,
                    "HTTP 415 Unsupported Media Type: '%s'; send %s"
                            .formatted(type, Resource.TYPE));
        }
    }

    /** A few records, each with an id of the client's. */
    Answer produceBatch(Scope scope) throws InterruptedException {
        JsonNode entries = scope.body("entries").path("entries");
        if (!entries.isArray() || entries.isEmpty() || entries.size() > BATCH_MOST) {
            throw new Refusal(422, 42208, "entries has 1 to %d records".formatted(BATCH_MOST));
        }
        String topic = scope.variable("topic");
        Topics.partitions(scope.lease(), topic);
        RecordMaker maker = new RecordMaker(topic, scope.lease());
        List<String> ids = ids(entries);
        List<Receipts.Sent> sent = new ArrayList<>();
        for (JsonNode each : entries) {
            ObjectNode record = ((ObjectNode) each).deepCopy();
            record.remove("id");
            sent.add(ProduceStream.send(maker, outbox, scope.lease(), record));
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode successes = answer.putArray("successes");
        ArrayNode failures = answer.putArray("failures");
        for (int at = 0; at < sent.size(); at++) {
            ObjectNode receipt = Receipts.of(sent.get(at), scope.clusterId(), topic);
            ObjectNode entry = JsonNodeFactory.instance.objectNode().put("id", ids.get(at));
            if (receipt.has("message")) {
                failures.add(entry.setAll(receipt));
            } else {
                receipt.remove("error_code");
                successes.add(entry.setAll(receipt));
            }
        }
        return Answer.json(207, Resource.TYPE, answer);
    }

    private static List<String> ids(JsonNode entries) {
        List<String> ids = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode each : entries) {
            JsonNode id = each.path("id");
            if (!each.isObject()
                    || !id.isTextual()
                    || id.asText().isEmpty()
                    || id.asText().length() > ID_MOST
                    || !seen.add(id.asText())) {
                throw new Refusal(
                        422,
                        42208,
                        "each entry has an 'id' of its own, a text of 1 to %d characters"
                                .formatted(ID_MOST));
            }
            ids.add(id.asText());
        }
        return ids;
    }
}
