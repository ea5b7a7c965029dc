package naru.schema.payload;

import com.fasterxml.jackson.databind.JsonNode;

import naru.schema.PayloadCheck;
import naru.schema.json.JsonSchema;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** JSON documents as they are, held against their schema. */
final class JsonCodec implements PayloadCodec {
    private final PayloadCheck check;

    JsonCodec(JsonSchema schema) {
        this.check = schema.payloadCheck();
    }

    @Override
    public byte[] fromJson(JsonNode json) throws InvalidPayloadException {
        JsonTrees.check(json);
        byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
        check(ByteBuffer.wrap(body));
        return body;
    }

    @Override
    public JsonNode toJson(ByteBuffer body) throws InvalidPayloadException {
        check(body);
        byte[] bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        try {
            return JsonTrees.MAPPER.readTree(bytes);
        } catch (IOException unreadable) {
            throw new InvalidPayloadException(
                    "The payload is not JSON: " + unreadable.getMessage(), unreadable);
        }
    }

    private void check(ByteBuffer body) throws InvalidPayloadException {
        Optional<String> problem = check.problem(body);
        if (problem.isPresent()) {
            throw new InvalidPayloadException(problem.get());
        }
    }
}
