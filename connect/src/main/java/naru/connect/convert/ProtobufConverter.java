package naru.connect.convert;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;

import naru.schema.ParsedSchema;
import naru.schema.SchemaFormat;
import naru.schema.client.RegisteredSchema;
import naru.schema.payload.InvalidPayloadException;
import naru.schema.payload.MessageIndexes;
import naru.schema.protobuf.ProtobufSchema;

import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Connect's data as Protobuf with the registry. A record's value or key is a struct. */
public class ProtobufConverter extends RegistryConverter<Descriptor> implements Versioned {
    private static final int KEPT_MOST = 1_000;

    private boolean optionalForNullables;
    private final Map<Descriptor, Schema> schemas =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Descriptor, Schema> eldest) {
                    return size() > KEPT_MOST;
                }
            };

    public ProtobufConverter() {
        super(SchemaFormat.PROTOBUF);
    }

    @Override
    public String version() {
        return ConverterVersion.OURS;
    }

    @Override
    void configure(Map<String, ?> given) {
        optionalForNullables = ConverterSettings.flag(given, "optional.for.nullables", false);
    }

    @Override
    boolean writesWithoutSchema() {
        return false;
    }

    @Override
    String text(@Nullable Schema schema, @Nullable Object sample) {
        if (schema == null || schema.type() != Schema.Type.STRUCT) {
            throw new DataException(
                    "Protobuf writes structs, and this is a "
                            + (schema == null ? "value without a schema" : schema.type())
                            + "; a transform such as HoistField makes a struct of it");
        }
        return new ProtobufSchemaMaker(optionalForNullables).text(schema);
    }

    @Override
    Descriptor writer(ParsedSchema schema, String wanted) {
        var file = ((ProtobufSchema) schema).file();
        for (Descriptor each : file.getMessageTypes()) {
            if (each.getFullName().equals(wanted)) {
                return each;
            }
        }
        if (file.getMessageTypes().isEmpty()) {
            throw new DataException("the registry's schema has no message");
        }
        return file.getMessageTypes().getFirst();
    }

    @Override
    String recordName(@Nullable Schema schema) {
        return schema == null || schema.name() == null ? "" : schema.name();
    }

    @Override
    byte[] write(Descriptor message, @Nullable Schema schema, Object value) {
        if (!(value instanceof Struct struct)) {
            throw new DataException("Protobuf writes structs, and this is a " + value.getClass());
        }
        byte[] indexes = MessageIndexes.of(message).bytes();
        byte[] content = ProtobufValueMaker.message(message, struct, "").toByteArray();
        return ByteBuffer.allocate(indexes.length + content.length)
                .put(indexes)
                .put(content)
                .array();
    }

    @Override
    SchemaAndValue read(RegisteredSchema registered, ByteBuffer body)
            throws InvalidPayloadException {
        Optional<String> problem = registered.schema().payloadCheck().problem(body.duplicate());
        if (problem.isPresent()) {
            throw new InvalidPayloadException(problem.get());
        }
        ByteBuffer rest = body.duplicate();
        Descriptor message =
                MessageIndexes.read(rest).in(((ProtobufSchema) registered.schema()).file());
        try {
            DynamicMessage read = DynamicMessage.parseFrom(message, LogicalValues.bytes(rest));
            Schema schema =
                    schemas.computeIfAbsent(
                            message, each -> new ConnectSchemaOfProtobuf().of(each));
            return new SchemaAndValue(schema, ConnectValueOfProtobuf.struct(schema, read));
        } catch (InvalidProtocolBufferException unreadable) {
            throw new InvalidPayloadException(String.valueOf(unreadable.getMessage()), unreadable);
        }
    }
}
