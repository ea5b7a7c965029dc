package naru.schema.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueOptions;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileOptions;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceOptions;
import com.squareup.wire.Syntax;
import com.squareup.wire.schema.Field.Label;
import com.squareup.wire.schema.internal.parser.EnumConstantElement;
import com.squareup.wire.schema.internal.parser.EnumElement;
import com.squareup.wire.schema.internal.parser.ExtendElement;
import com.squareup.wire.schema.internal.parser.ExtensionsElement;
import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.GroupElement;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.OneOfElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ReservedElement;
import com.squareup.wire.schema.internal.parser.RpcElement;
import com.squareup.wire.schema.internal.parser.ServiceElement;
import com.squareup.wire.schema.internal.parser.TypeElement;

import kotlin.ranges.IntRange;

import naru.schema.InvalidSchemaException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Makes a descriptor of a parsed file. Types that the file does not spell out are left to
 * protobuf-java to find; options of the file's own making are left out.
 */
final class DescriptorMaker {
    static final Map<String, FieldDescriptorProto.Type> SCALARS =
            Map.ofEntries(
                    Map.entry("double", FieldDescriptorProto.Type.TYPE_DOUBLE),
                    Map.entry("float", FieldDescriptorProto.Type.TYPE_FLOAT),
                    Map.entry("int32", FieldDescriptorProto.Type.TYPE_INT32),
                    Map.entry("int64", FieldDescriptorProto.Type.TYPE_INT64),
                    Map.entry("uint32", FieldDescriptorProto.Type.TYPE_UINT32),
                    Map.entry("uint64", FieldDescriptorProto.Type.TYPE_UINT64),
                    Map.entry("sint32", FieldDescriptorProto.Type.TYPE_SINT32),
                    Map.entry("sint64", FieldDescriptorProto.Type.TYPE_SINT64),
                    Map.entry("fixed32", FieldDescriptorProto.Type.TYPE_FIXED32),
                    Map.entry("fixed64", FieldDescriptorProto.Type.TYPE_FIXED64),
                    Map.entry("sfixed32", FieldDescriptorProto.Type.TYPE_SFIXED32),
                    Map.entry("sfixed64", FieldDescriptorProto.Type.TYPE_SFIXED64),
                    Map.entry("bool", FieldDescriptorProto.Type.TYPE_BOOL),
                    Map.entry("string", FieldDescriptorProto.Type.TYPE_STRING),
                    Map.entry("bytes", FieldDescriptorProto.Type.TYPE_BYTES));

    private final ProtoFileElement file;
    private final boolean proto3;

    private DescriptorMaker(ProtoFileElement file) {
        this.file = file;
        this.proto3 = file.getSyntax() == Syntax.PROTO_3;
    }

    /**
     * @param name under which others import the file
     * @param available imports that can be resolved; others count for nothing
     */
    static FileDescriptorProto of(ProtoFileElement file, String name, Set<String> available)
            throws InvalidSchemaException {
        return new DescriptorMaker(file).make(name, available);
    }

    private FileDescriptorProto make(String name, Set<String> available)
            throws InvalidSchemaException {
        FileDescriptorProto.Builder made = FileDescriptorProto.newBuilder().setName(name);
        if (proto3) {
            made.setSyntax("proto3");
        }
        if (file.getPackageName() != null) {
            made.setPackage(file.getPackageName());
        }
        file.getImports().stream()
                .distinct()
                .filter(available::contains)
                .forEach(made::addDependency);
        for (String imported : file.getPublicImports()) {
            if (available.contains(imported)) {
                made.addPublicDependency(made.getDependencyCount());
                made.addDependency(imported);
            }
        }
        FileOptions.Builder options = FileOptions.newBuilder();
        StandardOptions.set(options, file.getOptions());
        made.setOptions(options);
        for (TypeElement type : file.getTypes()) {
            switch (type) {
                case MessageElement message -> made.addMessageType(message(message));
                case EnumElement enumeration -> made.addEnumType(enumeration(enumeration));
                default -> {}
            }
        }
        for (ExtendElement extend : file.getExtendDeclarations()) {
            for (FieldElement field : extend.getFields()) {
                made.addExtension(field(field, null).setExtendee(extend.getName()));
            }
        }
        for (ServiceElement service : file.getServices()) {
            made.addService(service(service));
        }
        return made.build();
    }

