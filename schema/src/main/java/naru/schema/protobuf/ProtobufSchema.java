package naru.schema.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;

import naru.schema.Incompatibility;
import naru.schema.ParsedSchema;
import naru.schema.PayloadCheck;
import naru.schema.SchemaFormat;

import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A Protobuf schema: one file, whose first message is what it is known by. */
public final class ProtobufSchema implements ParsedSchema {
    private final FileDescriptor file;
    private final Map<String, String> references;
    private final String canonical;
    private final String normalized;

    ProtobufSchema(ProtoFileElement element, FileDescriptor file, Map<String, String> references) {
        this.file = file;
        this.references = Map.copyOf(references);
        this.canonical = ProtoText.of(element);
        this.normalized = ProtoText.of(Normalization.of(element, file));
    }

    /** The file, linked with all that it imports. */
    public FileDescriptor file() {
        return file;
    }

    /** The texts behind its imports. */
    Map<String, String> references() {
        return references;
    }

    @Override
    public SchemaFormat format() {
        return SchemaFormat.PROTOBUF;
    }

    @Override
    public String canonical() {
        return canonical;
    }

    @Override
    public String normalized() {
        return normalized;
    }

    /** {@code serialized} is the file's descriptor in Base64. */
    @Override
    public String formatted(String format) {
        return format.equals("serialized")
                ? Base64.getEncoder().encodeToString(descriptor())
                : canonical;
    }

    /** The file as a serialized {@code FileDescriptorProto}, with all types resolved. */
    public byte[] descriptor() {
        FileDescriptorProto.Builder proto = file.toProto().toBuilder();
        for (int i = 0; i < proto.getMessageTypeCount(); i++) {
            resolve(proto.getMessageTypeBuilder(i), file.getMessageTypes().get(i));
        }
        for (int i = 0; i < proto.getExtensionCount(); i++) {
            FieldDescriptor extension = file.getExtensions().get(i);
            resolve(proto.getExtensionBuilder(i), extension);
        }
        for (int i = 0; i < proto.getServiceCount(); i++) {
            var service = proto.getServiceBuilder(i);
            var methods = file.getServices().get(i).getMethods();
            for (int method = 0; method < service.getMethodCount(); method++) {
                service.getMethodBuilder(method)
                        .setInputType("." + methods.get(method).getInputType().getFullName())
                        .setOutputType("." + methods.get(method).getOutputType().getFullName());
            }
        }
        return proto.build().toByteArray();
    }

    private static void resolve(DescriptorProto.Builder proto, Descriptor message) {
        for (int i = 0; i < proto.getFieldCount(); i++) {
            resolve(proto.getFieldBuilder(i), message.getFields().get(i));
        }
        for (int i = 0; i < proto.getExtensionCount(); i++) {
            resolve(proto.getExtensionBuilder(i), message.getExtensions().get(i));
        }
        for (int i = 0; i < proto.getNestedTypeCount(); i++) {
            resolve(proto.getNestedTypeBuilder(i), message.getNestedTypes().get(i));
        }
    }

    private static void resolve(FieldDescriptorProto.Builder proto, FieldDescriptor field) {
        if (field.isExtension()) {
            proto.setExtendee("." + field.getContainingType().getFullName());
        }
        switch (field.getJavaType()) {
            case MESSAGE -> {
                proto.setTypeName("." + field.getMessageType().getFullName());
                if (!proto.hasType()) {
                    proto.setType(FieldDescriptorProto.Type.TYPE_MESSAGE);
                }
            }
            case ENUM -> {
                proto.setTypeName("." + field.getEnumType().getFullName());
                proto.setType(FieldDescriptorProto.Type.TYPE_ENUM);
            }
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING -> {}
        }
    }

    @Override
    public String name() {
        return file.getMessageTypes().isEmpty()
                ? ""
                : file.getMessageTypes().getFirst().getFullName();
    }

    @Override
    public Set<String> topLevelFields() {
        Set<String> names = new LinkedHashSet<>();
        if (!file.getMessageTypes().isEmpty()) {
            file.getMessageTypes()
                    .getFirst()
                    .getFields()
                    .forEach(field -> names.add(field.getName()));
        }
        return names;
    }

    @Override
    public List<Incompatibility> differencesFrom(ParsedSchema writer) {
        return findings((ProtobufSchema) writer).stream()
                .filter(finding -> !finding.change().compatible())
                .map(finding ->
                        new Incompatibility(
                                finding.change().name(),
                                finding.path(),
                                (reader, written) ->
                                        finding.change().message(finding.path(), reader, written)))
                .toList();
    }

    @Override
    public PayloadCheck payloadCheck() {
        return new ProtobufPayloadCheck(file);
    }

    /** All differences, those that do no harm included. */
    List<ProtobufChanges.Finding> findings(ProtobufSchema writer) {
        return ProtobufChanges.between(writer, this);
    }
}
