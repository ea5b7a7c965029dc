package naru.connect.convert;

import naru.schema.ParsedSchema;
import naru.schema.SchemaFormat;
import naru.schema.avro.AvroSchema;
import naru.schema.client.RegisteredSchema;
import naru.schema.payload.InvalidPayloadException;

import org.apache.avro.AvroRuntimeException;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** Connect's data as Avro with the registry. */
public class AvroConverter extends RegistryConverter<org.apache.avro.Schema> implements Versioned {
    /** Logical types are converted here, not by Avro. */
    private static final GenericData PLAIN = new GenericData();

    private AvroSchemaMaker maker = new AvroSchemaMaker(true, false);

    public AvroConverter() {
        super(SchemaFormat.AVRO);
    }

    @Override
    public String version() {
        return ConverterVersion.OURS;
    }

    @Override
    void configure(Map<String, ?> given) {
        maker =
                new AvroSchemaMaker(
                        ConverterSettings.flag(given, "connect.meta.data", true),
                        ConverterSettings.flag(given, "scrub.invalid.names", false));
    }

    @Override
    boolean writesWithoutSchema() {
        return false;
    }

    @Override
    String text(@Nullable Schema schema, @Nullable Object sample) {
        if (schema == null) {
            throw new DataException("there is no schema");
        }
        return maker.text(schema);
    }

    @Override
    org.apache.avro.Schema writer(ParsedSchema schema, String wanted) {
        return ((AvroSchema) schema).schema();
    }

    @Override
    String recordName(@Nullable Schema schema) {
        return schema == null || schema.name() == null ? "" : schema.name();
    }

    @Override
    byte[] write(org.apache.avro.Schema avro, @Nullable Schema schema, Object value) {
        Object data = new AvroValueMaker(maker).of(avro, value, "");
        if (avro.getType() == org.apache.avro.Schema.Type.BYTES && data instanceof ByteBuffer raw) {
            // All of a payload, as it is: without the length that bytes have within a record.
            byte[] bytes = new byte[raw.remaining()];
            raw.get(bytes);
            return bytes;
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new GenericDatumWriter<>(avro, PLAIN).write(data, encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException | AvroRuntimeException | ClassCastException notOfSchema) {
            throw new DataException(
                    "the value is not of the Avro schema %s: %s"
                            .formatted(avro.getFullName(), notOfSchema.getMessage()),
                    notOfSchema);
        }
    }

    @Override
    SchemaAndValue read(RegisteredSchema registered, ByteBuffer body)
            throws InvalidPayloadException {
        org.apache.avro.Schema avro = ((AvroSchema) registered.schema()).schema();
        Schema schema = connectSchema(registered, () -> new ConnectSchemaOfAvro().of(avro));
        byte[] bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        if (avro.getType() == org.apache.avro.Schema.Type.BYTES) {
            return new SchemaAndValue(
                    schema, ConnectValueOfAvro.of(schema, avro, ByteBuffer.wrap(bytes)));
        }
        // Avro's reader allocates what a payload announces.
        Optional<String> problem = registered.schema().payloadCheck().problem(body.duplicate());
        if (problem.isPresent()) {
            throw new InvalidPayloadException(problem.get());
        }
        try {
            Object data =
                    new GenericDatumReader<>(avro, avro, PLAIN)
                            .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
            return new SchemaAndValue(schema, ConnectValueOfAvro.of(schema, avro, data));
        } catch (IOException | AvroRuntimeException unreadable) {
            throw new InvalidPayloadException(String.valueOf(unreadable.getMessage()), unreadable);
        }
    }
}
