package naru.rest.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;

import naru.http.Json;
import naru.http.Refusal;
import naru.schema.client.RegisteredSchema;
import naru.schema.client.SchemaSource;
import naru.schema.client.SchemaSourceException;
import naru.schema.payload.Framing;
import naru.schema.payload.InvalidPayloadException;
import naru.schema.payload.PayloadCodec;
import naru.schema.payload.SchemaId;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Makes bytes of what requests bring, and JSON of what records hold. Any thread. */
public final class RecordCoder {
    private static final int CODECS_MOST = 256;

    private final Supplier<SchemaSource> source;
    private final Map<Integer, Coded> codecs =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Coded> eldest) {
                    return size() > CODECS_MOST;
                }
            };

    private record Coded(RegisteredSchema schema, PayloadCodec codec) {}

    /**
     * @param source made when the first schema is needed
     */
    public RecordCoder(Supplier<SchemaSource> source) {
        this.source = source;
    }

    /**
     * @param schema null for what has none
     * @return null for null
     * @throws Refusal 422 when the data is not of the type
     */
    public byte @Nullable [] bytes(Embedded type, @Nullable ChosenSchema schema, JsonNode data) {
        if (data.isNull() || data.isMissingNode()) {
            return null;
        }
        return switch (type) {
            case BINARY -> binary(data);
            case STRING -> data.asText().getBytes(StandardCharsets.UTF_8);
            case JSON -> Json.bytes(data);
            case AVRO, JSONSCHEMA, PROTOBUF -> {
                if (schema == null) {
                    throw new IllegalArgumentException(type + " without a schema");
                }
                yield bySchema(schema, data);
            }
        };
    }

    private static byte[] binary(JsonNode data) {
        if (data.isTextual()) {
            try {
                return Base64.getDecoder().decode(data.asText());
            } catch (IllegalArgumentException notBase64) {
                throw unconvertible(
                        "binary data is base64 in a string, and this is not: "
                                + notBase64.getMessage());
            }
        }
        throw unconvertible("binary data is base64 in a string, and this is " + data.getNodeType());
    }

    private byte[] bySchema(ChosenSchema chosen, JsonNode data) {
        try {
            return Framing.write(chosen.id(), codec(chosen.registered()).fromJson(data));
        } catch (InvalidPayloadException wrong) {
            throw unconvertible(String.valueOf(wrong.getMessage()));
        }
    }

    private static Refusal unconvertible(String why) {
        return new Refusal(422, 42203, "Conversion of JSON to Object failed: " + why);
    }

    private PayloadCodec codec(RegisteredSchema schema) throws InvalidPayloadException {
        synchronized (codecs) {
            Coded known = codecs.get(schema.id());
            if (known != null && known.schema == schema) {
                return known.codec;
            }
        }
        PayloadCodec made = PayloadCodec.of(schema.schema());
        synchronized (codecs) {
            codecs.put(schema.id(), new Coded(schema, made));
        }
        return made;
    }

    /**
     * What bytes of a record say.
     *
     * @param header that names the schema, where serializers put it into one
     * @throws Undecodable when they are not of the type
     */
    public JsonNode tree(Embedded type, byte @Nullable [] bytes, byte @Nullable [] header)
            throws Undecodable {
        if (bytes == null) {
            return NullNode.getInstance();
        }
        return switch (type) {
            case BINARY -> TextNode.valueOf(Base64.getEncoder().encodeToString(bytes));
            case STRING -> TextNode.valueOf(new String(bytes, StandardCharsets.UTF_8));
            case JSON -> {
                try {
                    yield Json.parse(bytes);
                } catch (Refusal malformed) {
                    throw new Undecodable("it is no JSON", malformed);
                }
            }
            case AVRO, JSONSCHEMA, PROTOBUF -> bySchema(type, bytes, header);
        };
    }

    private JsonNode bySchema(Embedded type, byte[] bytes, byte @Nullable [] header)
            throws Undecodable {
        try {
            Framing.Framed framed = Framing.read(header, ByteBuffer.wrap(bytes));
            RegisteredSchema schema =
                    switch (framed.schema()) {
                        case SchemaId.Numbered(int id) -> source.get().byId(id);
                        case SchemaId.Unique(var guid) -> source.get().byGuid(guid);
                    };
            if (Embedded.of(schema.definition().format()) != type) {
                throw new Undecodable(
                        "its schema is %s, and the consumer reads %s"
                                .formatted(schema.definition().format(), type.typeName()),
                        null);
            }
            return codec(schema).toJson(framed.body());
        } catch (InvalidPayloadException wrong) {
            throw new Undecodable(String.valueOf(wrong.getMessage()), wrong);
        } catch (SchemaSourceException fault) {
            if (fault.retriable()) {
                throw SchemaChoice.refusal(fault);
            }
            throw new Undecodable(String.valueOf(fault.getMessage()), fault);
        }
    }

    /** Bytes that are not what the consumer expects. */
    public static final class Undecodable extends Exception {
        private static final long serialVersionUID = 1L;

        Undecodable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
