package naru.connect.convert;

import naru.schema.ParsedSchema;
import naru.schema.SchemaFormat;
import naru.schema.client.RegisteredSchema;
import naru.schema.client.SchemaDefinition;
import naru.schema.client.SchemaSource;
import naru.schema.client.SchemaSourceException;
import naru.schema.payload.Framing;
import naru.schema.payload.InvalidPayloadException;
import naru.schema.payload.SchemaId;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A converter whose schemas are in the registry. What the formats have in common is here: subjects,
 * ids, registration, the wire format, caches.
 *
 * <p>Threads: as Kafka uses converters, one at a time. Failures: {@link DataException} for what a
 * record is or what the registry refuses, {@link RetriableException} when the registry does not
 * answer.
 *
 * @param <W> what values are written by
 */
abstract class RegistryConverter<W> implements Converter {
    private static final int KEPT_MOST = 1_000;

    private final SchemaFormat format;
    private @Nullable ConverterSettings settings;
    private @Nullable SchemaSource source;
    private final Map<WriterKey, Writer<W>> writers = lastUsed();
    private final Map<RegisteredSchema, Schema> readers = lastUsed();

    private record WriterKey(String topic, @Nullable Schema schema) {}

    /** A schema to write with, and its id. */
    private record Writer<W>(int id, W with) {}

    RegistryConverter(SchemaFormat format) {
        this.format = format;
    }

    private static <K, V> Map<K, V> lastUsed() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > KEPT_MOST;
            }
        };
    }

    /** Reads properties of the format's own. */
    abstract void configure(Map<String, ?> given);

    /** The text of a schema for what a schema of Connect describes. */
    abstract String text(@Nullable Schema schema, @Nullable Object sample);

    /** What a parsed schema is written by. */
    abstract W writer(ParsedSchema schema, String wanted);

    /** Name of the record for subject names; empty where it has none. */
    abstract String recordName(@Nullable Schema schema);

    abstract byte[] write(W writer, @Nullable Schema schema, Object value) throws DataException;

    /** The schema of Connect of a registered one; what follows the id may say more. */
    abstract SchemaAndValue read(RegisteredSchema schema, ByteBuffer body)
            throws InvalidPayloadException;

    /** Whether values without a schema of Connect can be written, and null values too. */
    abstract boolean writesWithoutSchema();

    @Override
    public final void configure(Map<String, ?> given, boolean isKey) {
        close();
        settings = ConverterSettings.of(given, isKey);
        configure(given);
        source = SharedSources.take(settings.registry());
    }

    private ConverterSettings settings() {
        if (settings == null) {
            throw new IllegalStateException("the converter was not configured");
        }
        return settings;
    }

    private SchemaSource source() {
        if (source == null) {
            throw new IllegalStateException("the converter was not configured, or is closed");
        }
        return source;
    }

    @Override
    public final byte @Nullable [] fromConnectData(
            String topic, @Nullable Schema schema, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (schema == null && !writesWithoutSchema()) {
            throw new DataException(
                    "a value for topic %s has no schema, so it cannot be written as %s; use a converter or a transform that gives it one"
                            .formatted(topic, format));
        }
        try {
            Writer<W> writer = writerOf(topic, schema, value);
            return Framing.write(writer.id, write(writer.with, schema, value));
        } catch (SchemaSourceException refused) {
            throw failure("a schema for topic " + topic, refused);
        }
    }

    private Writer<W> writerOf(String topic, @Nullable Schema schema, Object value)
            throws SchemaSourceException {
        WriterKey key = new WriterKey(topic, schema);
        Writer<W> known = schema == null ? null : writers.get(key);
        if (known != null) {
            return known;
        }
        String subject =
                settings().subjects().subject(topic, settings().isKey(), recordName(schema));
        Writer<W> made = makeWriter(subject, schema, value);
        if (schema != null && !settings().useLatest()) {
            writers.put(key, made);
        }
        return made;
    }

    private Writer<W> makeWriter(String subject, @Nullable Schema schema, Object value)
            throws SchemaSourceException {
        RegisteredSchema registered;
        if (settings().useId() > 0) {
            registered = source().byId(settings().useId(), subject);
        } else if (settings().useLatest()) {
            registered = source().latest(subject).registered();
        } else {
            SchemaDefinition definition = SchemaDefinition.of(format, text(schema, value));
            int id =
                    settings().autoRegister()
                            ? source().register(subject, definition, settings().normalize())
                            : source().lookup(subject, definition, settings().normalize())
                                    .registered()
                                    .id();
            registered = source().byId(id, subject);
        }
        if (registered.schema().format() != format) {
            throw new DataException(
                    "the schema %d of subject %s is %s, and this converter writes %s"
                            .formatted(
                                    registered.id(),
                                    subject,
                                    registered.schema().format(),
                                    format));
        }
        return new Writer<>(registered.id(), writer(registered.schema(), recordName(schema)));
    }

    @Override
    public final SchemaAndValue toConnectData(String topic, byte @Nullable [] payload) {
        return toConnectData(topic, null, payload);
    }

    @Override
    public final SchemaAndValue toConnectData(
            String topic, @Nullable Headers headers, byte @Nullable [] payload) {
        if (payload == null) {
            return SchemaAndValue.NULL;
        }
        try {
            Framing.Framed framed = Framing.read(idHeader(headers), ByteBuffer.wrap(payload));
            String subject = settings().subjects().subject(topic, settings().isKey(), "");
            RegisteredSchema schema =
                    switch (framed.schema()) {
                        case SchemaId.Numbered(int id) -> byId(id, subject);
                        case SchemaId.Unique(var guid) -> source().byGuid(guid);
                    };
            if (schema.schema().format() != format) {
                throw new DataException(
                        "a record of topic %s has the schema %d, which is %s; this converter reads %s"
                                .formatted(topic, schema.id(), schema.schema().format(), format));
            }
            return read(schema, framed.body());
        } catch (InvalidPayloadException malformed) {
            throw new DataException(
                    "a record of topic %s is no %s payload in the registry's wire format: %s"
                            .formatted(topic, format, malformed.getMessage()),
                    malformed);
        } catch (SchemaSourceException refused) {
            throw failure("the schema of a record of topic " + topic, refused);
        }
    }

    /** In the topic's context where the subject names one. */
    private RegisteredSchema byId(int id, String subject) throws SchemaSourceException {
        return subject.startsWith(":.") ? source().byId(id, subject) : source().byId(id);
    }

    private byte @Nullable [] idHeader(@Nullable Headers headers) {
        if (headers == null) {
            return null;
        }
        Header header =
                headers.lastHeader(settings().isKey() ? Framing.KEY_HEADER : Framing.VALUE_HEADER);
        return header == null ? null : header.value();
    }

    /** The schema of Connect that was made of a registered one, made once. */
    final Schema connectSchema(
            RegisteredSchema registered, java.util.function.Supplier<Schema> make) {
        Schema known = readers.get(registered);
        if (known == null) {
            known = make.get();
            readers.put(registered, known);
        }
        return known;
    }

    private static RuntimeException failure(String what, SchemaSourceException refused) {
        String sentence = what + ": " + refused.getMessage();
        return refused.retriable()
                ? new RetriableException(sentence, refused)
                : new DataException(sentence, refused);
    }

    @Override
    public void close() {
        if (settings != null && source != null) {
            SharedSources.giveBack(settings.registry());
            source = null;
        }
        writers.clear();
        readers.clear();
    }
}
