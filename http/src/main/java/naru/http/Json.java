package naru.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;

/** JSON as it comes from clients, bounded in depth, and as it goes to them. */
public final class Json {
    /** Deeper documents are no data but attacks. */
    private static final int DEPTH_MOST = 500;

    public static final ObjectMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEPTH_MOST)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /** A tree of so many values takes some 100 MB; what is larger is read piece by piece. */
    private static final int VALUES_MOST = 1_000_000;

    private static final JsonFactory WHOLE =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MOST)
                                    .maxTokenCount(VALUES_MOST)
                                    .build())
                    .build();

    private static final ObjectReader PARTS =
            MAPPER.readerFor(JsonNode.class)
                    .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** The value that a parser stands at, or its next one; what follows is left to the parser. */
    public static JsonNode part(JsonParser parser) throws IOException {
        return PARTS.readTree(parser);
    }

    /**
     * @throws Refusal 400 when it is no JSON document, with the place and the cause
     */
    public static JsonNode parse(byte[] bytes) {
        try (JsonParser parser = WHOLE.createParser(bytes)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node != null && parser.nextToken() != null) {
                throw new JsonParseException(parser, "something follows the document");
            }
            if (node == null || node.isMissingNode()) {
                throw new Refusal(400, "the body is empty, and should be a JSON document");
            }
            return node;
        } catch (JsonProcessingException malformed) {
            String where =
                    malformed.getLocation() == null
                            ? ""
                            : " at line %d, column %d"
                                    .formatted(
                                            malformed.getLocation().getLineNr(),
                                            malformed.getLocation().getColumnNr());
            throw new Refusal(
                    400, "the body is no JSON" + where + ": " + malformed.getOriginalMessage());
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes in memory cannot be read", impossible);
        }
    }

    public static byte[] bytes(Object tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException("an answer that is no JSON: " + tree, bug);
        }
    }
}
