package naru.schema.payload;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Confluent's wire format: a magic byte, the schema's id, the content. With magic byte 0 the id is
 * a number of four bytes, with magic byte 1 a UUID; the second stands in a header of the record and
 * not before the content.
 */
public final class Framing {
    /** Header of a record that names its key's schema. */
    public static final String KEY_HEADER = "__key_schema_id";

    /** Header of a record that names its value's schema. */
    public static final String VALUE_HEADER = "__value_schema_id";

    private static final byte NUMBERED = 0;
    private static final byte UNIQUE = 1;
    private static final int NUMBERED_BYTES = 1 + Integer.BYTES;
    private static final int UNIQUE_BYTES = 1 + 2 * Long.BYTES;

    private Framing() {}

    /**
     * A payload taken apart.
     *
     * @param body what follows the id; for Protobuf it begins with the message's indexes
     */
    public record Framed(SchemaId schema, ByteBuffer body) {}

    /**
     * Takes a payload apart that says itself what its schema is.
     *
     * @param payload from position to limit; stays as it is
     */
    public static Framed read(ByteBuffer payload) throws InvalidPayloadException {
        if (payload.remaining() < NUMBERED_BYTES) {
            throw new InvalidPayloadException(
                    "%d bytes are too few for the magic byte and a schema's id"
                            .formatted(payload.remaining()));
        }
        ByteBuffer bytes = payload.duplicate();
        return switch (bytes.get()) {
            case NUMBERED -> new Framed(new SchemaId.Numbered(bytes.getInt()), bytes.slice());
            case UNIQUE -> {
                if (payload.remaining() < UNIQUE_BYTES) {
                    throw new InvalidPayloadException(
                            "%d bytes are too few for the magic byte 1 and a schema's guid"
                                    .formatted(payload.remaining()));
                }
                UUID guid = new UUID(bytes.getLong(), bytes.getLong());
                yield new Framed(new SchemaId.Unique(guid), bytes.slice());
            }
            default ->
                    throw new InvalidPayloadException(
                            "begins with byte 0x%02x where the magic byte 0x00 and a schema's id are expected"
                                    .formatted(payload.get(payload.position())));
        };
    }

    /**
     * As {@link #read(ByteBuffer)}, for a record that may name the schema in its header.
     *
     * @param header value of {@link #KEY_HEADER} or {@link #VALUE_HEADER}; null: there is none
     */
    public static Framed read(byte @Nullable [] header, ByteBuffer payload)
            throws InvalidPayloadException {
        if (header == null) {
            return read(payload);
        }
        Framed named = read(ByteBuffer.wrap(header));
        if (!named.body.hasRemaining()) {
            return new Framed(named.schema, payload.slice());
        }
        ByteBuffer body = ByteBuffer.allocate(named.body.remaining() + payload.remaining());
        body.put(named.body).put(payload.duplicate()).flip();
        return new Framed(named.schema, body);
    }

    /** A payload of a body, as {@link PayloadCodec} makes it. */
    public static byte[] write(int schemaId, byte[] body) {
        return ByteBuffer.allocate(NUMBERED_BYTES + body.length)
                .put(NUMBERED)
                .putInt(schemaId)
                .put(body)
                .array();
    }
}
