package naru.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.math.BigDecimal;

/** JSON texts as trees, with their depth and names bounded while they are read. */
public final class BoundedJson {
    private static final int NUMBER_CHARACTERS = 1_000;

    private static final int LARGEST_SCALE = 1_000;

    private BoundedJson() {}

    /** Whether calculating with the number is cheap: {@code 1e999999999} is short to write only. */
    public static boolean isOrdinary(BigDecimal number) {
        return Math.abs((long) number.scale()) <= LARGEST_SCALE;
    }

    /** Reads one JSON value, and nothing after it. */
    public static JsonNode read(String text, SchemaLimits limits) throws InvalidSchemaException {
        return read(mapper(limits, false), text);
    }

    /** As {@link #read}, with comments allowed, as Avro's parser allows them. */
    public static JsonNode readWithComments(String text, SchemaLimits limits)
            throws InvalidSchemaException {
        return read(mapper(limits, true), text);
    }

    private static JsonNode read(JsonMapper mapper, String text) throws InvalidSchemaException {
        try {
            JsonNode node = mapper.readTree(text);
            if (node == null || node.isMissingNode()) {
                throw new InvalidSchemaException("The schema is empty");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new InvalidSchemaException(
                    "The schema is not valid JSON: "
                            + e.getOriginalMessage()
                            + place(e.getLocation()),
                    e);
        }
    }

    private static String place(JsonLocation location) {
        return location == null
                ? ""
                : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
    }

    private static JsonMapper mapper(SchemaLimits limits, boolean comments) {
        JsonFactory factory =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(limits.depth())
                                        .maxNameLength(limits.nameLength())
                                        .maxNumberLength(NUMBER_CHARACTERS)
                                        .maxStringLength(limits.textBytes())
                                        .build())
                        .configure(JsonReadFeature.ALLOW_JAVA_COMMENTS, comments)
                        .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }
}
