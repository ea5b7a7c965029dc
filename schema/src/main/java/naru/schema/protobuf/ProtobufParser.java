package naru.schema.protobuf;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import com.squareup.wire.schema.internal.parser.TypeElement;

import naru.schema.InvalidSchemaException;
import naru.schema.SchemaLimits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes Protobuf schemas of texts, which are either {@code .proto} files or descriptors of such in
 * Base64. Imports are looked up among the references and the files that everybody has. Used by one
 * thread, once.
 */
public final class ProtobufParser {
    /** The name of the schema itself among its files, as Confluent's registry has it. */
    private static final String OWN_NAME = "default";

    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]+={0,2}");

    private final Map<String, String> references;
    private final SchemaLimits limits;
    private final Map<String, FileDescriptor> linked = new HashMap<>(CommonFiles.ALL);
    private final Set<String> open = new HashSet<>();
    private int types;
    private int fields;

    private ProtobufParser(Map<String, String> references, SchemaLimits limits) {
        this.references = references;
        this.limits = limits;
    }

    public static ProtobufSchema parse(
            String text, Map<String, String> references, SchemaLimits limits)
            throws InvalidSchemaException {
        return new ProtobufParser(references, limits).parse(text);
    }

    private ProtobufSchema parse(String text) throws InvalidSchemaException {
        ProtoFileElement file = read(text);
        return new ProtobufSchema(file, link(file, OWN_NAME), references);
    }

    private ProtoFileElement read(String text) throws InvalidSchemaException {
        FileDescriptorProto descriptor = descriptor(text.strip());
        ProtoFileElement file;
        if (descriptor != null) {
            file = ElementMaker.of(descriptor);
        } else {
            BraceDepth.check(text, limits.depth());
            try {
                file = ProtoParser.Companion.parse(ElementMaker.NOWHERE, text);
            } catch (RuntimeException e) {
                // Wire's parser has no common exception for what it does not take.
                throw new InvalidSchemaException("Not a Protobuf schema: " + e.getMessage(), e);
            }
        }
        count(file);
        return file;
    }

    /** What the text holds if it is no {@code .proto} file. */
    private static @Nullable FileDescriptorProto descriptor(String text) {
        if (text.length() % 4 != 0 || !BASE64.matcher(text).matches()) {
            return null;
        }
        try {
            FileDescriptorProto descriptor =
                    FileDescriptorProto.parseFrom(Base64.getDecoder().decode(text));
            boolean saysSomething =
                    descriptor.getMessageTypeCount() > 0
                            || descriptor.getEnumTypeCount() > 0
                            || descriptor.getServiceCount() > 0
                            || descriptor.hasPackage()
                            || descriptor.hasSyntax();
            return saysSomething ? descriptor : null;
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return null;
        }
    }

    private void count(ProtoFileElement file) throws InvalidSchemaException {
        Deque<TypeElement> left = new ArrayDeque<>(file.getTypes());
        while (!left.isEmpty()) {
            TypeElement type = left.remove();
            atMost(++types, limits.types(), "types");
            name(type.getName());
            left.addAll(type.getNestedTypes());
            if (type instanceof MessageElement message) {
                fields += message.getFields().size();
                message.getOneOfs().forEach(oneOf -> fields += oneOf.getFields().size());
                atMost(fields, limits.fields(), "fields");
                for (var field : message.getFields()) {
                    name(field.getName());
                }
            }
        }
    }

    private void name(String name) throws InvalidSchemaException {
        if (name.length() > limits.nameLength()) {
            throw new InvalidSchemaException(
                    "The name %s... has %d characters, more than %d"
                            .formatted(name.substring(0, 40), name.length(), limits.nameLength()));
        }
    }

    private static void atMost(int count, int limit, String what) throws InvalidSchemaException {
        if (count > limit) {
            throw new InvalidSchemaException("The schema has more than " + limit + " " + what);
        }
    }

    private FileDescriptor link(ProtoFileElement file, String name) throws InvalidSchemaException {
        List<FileDescriptor> imported = new ArrayList<>();
        Set<String> available = new HashSet<>();
        List<String> imports = new ArrayList<>(file.getImports());
        imports.addAll(file.getPublicImports());
        for (String wanted : imports) {
            FileDescriptor found = imported(wanted);
            if (found != null && available.add(wanted)) {
                imported.add(found);
            }
        }
        FileDescriptorProto made = DescriptorMaker.of(file, name, available);
        try {
            return FileDescriptor.buildFrom(made, imported.toArray(FileDescriptor[]::new));
        } catch (DescriptorValidationException | RuntimeException e) {
            List<String> missing =
                    imports.stream().filter(wanted -> !available.contains(wanted)).toList();
            throw new InvalidSchemaException(
                    e.getMessage()
                            + (missing.isEmpty()
                                    ? ""
                                    : " (neither a reference nor well known: " + missing + ")"),
                    e);
        }
    }

    /**
     * The file of an import; null if nobody knows it, which is a fault only if its types are used.
     */
    private @Nullable FileDescriptor imported(String name) throws InvalidSchemaException {
        FileDescriptor known = linked.get(name);
        String text = references.get(name);
        if (known == null && text != null) {
            if (!open.add(name)) {
                throw new InvalidSchemaException(name + " imports itself");
            }
            try {
                known = link(read(text), name);
            } catch (InvalidSchemaException e) {
                throw new InvalidSchemaException("Reference " + name + ": " + e.getMessage(), e);
            }
            open.remove(name);
            linked.put(name, known);
        }
        return known;
    }
}
