package naru.schema.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
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
import com.squareup.wire.schema.internal.parser.OptionElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ReservedElement;
import com.squareup.wire.schema.internal.parser.RpcElement;
import com.squareup.wire.schema.internal.parser.ServiceElement;
import com.squareup.wire.schema.internal.parser.TypeElement;

import kotlin.ranges.IntRange;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The same file with everything of no meaning in a fixed order, and types by their full names. The
 * order of messages stays: payloads name their message by its position.
 */
final class Normalization {
    private Normalization() {}

    static ProtoFileElement of(ProtoFileElement file, FileDescriptor linked) {
        List<TypeElement> types = new ArrayList<>();
        for (TypeElement type : file.getTypes()) {
            types.add(
                    type instanceof MessageElement message
                            ? message(
                                    message,
                                    Objects.requireNonNull(
                                            linked.findMessageTypeByName(message.getName())))
                            : enumeration((EnumElement) type));
        }
        return new ProtoFileElement(
                file.getLocation(),
                file.getPackageName(),
                file.getSyntax() == Syntax.PROTO_3 ? Syntax.PROTO_3 : null,
                file.getImports().stream().sorted().distinct().toList(),
                file.getPublicImports().stream().sorted().distinct().toList(),
                List.of(),
                types,
                file.getServices().stream()
                        .map(service ->
                                service(
                                        service,
                                        Objects.requireNonNull(
                                                linked.findServiceByName(service.getName()))))
                        .toList(),
                extensions(file.getExtendDeclarations(), linked.getExtensions()),
                options(file.getOptions()));
    }

    private static MessageElement message(MessageElement message, Descriptor linked) {
        List<TypeElement> types = new ArrayList<>();
        for (TypeElement type : message.getNestedTypes()) {
            if (type instanceof MessageElement nested) {
                Descriptor own =
                        Objects.requireNonNull(linked.findNestedTypeByName(nested.getName()));
                if (!own.getOptions().getMapEntry()) {
                    types.add(message(nested, own));
                }
            } else {
                types.add(enumeration((EnumElement) type));
            }
        }
        List<OneOfElement> oneOfs = new ArrayList<>();
        for (OneOfElement oneOf : message.getOneOfs()) {
            if (!oneOf.getFields().isEmpty()) {
                oneOfs.add(
                        new OneOfElement(
                                oneOf.getName(),
                                "",
                                fields(oneOf.getFields(), linked),
                                groups(oneOf.getGroups(), linked),
                                options(oneOf.getOptions()),
                                oneOf.getLocation()));
            }
        }
        oneOfs.sort(Comparator.comparingInt(oneOf -> oneOf.getFields().getFirst().getTag()));
        return new MessageElement(
                message.getLocation(),
                message.getName(),
                "",
                types,
                options(message.getOptions()),
                reserved(message.getReserveds()),
                fields(message.getFields(), linked),
                oneOfs,
                extensionRanges(message.getExtensions()),
                groups(message.getGroups(), linked),
                extensions(message.getExtendDeclarations(), linked.getExtensions()));
    }

    private static List<GroupElement> groups(List<GroupElement> groups, Descriptor owner) {
        return groups.stream()
                .sorted(Comparator.comparingInt(GroupElement::getTag))
                .map(group ->
                        new GroupElement(
                                group.getLabel(),
                                group.getLocation(),
                                group.getName(),
                                group.getTag(),
                                "",
                                fields(
                                        group.getFields(),
                                        Objects.requireNonNull(
                                                owner.findNestedTypeByName(group.getName())))))
                .toList();
    }

    private static List<FieldElement> fields(List<FieldElement> fields, Descriptor owner) {
        return fields.stream()
                .sorted(Comparator.comparingInt(FieldElement::getTag))
                .map(field -> field(field, owner.findFieldByNumber(field.getTag())))
                .toList();
    }

    private static FieldElement field(FieldElement field, @Nullable FieldDescriptor linked) {
        Label label = field.getLabel();
        String type = field.getType();
        if (linked != null && linked.isMapField()) {
            label = null;
            Descriptor entry = linked.getMessageType();
            type =
                    "map<%s, %s>"
                            .formatted(
                                    type(entry.findFieldByNumber(1)),
                                    type(entry.findFieldByNumber(2)));
        } else if (linked != null) {
            type = type(linked);
        }
        return new FieldElement(
                field.getLocation(),
                label,
                type,
                field.getName(),
                field.getDefaultValue(),
                field.getJsonName(),
                field.getTag(),
                "",
                options(field.getOptions()));
    }

