package naru.rest.v2;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Json;
import naru.http.Refusal;
import naru.rest.cluster.UserClients;
import naru.rest.consume.Batch;
import naru.rest.consume.Instances;
import naru.rest.record.Embedded;
import naru.rest.record.RecordCoder;
import naru.schema.payload.Framing;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Reads records and writes them while it converts them. A record that cannot be converted ends the
 * answer before it; when it is the first one, it is the refusal of the read.
 */
final class RecordsApi {
    private static final int BYTES_MOST = 4 << 20;
    private static final int TIMEOUT_MOST = 25_000;

    private final UserClients users;
    private final Instances instances;

    RecordsApi(UserClients users, Instances instances) {
        this.users = users;
        this.instances = instances;
    }

    Answer read(Call call) throws InterruptedException {
        String owner = call.identity().key();
        Instances.Name name = ConsumersApi.name(call);
        Embedded format = instances.format(owner, name);
        String type = MediaTypes.answer(call, format);
        long most = number(call, "max_bytes");
        long timeout = Math.min(number(call, "timeout"), TIMEOUT_MOST);
        RecordCoder coder;
        try (UserClients.Lease lease = users.lease(call)) {
            coder = lease.coder();
        }
        Batch batch =
                instances.read(
                        owner, name, timeout, most <= 0 ? BYTES_MOST : Math.min(most, BYTES_MOST));
        boolean handedOver = false;
        try {
            List<ConsumerRecord<byte[], byte[]>> records = batch.records();
            ObjectNode first = records.isEmpty() ? null : first(coder, format, records);
            handedOver = true;
            return Answer.streamed(200, type, out -> write(batch, coder, format, first, out));
        } finally {
            if (!handedOver) {
                batch.close();
            }
        }
    }

    /** -1 when it is not there. */
    private static long number(Call call, String parameter) {
        String text = call.parameter(parameter);
        if (text == null || text.isBlank()) {
            return -1;
        }
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException notNumber) {
            throw new Refusal(
                    404, "the parameter %s is '%s', no number".formatted(parameter, text));
        }
    }

    private static ObjectNode first(
            RecordCoder coder, Embedded format, List<ConsumerRecord<byte[], byte[]>> records) {
        ConsumerRecord<byte[], byte[]> record = records.getFirst();
        try {
            return tree(coder, format, record);
        } catch (RecordCoder.Undecodable wrong) {
            throw new Refusal(
                    500,
                    50002,
                    "Kafka error: the record at offset %d of %s-%d is no %s: %s. POST .../positions with offset %d goes on after it"
                            .formatted(
                                    record.offset(),
                                    record.topic(),
                                    record.partition(),
                                    format.typeName(),
                                    wrong.getMessage(),
                                    record.offset() + 1));
        }
    }

    private static void write(
            Batch batch,
            RecordCoder coder,
            Embedded format,
            @Nullable ObjectNode first,
            OutputStream out)
            throws IOException {
        try (batch;
                JsonGenerator json = Json.MAPPER.getFactory().createGenerator(out)) {
            json.writeStartArray();
            List<ConsumerRecord<byte[], byte[]>> records = batch.records();
            int written = 0;
            if (first != null) {
                Json.MAPPER.writeTree(json, first);
                written = 1;
            }
            try {
                for (; written < records.size(); written++) {
                    Json.MAPPER.writeTree(json, tree(coder, format, records.get(written)));
                }
            } catch (RecordCoder.Undecodable | Refusal nextTime) {
                // The next read begins with it, and says what is wrong.
            }
            json.writeEndArray();
            json.flush();
            batch.delivered(written);
        }
    }

    private static ObjectNode tree(
            RecordCoder coder, Embedded format, ConsumerRecord<byte[], byte[]> record)
            throws RecordCoder.Undecodable {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("topic", record.topic());
        tree.set("key", coder.tree(format, record.key(), header(record, Framing.KEY_HEADER)));
        tree.set("value", coder.tree(format, record.value(), header(record, Framing.VALUE_HEADER)));
        tree.put("partition", record.partition());
        tree.put("offset", record.offset());
        return tree;
    }

    private static byte @Nullable [] header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : header.value();
    }
}
