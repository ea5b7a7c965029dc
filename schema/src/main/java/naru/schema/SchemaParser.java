package naru.schema;

import naru.schema.avro.AvroParser;
import naru.schema.json.JsonSchemaParser;
import naru.schema.protobuf.ProtobufParser;

import java.util.Map;

/**
 * Makes schemas of texts.
 *
 * <p>Threads: any. Failures: whatever the text is, an {@link InvalidSchemaException} with a
 * sentence; the limits bound time and memory.
 */
public final class SchemaParser {
    private final SchemaLimits limits;

    public SchemaParser(SchemaLimits limits) {
        this.limits = limits;
    }

    /**
     * Parses a schema that is to be registered: what would make it useless (an Avro default that
     * does not fit its field) is refused.
     *
     * @param resolvedReferences name of a reference to the text behind it, and what those use in
     *     turn, each after all that it uses itself
     */
    public ParsedSchema parse(
            SchemaFormat format, String text, Map<String, String> resolvedReferences)
            throws InvalidSchemaException {
        return parse(format, text, resolvedReferences, limits, true);
    }

    /**
     * Parses a schema that is registered already, maybe by another registry years ago. Only what
     * cannot be understood is refused.
     */
    public ParsedSchema parseRegistered(
            SchemaFormat format, String text, Map<String, String> resolvedReferences)
            throws InvalidSchemaException {
        return parse(format, text, resolvedReferences, limits.forRegistered(), false);
    }

    private static ParsedSchema parse(
            SchemaFormat format,
            String text,
            Map<String, String> references,
            SchemaLimits limits,
            boolean isNew)
            throws InvalidSchemaException {
        checkSizes(text, references, limits);
        try {
            return switch (format) {
                case AVRO -> AvroParser.parse(text, references, limits, isNew);
                case JSON -> JsonSchemaParser.parse(text, references, limits, isNew);
                case PROTOBUF -> ProtobufParser.parse(text, references, limits);
            };
        } catch (StackOverflowError tooDeep) {
            throw new InvalidSchemaException("The schema is nested too deeply", tooDeep);
        }
    }

    private static void checkSizes(String text, Map<String, String> references, SchemaLimits limits)
            throws InvalidSchemaException {
        if (text.length() > limits.textBytes()) {
            throw new InvalidSchemaException(
                    "The schema has %d characters, more than %d"
                            .formatted(text.length(), limits.textBytes()));
        }
        if (references.size() > limits.references()) {
            throw new InvalidSchemaException(
                    "The schema uses %d others, more than %d"
                            .formatted(references.size(), limits.references()));
        }
        long total = references.values().stream().mapToLong(String::length).sum();
        if (total > limits.referenceBytes()) {
            throw new InvalidSchemaException(
                    "The schemas that it uses have %d characters together, more than %d"
                            .formatted(total, limits.referenceBytes()));
        }
    }
}