    private DescriptorProto.Builder message(MessageElement message) throws InvalidSchemaException {
        DescriptorProto.Builder made = DescriptorProto.newBuilder().setName(message.getName());
        MessageOptions.Builder options = MessageOptions.newBuilder();
        StandardOptions.set(options, message.getOptions());
        made.setOptions(options);
        for (FieldElement field : message.getFields()) {
            made.addField(field(field, made));
        }
        for (OneOfElement oneOf : message.getOneOfs()) {
            int index = made.getOneofDeclCount();
            made.addOneofDecl(OneofDescriptorProto.newBuilder().setName(oneOf.getName()));
            for (FieldElement field : oneOf.getFields()) {
                made.addField(field(field, made).setOneofIndex(index));
            }
            for (GroupElement group : oneOf.getGroups()) {
                made.addField(group(group, made).setOneofIndex(index));
            }
        }
        for (GroupElement group : message.getGroups()) {
            made.addField(group(group, made));
        }
        for (TypeElement type : message.getNestedTypes()) {
            switch (type) {
                case MessageElement nested -> made.addNestedType(message(nested));
                case EnumElement enumeration -> made.addEnumType(enumeration(enumeration));
                default -> {}
            }
        }
        for (ExtendElement extend : message.getExtendDeclarations()) {
            for (FieldElement field : extend.getFields()) {
                made.addExtension(field(field, null).setExtendee(extend.getName()));
            }
        }
        ranges(message, made);
        presence(made);
        return made;
    }

    private static void ranges(MessageElement message, DescriptorProto.Builder made) {
        for (ExtensionsElement extensions : message.getExtensions()) {
            for (Object value : extensions.getValues()) {
                IntRange range = range(value);
                made.addExtensionRange(
                        DescriptorProto.ExtensionRange.newBuilder()
                                .setStart(range.getFirst())
                                .setEnd(range.getLast() + 1));
            }
        }
        for (ReservedElement reserved : message.getReserveds()) {
            for (Object value : reserved.getValues()) {
                if (value instanceof String name) {
                    made.addReservedName(name);
                } else {
                    IntRange range = range(value);
                    made.addReservedRange(
                            DescriptorProto.ReservedRange.newBuilder()
                                    .setStart(range.getFirst())
                                    .setEnd(range.getLast() + 1));
                }
            }
        }
    }

    private static IntRange range(Object value) {
        return value instanceof IntRange range
                ? range
                : new IntRange((Integer) value, (Integer) value);
    }

    /** Fields of proto3 that say {@code optional} are each alone in a oneof that no one wrote. */
    private static void presence(DescriptorProto.Builder made) {
        for (FieldDescriptorProto.Builder field : made.getFieldBuilderList()) {
            if (field.getProto3Optional()) {
                field.setOneofIndex(made.getOneofDeclCount());
                made.addOneofDecl(OneofDescriptorProto.newBuilder().setName("_" + field.getName()));
            }
        }
    }

