package naru.demo.weather;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;

import naru.schema.client.SchemaSource;
import naru.schema.client.SchemaSourceException;
import naru.schema.client.SubjectVersion;
import naru.schema.payload.Framing;
import naru.schema.payload.InvalidPayloadException;
import naru.schema.payload.PayloadCodec;
import naru.schema.payload.SchemaId;

import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pipeline's schemas in a registry, and values by them: JSON documents that have to be of the
 * topic's Avro schema, on the wire in Avro behind the magic byte and the schema's id.
 *
 * <p>Threads: any.
 */
public final class WeatherSchemas {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private final SchemaSource source;
    private final Map<WeatherTopic, Registered> registered;
    private final Map<Integer, PayloadCodec> known = new ConcurrentHashMap<>();

    private record Registered(int id, PayloadCodec codec) {}

    private WeatherSchemas(SchemaSource source, Map<WeatherTopic, Registered> registered) {
        this.source = source;
        this.registered = registered;
    }

    /** Registers the schema of each topic; one that is there already stays what it is. */
    public static WeatherSchemas register(SchemaSource source) throws SchemaSourceException {
        Map<WeatherTopic, Registered> registered = new EnumMap<>(WeatherTopic.class);
        for (WeatherTopic topic : WeatherTopic.values()) {
            int id = source.register(topic.subject(), topic.schema(), false);
            try {
                PayloadCodec codec = PayloadCodec.of(source.byId(id).schema());
                registered.put(topic, new Registered(id, codec));
            } catch (InvalidPayloadException unusable) {
                throw new IllegalStateException("no codec for " + topic.subject(), unusable);
            }
        }
        return new WeatherSchemas(source, registered);
    }

    /** The id under which the schema of a topic's values is registered. */
    public int id(WeatherTopic topic) {
        return of(topic).id;
    }

    /** What the registry has now for a topic's values. */
    public SubjectVersion latest(WeatherTopic topic) throws SchemaSourceException {
        return source.latest(topic.subject());
    }

    private Registered of(WeatherTopic topic) {
        Registered found = registered.get(topic);
        if (found == null) {
            throw new IllegalStateException("no schema is registered for " + topic);
        }
        return found;
    }

    /** For values of a topic. */
    public <T> Serde<T> serde(WeatherTopic topic, Class<T> type) {
        if (type != topic.valueType()) {
            throw new IllegalArgumentException(topic + " does not hold " + type);
        }
        return Serdes.serdeFrom(
                (name, value) -> value == null ? null : bytes(topic, value),
                (name, bytes) -> bytes == null ? null : value(bytes, type));
    }

    private byte[] bytes(WeatherTopic topic, Object value) {
        Registered schema = of(topic);
        try {
            return Framing.write(schema.id, schema.codec.fromJson(MAPPER.valueToTree(value)));
        } catch (InvalidPayloadException refused) {
            throw new SerializationException(
                    "not of the schema of " + topic.topic() + ": " + value, refused);
        }
    }

    private <T> T value(byte[] bytes, Class<T> type) {
        try {
            return MAPPER.treeToValue(json(bytes), type);
        } catch (InvalidPayloadException
                | SchemaSourceException
                | JsonProcessingException unreadable) {
            throw new SerializationException(
                    "not a " + type.getSimpleName() + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /** What a value says, whoever wrote it and by whichever schema. */
    public JsonNode json(byte[] bytes) throws InvalidPayloadException, SchemaSourceException {
        Framing.Framed framed = Framing.read(ByteBuffer.wrap(bytes));
        return switch (framed.schema()) {
            case SchemaId.Numbered numbered -> codec(numbered.id()).toJson(framed.body());
            case SchemaId.Unique unique ->
                    PayloadCodec.of(source.byGuid(unique.guid()).schema()).toJson(framed.body());
        };
    }

    private PayloadCodec codec(int id) throws InvalidPayloadException, SchemaSourceException {
        PayloadCodec codec = known.get(id);
        if (codec == null) {
            codec = PayloadCodec.of(source.byId(id).schema());
            known.put(id, codec);
        }
        return codec;
    }
}
