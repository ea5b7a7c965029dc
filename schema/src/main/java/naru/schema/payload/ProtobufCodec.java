package naru.schema.payload;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;

import naru.schema.PayloadCheck;
import naru.schema.protobuf.ProtobufSchema;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Protobuf's JSON mapping; fields that are not set are written with their default. */
final class ProtobufCodec implements PayloadCodec {
    private final FileDescriptor file;
    private final PayloadCheck check;
    private final JsonFormat.Parser parser;
    private final JsonFormat.Printer printer;

    ProtobufCodec(ProtobufSchema schema) {
        this.file = schema.file();
        this.check = schema.payloadCheck();
        TypeRegistry types = types(file);
        this.parser = JsonFormat.parser().usingTypeRegistry(types);
        this.printer =
                JsonFormat.printer()
                        .usingTypeRegistry(types)
                        .alwaysPrintFieldsWithNoPresence()
                        .omittingInsignificantWhitespace();
    }

    /** What may be within an {@code Any}. */
    private static TypeRegistry types(FileDescriptor file) {
        TypeRegistry.Builder types = TypeRegistry.newBuilder();
        add(file, types, new HashSet<>());
        return types.build();
    }

    private static void add(FileDescriptor file, TypeRegistry.Builder types, Set<String> seen) {
        if (seen.add(file.getName())) {
            types.add(file.getMessageTypes());
            file.getDependencies().forEach(each -> add(each, types, seen));
        }
    }

    @Override
    public byte[] fromJson(JsonNode json) throws InvalidPayloadException {
        JsonTrees.check(json);
        if (file.getMessageTypes().isEmpty()) {
            throw new InvalidPayloadException("The Protobuf schema has no message");
        }
        Descriptor message = file.getMessageTypes().getFirst();
        ProtobufNumbers.check(json, message);
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(message);
        try {
            parser.merge(json.toString(), builder);
        } catch (IOException | RuntimeException | StackOverflowError notOfSchema) {
            throw new InvalidPayloadException(
                    "The JSON is not a %s: %s"
                            .formatted(message.getFullName(), reason(notOfSchema)),
                    notOfSchema);
        }
        if (!builder.isInitialized()) {
            throw new InvalidPayloadException(
                    "The JSON is not a %s: required fields are missing: %s"
                            .formatted(
                                    message.getFullName(), builder.getInitializationErrorString()));
        }
        byte[] indexes = MessageIndexes.of(message).bytes();
        byte[] content = builder.build().toByteArray();
        return ByteBuffer.allocate(indexes.length + content.length)
                .put(indexes)
                .put(content)
                .array();
    }

    @Override
    public JsonNode toJson(ByteBuffer body) throws InvalidPayloadException {
        Optional<String> problem = check.problem(body);
        if (problem.isPresent()) {
            throw new InvalidPayloadException(problem.get());
        }
        ByteBuffer rest = body.duplicate();
        Descriptor message = MessageIndexes.read(rest).in(file);
        byte[] content = new byte[rest.remaining()];
        rest.get(content);
        try {
            return JsonTrees.MAPPER.readTree(
                    printer.print(DynamicMessage.parseFrom(message, content)));
        } catch (InvalidProtocolBufferException unreadable) {
            throw new InvalidPayloadException(
                    "The payload is not a %s: %s"
                            .formatted(message.getFullName(), reason(unreadable)),
                    unreadable);
        } catch (IOException | RuntimeException | StackOverflowError unwritable) {
            throw new InvalidPayloadException(
                    "The payload, a %s, cannot be told in JSON: %s"
                            .formatted(message.getFullName(), reason(unwritable)),
                    unwritable);
        }
    }

    private static String reason(Throwable fault) {
        return fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
    }
}
