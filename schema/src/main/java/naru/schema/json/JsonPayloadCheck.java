package naru.schema.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.regex.RegularExpression;

import naru.schema.PayloadCheck;
import naru.schema.PayloadFault;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/** Validates JSON documents by networknt, which fetches nothing and tells of the first fault. */
final class JsonPayloadCheck implements PayloadCheck {
    private static final int DEEPEST = 200;
    private static final int NUMBER_CHARACTERS = 1_000;

    /**
     * Where the schema is for those of its references that are relative and that have no base of
     * their own.
     */
    private static final String HERE = "naru:/schemas/";

    private static final ObjectReader DOCUMENTS =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEEPEST)
                                                    .maxNumberLength(NUMBER_CHARACTERS)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build()
                    .reader();

    private final Map<String, JsonNode> references;
    private final Schema schema;

    /**
     * The check; if nothing can be checked against the schema, one that says so of every payload.
     */
    static PayloadCheck of(JsonNode root, Map<String, JsonNode> references) {
        try {
            return new JsonPayloadCheck(root, references);
        } catch (SchemaException | StackOverflowError e) {
            String reason = "cannot be checked: the schema is none for the validator: " + e;
            return payload -> Optional.of(reason);
        }
    }

    private JsonPayloadCheck(JsonNode root, Map<String, JsonNode> references) {
        this.references = references;
        SchemaRegistryConfig config =
                SchemaRegistryConfig.builder()
                        .failFast(true)
                        .regularExpressionFactory(JsonPayloadCheck::pattern)
                        .build();
        this.schema =
                SchemaRegistry.withDefaultDialect(
                                Metaschema.version(Draft.of(root)),
                                builder ->
                                        builder.schemaRegistryConfig(config)
                                                .schemas(this::referenced))
                        .getSchema(SchemaLocation.of(HERE + "schema"), root);
    }

    /** The text behind a reference, which is asked for by where its name leads from its user. */
    private @Nullable String referenced(String address) {
        for (Map.Entry<String, JsonNode> reference : references.entrySet()) {
            JsonNode node = reference.getValue();
            String id = node.path(Draft.of(node).idKeyword()).asText("");
            if (address.equals(reference.getKey())
                    || address.equals(id)
                    || address.endsWith("/" + reference.getKey())) {
                return node.toString();
            }
        }
        return null;
    }

    private static RegularExpression pattern(String text) {
        try {
            return new BoundedPattern(text)::find;
        } catch (PatternSyntaxException e) {
            return value -> {
                throw new PayloadFault("cannot be checked: no pattern that we know: " + text);
            };
        }
    }

    @Override
    public Optional<String> problem(ByteBuffer payload) {
        try {
            JsonNode document =
                    DOCUMENTS.with(new CountedNodes()).readTree(new Bytes(payload.duplicate()));
            if (document.isMissingNode()) {
                return Optional.of("the payload is empty");
            }
            List<Error> errors =
                    BoundedPattern.bounded(payload.remaining(), () -> schema.validate(document));
            return errors.stream().findFirst().map(JsonPayloadCheck::told);
        } catch (JsonProcessingException e) {
            return Optional.of("not a JSON document: " + e.getOriginalMessage());
        } catch (PayloadFault fault) {
            return Optional.of(fault.problem());
        } catch (BoundedPattern.TooCostly | SchemaException e) {
            return Optional.of("cannot be checked: " + e.getMessage());
        } catch (IOException | StackOverflowError e) {
            return Optional.of("cannot be checked: " + e);
        }
    }

    private static String told(Error error) {
        String place = error.getInstanceLocation().toString();
        return place.isEmpty() ? error.getMessage() : place + ": " + error.getMessage();
    }

    /** A payload as a stream, without a copy. */
    private static final class Bytes extends InputStream {
        private final ByteBuffer bytes;

        Bytes(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int count = Math.min(length, bytes.remaining());
            bytes.get(into, offset, count);
            return count;
        }
    }
}
