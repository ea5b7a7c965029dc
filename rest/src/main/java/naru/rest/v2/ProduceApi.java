package naru.rest.v2;

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
import naru.rest.produce.Body;
import naru.rest.produce.Outbox;
import naru.rest.record.ChosenSchema;
import naru.rest.record.Embedded;
import naru.rest.record.RecordCoder;
import naru.rest.record.SchemaWish;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Requests that bring records, all of which are converted before the first one is sent. */
final class ProduceApi {
    private static final int BODY_MOST = 16 << 20;

    private final UserClients users;
    private final Outbox outbox;
    private final Budget bodies;

    /** What the answer says beside the records' places. */
    private static final class Schemas {
        private @Nullable ChosenSchema key;
        private @Nullable ChosenSchema value;
    }

    ProduceApi(UserClients users, Outbox outbox, Budget bodies) {
        this.users = users;
        this.outbox = outbox;
        this.bodies = bodies;
    }

    Answer toTopic(Call call) throws InterruptedException {
        return produce(call, null);
    }

    Answer toPartition(Call call) throws InterruptedException {
        return produce(call, MetadataApi.partitionNumber(call));
    }

    private Answer produce(Call call, @Nullable Integer partition) throws InterruptedException {
        Embedded format = MediaTypes.ofRecords(call);
        String type = MediaTypes.answer(call::header);
        String topic = call.variable("topic");
        try (UserClients.Lease lease = users.lease(call);
                Body body = Body.of(call, BODY_MOST, bodies)) {
            ProduceRequest request = ProduceRequest.of(body.bytes());
            Schemas schemas = new Schemas();
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            RecordCoder coder = lease.coder();
            request.forEach((key, value, own) -> {
                if (partition != null && own != null) {
                    throw ProduceRequest.unknown("partition");
                }
                byte[] keyBytes = bytes(lease, coder, request, schemas, topic, format, true, key);
                byte[] valueBytes =
                        bytes(lease, coder, request, schemas, topic, format, false, value);
                records.add(
                        new ProducerRecord<>(
                                topic, partition == null ? own : partition, keyBytes, valueBytes));
            });
            int partitions = partitions(lease, topic);
            if (partition != null && partition >= partitions) {
                throw MetadataApi.noPartition();
            }
            return answer(type, schemas, send(lease.producer(), records, partitions));
        }
    }

    private static byte @Nullable [] bytes(
            UserClients.Lease lease,
            RecordCoder coder,
            ProduceRequest request,
            Schemas schemas,
            String topic,
            Embedded format,
            boolean isKey,
            JsonNode data) {
        if (data.isMissingNode() || data.isNull()) {
            return null;
        }
        ChosenSchema schema = isKey ? schemas.key : schemas.value;
        if (schema == null && format.format().isPresent()) {
            schema = choose(lease, request, topic, format, isKey);
            if (isKey) {
                schemas.key = schema;
            } else {
                schemas.value = schema;
            }
        }
        return coder.bytes(format, schema, data);
    }

    private static @Nullable ChosenSchema choose(
            UserClients.Lease lease,
            ProduceRequest request,
            String topic,
            Embedded format,
            boolean isKey) {
        Integer id = request.schemaId(isKey);
        String text = request.schema(isKey);
        SchemaWish wish = SchemaWish.of(format);
        if (id != null) {
            wish = wish.withId(id);
        } else if (text != null) {
            wish = wish.withText(text);
        } else {
            throw isKey
                    ? new Refusal(
                            422, 42201, "Request includes keys but does not include key schema")
                    : new Refusal(
                            422,
                            42202,
                            "Request includes values but does not include value schema");
        }
        return lease.schemaChoice().choose(topic, isKey, wish);
    }

    private static int partitions(UserClients.Lease lease, String topic)
            throws InterruptedException {
        try {
            return Topics.partitions(lease, topic);
        } catch (UnknownTopicOrPartitionException unknown) {
            throw MetadataApi.noTopic();
        }
    }

    private List<CompletableFuture<RecordMetadata>> send(
            Producer<byte[], byte[]> producer,
            List<ProducerRecord<byte[], byte[]>> records,
            int partitions)
            throws InterruptedException {
        List<CompletableFuture<RecordMetadata>> sent = new ArrayList<>(records.size());
        for (ProducerRecord<byte[], byte[]> each : records) {
            Integer wanted = each.partition();
            if (wanted != null && wanted >= partitions) {
                sent.add(CompletableFuture.failedFuture(MetadataApi.noPartition()));
                continue;
            }
            try {
                sent.add(outbox.send(producer, each));
            } catch (Refusal noRoom) {
                sent.add(CompletableFuture.failedFuture(noRoom));
            }
        }
        return sent;
    }

    private static Answer answer(
            String type, Schemas schemas, List<CompletableFuture<RecordMetadata>> sent)
            throws InterruptedException {
        int status = 200;
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode offsets = answer.putArray("offsets");
        for (CompletableFuture<RecordMetadata> each : sent) {
            ObjectNode place = offsets.addObject();
            try {
                RecordMetadata stored = each.get();
                place.put("partition", stored.partition());
                place.put("offset", stored.offset());
                place.putNull("error_code");
                place.putNull("error");
            } catch (ExecutionException failed) {
                Refusal refusal = Faults.cause(failed);
                place.putNull("partition");
                place.putNull("offset");
                place.put("error_code", refusal.code());
                place.put("error", refusal.message());
                if (refusal.status() == 401 || refusal.status() == 403) {
                    status = refusal.status();
                }
            }
        }
        putId(answer, "key_schema_id", schemas.key);
        putId(answer, "value_schema_id", schemas.value);
        return Answer.json(status, type, answer);
    }

    private static void putId(ObjectNode answer, String name, @Nullable ChosenSchema schema) {
        if (schema == null) {
            answer.putNull(name);
        } else {
            answer.put(name, schema.id());
        }
    }
}
