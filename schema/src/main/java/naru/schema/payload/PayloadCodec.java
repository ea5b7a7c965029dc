package naru.schema.payload;

import com.fasterxml.jackson.databind.JsonNode;

import naru.schema.ParsedSchema;
import naru.schema.avro.AvroSchema;
import naru.schema.json.JsonSchema;
import naru.schema.protobuf.ProtobufSchema;

import java.nio.ByteBuffer;

/**
 * Turns JSON into the bytes of a payload and back, by one schema; to be kept with it, since it may
 * cost to make.
 *
 * <p>Threads: any. Failures: whatever is given, an {@link InvalidPayloadException} that names the
 * field where that is known.
 */
public interface PayloadCodec {
    /**
     * The body of a payload, without magic byte and id.
     *
     * @param json for Avro in its JSON encoding (a union's value other than null is an object with
     *     the branch's name), for Protobuf in its JSON mapping
     */
    byte[] fromJson(JsonNode json) throws InvalidPayloadException;

    /**
     * What a body says.
     *
     * @param body from position to limit, without magic byte and id; stays as it is
     */
    JsonNode toJson(ByteBuffer body) throws InvalidPayloadException;

    /** The codec of a schema; of Protobuf, {@link #fromJson} makes the file's first message. */
    static PayloadCodec of(ParsedSchema schema) throws InvalidPayloadException {
        return switch (schema) {
            case AvroSchema avro -> new AvroCodec(avro);
            case JsonSchema json -> new JsonCodec(json);
            case ProtobufSchema protobuf -> new ProtobufCodec(protobuf);
            default ->
                    throw new InvalidPayloadException(
                            "Payloads of %s are not known".formatted(schema.format()));
        };
    }
}
