package naru.schema.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.squareup.wire.Syntax;
import com.squareup.wire.schema.Field.Label;
import com.squareup.wire.schema.Location;
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

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes a parsed file of a descriptor, as clients send it that have no text. */
final class ElementMaker {
    static final Location NOWHERE = Location.get("");

    private final boolean proto3;

    private ElementMaker(boolean proto3) {
        this.proto3 = proto3;
    }

    static ProtoFileElement of(FileDescriptorProto file) throws InvalidSchemaException {
        Syntax syntax =
                switch (file.getSyntax()) {
                    case "proto3" -> Syntax.PROTO_3;
                    case "proto2" -> Syntax.PROTO_2;
                    case "" -> null;
                    default ->
                            throw new InvalidSchemaException("Unknown syntax " + file.getSyntax());
                };
        return new ElementMaker(syntax == Syntax.PROTO_3).file(file, syntax);
    }

    private ProtoFileElement file(FileDescriptorProto file, @Nullable Syntax syntax)
            throws InvalidSchemaException {
        List<String> imports = new ArrayList<>(file.getDependencyList());
        List<String> publicImports = new ArrayList<>();
        for (int index : file.getPublicDependencyList()) {
            if (index < 0 || index >= file.getDependencyCount()) {
                throw new InvalidSchemaException("No dependency " + index);
            }
            publicImports.add(file.getDependency(index));
        }
        imports.removeAll(publicImports);
        List<TypeElement> types = new ArrayList<>();
        for (DescriptorProto message : file.getMessageTypeList()) {
            types.add(message(message));
        }
        file.getEnumTypeList().forEach(type -> types.add(enumeration(type)));
        return new ProtoFileElement(
                NOWHERE,
                file.hasPackage() ? file.getPackage() : null,
                syntax,
                imports,
                publicImports,
                List.of(),
                types,
                file.getServiceList().stream().map(ElementMaker::service).toList(),
                extensions(file.getExtensionList()),
                StandardOptions.of(file.getOptions()));
    }

    private MessageElement message(DescriptorProto message) throws InvalidSchemaException {
        Map<String, DescriptorProto> nested = new HashMap<>();
        message.getNestedTypeList().forEach(type -> nested.put(type.getName(), type));
        Set<String> hidden = new HashSet<>();
        List<FieldElement> fields = new ArrayList<>();
        List<GroupElement> groups = new ArrayList<>();
        Map<Integer, List<FieldElement>> oneOfs = new LinkedHashMap<>();
        for (FieldDescriptorProto field : message.getFieldList()) {
            boolean inOneOf = field.hasOneofIndex() && !field.getProto3Optional();
            DescriptorProto own = nested.get(simpleName(field.getTypeName()));
            if (own != null && field.getType() == FieldDescriptorProto.Type.TYPE_GROUP) {
                hidden.add(own.getName());
                groups.add(group(field, own));
            } else if (inOneOf) {
                oneOfs.computeIfAbsent(field.getOneofIndex(), index -> new ArrayList<>())
                        .add(field(field, null, null));
            } else if (own != null && own.getOptions().getMapEntry()) {
                hidden.add(own.getName());
                fields.add(field(field, null, own));
            } else {
                fields.add(field(field, label(field), null));
            }
        }
        List<TypeElement> types = new ArrayList<>();
        for (DescriptorProto type : message.getNestedTypeList()) {
            if (!hidden.contains(type.getName())) {
                types.add(message(type));
            }
        }
        message.getEnumTypeList().forEach(type -> types.add(enumeration(type)));
        return new MessageElement(
                NOWHERE,
                message.getName(),
                "",
                types,
                StandardOptions.of(message.getOptions()),
                reserved(message),
                fields,
                oneOfs(message, oneOfs),
                extensionRanges(message),
                groups,
                extensions(message.getExtensionList()));
    }

    private static List<OneOfElement> oneOfs(
            DescriptorProto message, Map<Integer, List<FieldElement>> fields)
            throws InvalidSchemaException {
        List<OneOfElement> made = new ArrayList<>();
        for (Map.Entry<Integer, List<FieldElement>> entry : fields.entrySet()) {
            int index = entry.getKey();
            if (index < 0 || index >= message.getOneofDeclCount()) {
                throw new InvalidSchemaException("No oneof " + index + " in " + message.getName());
            }
            made.add(
                    new OneOfElement(
                            message.getOneofDecl(index).getName(),
                            "",
                            entry.getValue(),
                            List.of(),
                            List.of(),
                            NOWHERE));
        }
        return made;
    }