    /**
     * @param owner gets the entry type of a map; null where no map may stand
     */
    private FieldDescriptorProto.Builder field(
            FieldElement field, DescriptorProto.@Nullable Builder owner)
            throws InvalidSchemaException {
        FieldDescriptorProto.Builder made =
                FieldDescriptorProto.newBuilder()
                        .setName(field.getName())
                        .setNumber(field.getTag())
                        .setLabel(label(field.getLabel()));
        if (proto3 && field.getLabel() == Label.OPTIONAL) {
            made.setProto3Optional(true);
        }
        if (field.getDefaultValue() != null) {
            made.setDefaultValue(field.getDefaultValue());
        }
        if (field.getJsonName() != null) {
            made.setJsonName(field.getJsonName());
        }
        FieldOptions.Builder options = FieldOptions.newBuilder();
        StandardOptions.set(options, field.getOptions());
        made.setOptions(options);
        String type = field.getType();
        if (type.startsWith("map<")) {
            if (owner == null) {
                throw new InvalidSchemaException(
                        "An extension cannot be a map: " + field.getName());
            }
            DescriptorProto.Builder entry = entry(field.getName(), type);
            owner.addNestedType(entry);
            made.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED).setTypeName(entry.getName());
        } else {
            type(made, type);
        }
        return made;
    }

    private static void type(FieldDescriptorProto.Builder field, String type) {
        FieldDescriptorProto.Type scalar = SCALARS.get(type);
        if (scalar != null) {
            field.setType(scalar);
        } else {
            field.setTypeName(type);
        }
    }

    private static DescriptorProto.Builder entry(String field, String type)
            throws InvalidSchemaException {
        int comma = type.indexOf(',');
        if (comma < 0 || !type.endsWith(">")) {
            throw new InvalidSchemaException("Not a map: " + type);
        }
        FieldDescriptorProto.Builder key = entryField("key", 1);
        FieldDescriptorProto.Builder value = entryField("value", 2);
        type(key, type.substring("map<".length(), comma).strip());
        type(value, type.substring(comma + 1, type.length() - 1).strip());
        return DescriptorProto.newBuilder()
                .setName(entryName(field))
                .addField(key)
                .addField(value)
                .setOptions(MessageOptions.newBuilder().setMapEntry(true));
    }

    private static FieldDescriptorProto.Builder entryField(String name, int number) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
    }

    /** As protoc names it: {@code my_field} has {@code MyFieldEntry}. */
    private static String entryName(String field) {
        StringBuilder name = new StringBuilder();
        boolean upper = true;
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                name.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return name.append("Entry").toString();
    }

    private FieldDescriptorProto.Builder group(GroupElement group, DescriptorProto.Builder owner)
            throws InvalidSchemaException {
        DescriptorProto.Builder type = DescriptorProto.newBuilder().setName(group.getName());
        for (FieldElement field : group.getFields()) {
            type.addField(field(field, type));
        }
        owner.addNestedType(type);
        return FieldDescriptorProto.newBuilder()
                .setName(group.getName().toLowerCase(Locale.ROOT))
                .setNumber(group.getTag())
                .setLabel(label(group.getLabel()))
                .setType(FieldDescriptorProto.Type.TYPE_GROUP)
                .setTypeName(group.getName());
    }

    private static FieldDescriptorProto.Label label(@Nullable Label label) {
        return label == Label.REPEATED
                ? FieldDescriptorProto.Label.LABEL_REPEATED
                : label == Label.REQUIRED
                        ? FieldDescriptorProto.Label.LABEL_REQUIRED
                        : FieldDescriptorProto.Label.LABEL_OPTIONAL;
    }

    private static EnumDescriptorProto enumeration(EnumElement enumeration)
            throws InvalidSchemaException {
        EnumDescriptorProto.Builder made =
                EnumDescriptorProto.newBuilder().setName(enumeration.getName());
        EnumOptions.Builder options = EnumOptions.newBuilder();
        StandardOptions.set(options, enumeration.getOptions());
        made.setOptions(options);
        for (EnumConstantElement constant : enumeration.getConstants()) {
            EnumValueOptions.Builder constantOptions = EnumValueOptions.newBuilder();
            StandardOptions.set(constantOptions, constant.getOptions());
            made.addValue(
                    EnumValueDescriptorProto.newBuilder()
                            .setName(constant.getName())
                            .setNumber(constant.getTag())
                            .setOptions(constantOptions));
        }
        for (ReservedElement reserved : enumeration.getReserveds()) {
            for (Object value : reserved.getValues()) {
                if (value instanceof String name) {
                    made.addReservedName(name);
                } else {
                    IntRange range = range(value);
                    made.addReservedRange(
                            EnumDescriptorProto.EnumReservedRange.newBuilder()
                                    .setStart(range.getFirst())
                                    .setEnd(range.getLast()));
                }
            }
        }
        return made.build();
    }

    private static ServiceDescriptorProto service(ServiceElement service)
            throws InvalidSchemaException {
        ServiceOptions.Builder options = ServiceOptions.newBuilder();
        StandardOptions.set(options, service.getOptions());
        ServiceDescriptorProto.Builder made =
                ServiceDescriptorProto.newBuilder().setName(service.getName()).setOptions(options);
        List<RpcElement> calls = service.getRpcs();
        for (RpcElement call : calls) {
            MethodOptions.Builder callOptions = MethodOptions.newBuilder();
            StandardOptions.set(callOptions, call.getOptions());
            made.addMethod(
                    MethodDescriptorProto.newBuilder()
                            .setName(call.getName())
                            .setInputType(call.getRequestType())
                            .setOutputType(call.getResponseType())
                            .setClientStreaming(call.getRequestStreaming())
                            .setServerStreaming(call.getResponseStreaming())
                            .setOptions(callOptions));
        }
        return made.build();
    }
}