    private static String type(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case MESSAGE -> "." + field.getMessageType().getFullName();
            case ENUM -> "." + field.getEnumType().getFullName();
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING ->
                    field.getType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static List<ExtendElement> extensions(
            List<ExtendElement> extensions, List<FieldDescriptor> linked) {
        Map<String, FieldDescriptor> byName = new HashMap<>();
        linked.forEach(field -> byName.put(field.getName(), field));
        Map<String, List<FieldElement>> byType = new LinkedHashMap<>();
        for (ExtendElement extend : extensions) {
            for (FieldElement field : extend.getFields()) {
                FieldDescriptor own = byName.get(field.getName());
                String type =
                        own == null
                                ? extend.getName()
                                : "." + own.getContainingType().getFullName();
                byType.computeIfAbsent(type, name -> new ArrayList<>()).add(field(field, own));
            }
        }
        List<ExtendElement> made = new ArrayList<>();
        byType.forEach((type, fields) -> {
            fields.sort(Comparator.comparingInt(FieldElement::getTag));
            made.add(new ExtendElement(ElementMaker.NOWHERE, type, "", fields));
        });
        return made;
    }

    private static EnumElement enumeration(EnumElement enumeration) {
        List<EnumConstantElement> constants = new ArrayList<>();
        for (EnumConstantElement constant : enumeration.getConstants()) {
            constants.add(
                    new EnumConstantElement(
                            constant.getLocation(),
                            constant.getName(),
                            constant.getTag(),
                            "",
                            options(constant.getOptions())));
        }
        constants.sort(
                Comparator.comparingInt(EnumConstantElement::getTag)
                        .thenComparing(EnumConstantElement::getName));
        return new EnumElement(
                enumeration.getLocation(),
                enumeration.getName(),
                "",
                options(enumeration.getOptions()),
                constants,
                reserved(enumeration.getReserveds()));
    }

    private static ServiceElement service(ServiceElement service, ServiceDescriptor linked) {
        List<RpcElement> calls = new ArrayList<>();
        for (RpcElement call : service.getRpcs()) {
            MethodDescriptor method =
                    Objects.requireNonNull(linked.findMethodByName(call.getName()));
            calls.add(
                    new RpcElement(
                            call.getLocation(),
                            call.getName(),
                            "",
                            "." + method.getInputType().getFullName(),
                            "." + method.getOutputType().getFullName(),
                            call.getRequestStreaming(),
                            call.getResponseStreaming(),
                            options(call.getOptions())));
        }
        return new ServiceElement(
                service.getLocation(), service.getName(), "", calls, options(service.getOptions()));
    }

    private static List<OptionElement> options(List<OptionElement> options) {
        return options.stream().sorted(Comparator.comparing(OptionElement::getName)).toList();
    }

    private static List<ReservedElement> reserved(List<ReservedElement> reserved) {
        return reserved.stream()
                .flatMap(element -> element.getValues().stream())
                .map(Normalization::single)
                .sorted(
                        Comparator.comparingInt(Normalization::first)
                                .thenComparing(Object::toString))
                .map(value -> new ReservedElement(ElementMaker.NOWHERE, "", List.of(value)))
                .toList();
    }

    private static List<ExtensionsElement> extensionRanges(List<ExtensionsElement> extensions) {
        return extensions.stream()
                .flatMap(element -> element.getValues().stream())
                .map(Normalization::single)
                .sorted(Comparator.comparingInt(Normalization::first))
                .map(value ->
                        new ExtensionsElement(ElementMaker.NOWHERE, "", List.of(value), List.of()))
                .toList();
    }

    private static Object single(Object value) {
        return value instanceof IntRange range
                ? ElementMaker.range(range.getFirst(), range.getLast())
                : value;
    }

    private static int first(Object value) {
        return switch (value) {
            case IntRange range -> range.getFirst();
            case Integer number -> number;
            default -> Integer.MAX_VALUE;
        };
    }
}
