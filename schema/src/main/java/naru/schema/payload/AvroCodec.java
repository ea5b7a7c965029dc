package naru.schema.payload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;

import naru.schema.PayloadCheck;
import naru.schema.avro.AvroSchema;

import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.JsonEncoder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Avro's JSON encoding; logical types are what they are based on. */
final class AvroCodec implements PayloadCodec {
    /** Without conversions of logical types. */
    private static final GenericData PLAIN = new GenericData();

    private final Schema schema;
    private final PayloadCheck check;

    AvroCodec(AvroSchema schema) {
        this.schema = schema.schema();
        this.check = schema.payloadCheck();
    }

    @Override
    public byte[] fromJson(JsonNode json) throws InvalidPayloadException {
        JsonTrees.check(json);
        if (schema.getType() == Schema.Type.BYTES && json.isTextual()) {
            // All of a payload, as it is: without the length that bytes have within a record.
            return json.textValue().getBytes(StandardCharsets.ISO_8859_1);
        }
        try {
            Object value =
                    new GenericDatumReader<>(schema, schema, PLAIN)
                            .read(null, DecoderFactory.get().jsonDecoder(schema, json.toString()));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<>(schema, PLAIN).write(value, encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException
                | AvroRuntimeException
                | ClassCastException
                | NumberFormatException
                | StackOverflowError notOfSchema) {
            throw new InvalidPayloadException(
                    "The JSON is not of the Avro schema %s: %s"
                            .formatted(schema.getFullName(), reason(notOfSchema)),
                    notOfSchema);
        }
    }

    @Override
    public JsonNode toJson(ByteBuffer body) throws InvalidPayloadException {
        byte[] bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        if (schema.getType() == Schema.Type.BYTES) {
            return TextNode.valueOf(new String(bytes, StandardCharsets.ISO_8859_1));
        }
        // Avro's reader allocates what a payload announces.
        Optional<String> problem = check.problem(body);
        if (problem.isPresent()) {
            throw new InvalidPayloadException(problem.get());
        }
        try {
            Object value =
                    new GenericDatumReader<>(schema, schema, PLAIN)
                            .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
            ByteArrayOutputStream json = new ByteArrayOutputStream();
            JsonEncoder encoder = EncoderFactory.get().jsonEncoder(schema, json);
            new GenericDatumWriter<>(schema, PLAIN).write(value, encoder);
            encoder.flush();
            return JsonTrees.MAPPER.readTree(json.toByteArray());
        } catch (IOException | AvroRuntimeException | StackOverflowError unreadable) {
            throw new InvalidPayloadException(
                    "The payload is not of the Avro schema %s: %s"
                            .formatted(schema.getFullName(), reason(unreadable)),
                    unreadable);
        }
    }

    private static String reason(Throwable fault) {
        return fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
    }
}
