package naru.connect.convert;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

import java.util.HashSet;
import java.util.Set;

/** The schema of Connect of a Protobuf message. One use each. */
final class ConnectSchemaOfProtobuf {
    /** A message says its scale with each value; its type says none, and Connect wants one. */
    static final int DECIMAL_SCALE = 9;

    private final Set<String> open = new HashSet<>();

    Schema of(Descriptor message) {
        return struct(message).build();
    }

    private SchemaBuilder struct(Descriptor message) {
        String name = message.getFullName();
        if (!open.add(name)) {
            throw new DataException(
                    "the message " + name + " contains itself, and a schema of Connect cannot");
        }
        SchemaBuilder struct = SchemaBuilder.struct().name(name);
        for (OneofDescriptor oneof : message.getRealOneofs()) {
            SchemaBuilder union =
                    SchemaBuilder.struct()
                            .name(ConfluentNames.PROTOBUF_UNION + "." + oneof.getName())
                            .optional();
            for (FieldDescriptor field : oneof.getFields()) {
                union.field(field.getName(), field(field));
            }
            struct.field(unionName(oneof), union.build());
        }
        for (FieldDescriptor field : message.getFields()) {
            if (field.getRealContainingOneof() == null) {
                struct.field(field.getName(), field(field));
            }
        }
        open.remove(name);
        return struct;
    }

    static String unionName(OneofDescriptor oneof) {
        return oneof.getName() + "_" + oneof.getIndex();
    }

    private Schema field(FieldDescriptor field) {
        SchemaBuilder builder;
        if (field.isMapField()) {
            builder =
                    SchemaBuilder.map(
                            one(field.getMessageType().findFieldByNumber(1)).optional().build(),
                            one(field.getMessageType().findFieldByNumber(2)).optional().build());
        } else if (field.isRepeated()) {
            builder = SchemaBuilder.array(one(field).optional().build());
        } else {
            builder = one(field);
        }
        if (!field.isRequired()) {
            builder.optional();
        }
        return builder.parameter(ConfluentNames.PROTOBUF_TAG, String.valueOf(field.getNumber()))
                .build();
    }

    private SchemaBuilder one(FieldDescriptor field) {
        return switch (field.getType()) {
            case INT32, SINT32, SFIXED32 -> SchemaBuilder.int32();
            case UINT32, FIXED32, INT64, UINT64, SINT64, FIXED64, SFIXED64 -> SchemaBuilder.int64();
            case FLOAT -> SchemaBuilder.float32();
            case DOUBLE -> SchemaBuilder.float64();
            case BOOL -> SchemaBuilder.bool();
            case STRING -> SchemaBuilder.string();
            case BYTES -> SchemaBuilder.bytes();
            case ENUM -> {
                SchemaBuilder made =
                        SchemaBuilder.string()
                                .parameter(
                                        ConfluentNames.PROTOBUF_ENUM,
                                        field.getEnumType().getName());
                for (EnumValueDescriptor each : field.getEnumType().getValues()) {
                    made.parameter(
                            ConfluentNames.PROTOBUF_ENUM + "." + each.getName(),
                            String.valueOf(each.getNumber()));
                }
                yield made;
            }
            case MESSAGE, GROUP ->
                    switch (field.getMessageType().getFullName()) {
                        case ProtobufSchemaMaker.DECIMAL -> Decimal.builder(DECIMAL_SCALE);
                        case ProtobufSchemaMaker.DATE -> Date.builder();
                        case ProtobufSchemaMaker.TIME -> Time.builder();
                        case ProtobufSchemaMaker.TIMESTAMP -> Timestamp.builder();
                        default -> struct(field.getMessageType());
                    };
        };
    }
}
