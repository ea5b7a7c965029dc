package naru.schema.payload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import naru.schema.BoundedJson;

import java.util.ArrayDeque;
import java.util.Deque;

/** JSON as payloads have it: numbers as they are written, depth bounded. */
final class JsonTrees {
    static final int DEEPEST = 200;

    /** For texts that somebody sends. */
    static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEEPEST)
                                                    .maxStringLength(Integer.MAX_VALUE)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    .build();

    private JsonTrees() {}

    /** Refuses what is nested too deeply, and numbers that cannot be calculated with. */
    static void check(JsonNode tree) throws InvalidPayloadException {
        Deque<JsonNode> level = new ArrayDeque<>();
        level.add(tree);
        for (int depth = 0; !level.isEmpty(); depth++) {
            if (depth > DEEPEST) {
                throw new InvalidPayloadException("The JSON is nested deeper than " + DEEPEST);
            }
            Deque<JsonNode> next = new ArrayDeque<>();
            for (JsonNode node : level) {
                if (node.isBigDecimal() && !BoundedJson.isOrdinary(node.decimalValue())) {
                    throw new InvalidPayloadException("A number in the JSON is out of all bounds");
                }
                node.forEach(next::add);
            }
            level = next;
        }
    }
}