    private @Nullable Label label(FieldDescriptorProto field) {
        return switch (field.getLabel()) {
            case LABEL_REPEATED -> Label.REPEATED;
            case LABEL_REQUIRED -> Label.REQUIRED;
            case LABEL_OPTIONAL -> proto3 && !field.getProto3Optional() ? null : Label.OPTIONAL;
        };
    }

    private static FieldElement field(
            FieldDescriptorProto field, @Nullable Label label, @Nullable DescriptorProto entry)
            throws InvalidSchemaException {
        String type = entry == null ? type(field) : mapType(entry);
        return new FieldElement(
                NOWHERE,
                label,
                type,
                field.getName(),
                field.hasDefaultValue() ? field.getDefaultValue() : null,
                field.hasJsonName() ? field.getJsonName() : null,
                field.getNumber(),
                "",
                StandardOptions.of(field.getOptions()));
    }

    private static String mapType(DescriptorProto entry) throws InvalidSchemaException {
        if (entry.getFieldCount() != 2) {
            throw new InvalidSchemaException(entry.getName() + " is no entry of a map");
        }
        return "map<%s, %s>".formatted(type(entry.getField(0)), type(entry.getField(1)));
    }

    private static String type(FieldDescriptorProto field) throws InvalidSchemaException {
        if (!field.getTypeName().isEmpty()) {
            return field.getTypeName();
        }
        if (!field.hasType()) {
            throw new InvalidSchemaException("Field " + field.getName() + " has no type");
        }
        return field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT);
    }

    private GroupElement group(FieldDescriptorProto field, DescriptorProto type)
            throws InvalidSchemaException {
        List<FieldElement> fields = new ArrayList<>();
        for (FieldDescriptorProto inner : type.getFieldList()) {
            fields.add(field(inner, label(inner), null));
        }
        return new GroupElement(
                label(field), NOWHERE, type.getName(), field.getNumber(), "", fields);
    }

    private List<ExtendElement> extensions(List<FieldDescriptorProto> extensions)
            throws InvalidSchemaException {
        Map<String, List<FieldElement>> byType = new LinkedHashMap<>();
        for (FieldDescriptorProto field : extensions) {
            byType.computeIfAbsent(field.getExtendee(), type -> new ArrayList<>())
                    .add(field(field, label(field), null));
        }
        List<ExtendElement> made = new ArrayList<>();
        byType.forEach((type, fields) -> made.add(new ExtendElement(NOWHERE, type, "", fields)));
        return made;
    }

    private static List<ExtensionsElement> extensionRanges(DescriptorProto message) {
        return message.getExtensionRangeList().stream()
                .map(range ->
                        new ExtensionsElement(
                                NOWHERE,
                                "",
                                List.of(range(range.getStart(), range.getEnd() - 1)),
                                List.of()))
                .toList();
    }

    private static List<ReservedElement> reserved(DescriptorProto message) {
        List<ReservedElement> made = new ArrayList<>();
        message.getReservedRangeList()
                .forEach(range -> made.add(reserved(range(range.getStart(), range.getEnd() - 1))));
        message.getReservedNameList().forEach(name -> made.add(reserved(name)));
        return made;
    }

    private static ReservedElement reserved(Object value) {
        return new ReservedElement(NOWHERE, "", List.of(value));
    }

    static Object range(int first, int last) {
        return first == last ? (Object) first : new IntRange(first, last);
    }

    private static EnumElement enumeration(EnumDescriptorProto enumeration) {
        List<ReservedElement> reserved = new ArrayList<>();
        enumeration
                .getReservedRangeList()
                .forEach(range -> reserved.add(reserved(range(range.getStart(), range.getEnd()))));
        enumeration.getReservedNameList().forEach(name -> reserved.add(reserved(name)));
        List<EnumConstantElement> constants = new ArrayList<>();
        for (EnumValueDescriptorProto value : enumeration.getValueList()) {
            constants.add(
                    new EnumConstantElement(
                            NOWHERE,
                            value.getName(),
                            value.getNumber(),
                            "",
                            StandardOptions.of(value.getOptions())));
        }
        return new EnumElement(
                NOWHERE,
                enumeration.getName(),
                "",
                StandardOptions.of(enumeration.getOptions()),
                constants,
                reserved);
    }

    private static ServiceElement service(ServiceDescriptorProto service) {
        List<RpcElement> calls = new ArrayList<>();
        for (MethodDescriptorProto method : service.getMethodList()) {
            calls.add(
                    new RpcElement(
                            NOWHERE,
                            method.getName(),
                            "",
                            method.getInputType(),
                            method.getOutputType(),
                            method.getClientStreaming(),
                            method.getServerStreaming(),
                            StandardOptions.of(method.getOptions())));
        }
        return new ServiceElement(
                NOWHERE, service.getName(), "", calls, StandardOptions.of(service.getOptions()));
    }

    private static String simpleName(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
