package naru.connectors.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;

import naru.connectors.data.JsonValues;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A record for each element of a file that is one JSON array. It is never whole in memory. */
final class JsonArrayRecords implements RecordReader {
    /** What follows an element is the next one, and no error. */
    private static final ObjectReader ELEMENTS =
            JsonValues.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final JsonParser parser;
    private final long size;
    private final long skipped;
    private long index;

    JsonArrayRecords(Path file, Place place) throws IOException {
        this.size = Files.size(file);
        this.skipped = place.index();
        this.parser =
                JsonValues.MAPPER
                        .getFactory()
                        .createParser(new BufferedInputStream(Files.newInputStream(file)));
        parser.nextToken();
    }

    /** Whether the first thing in the file is the bracket of an array. */
    static boolean begins(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            int next = in.read();
            while (next == ' '
                    || next == '\n'
                    || next == '\r'
                    || next == '\t'
                    || next == 0xEF
                    || next == 0xBB
                    || next == 0xBF) {
                next = in.read();
            }
            return next == '[';
        }
    }

    /** An array has no end before the file has: what is not complete is not read. */
    @Override
    public @Nullable Found next(boolean complete) throws IOException, BadRecordException {
        if (!complete) {
            return null;
        }
        try {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == null) {
                    throw new BadRecordException("the array is not closed");
                }
                index++;
                if (index <= skipped) {
                    parser.skipChildren();
                    continue;
                }
                JsonNode node = ELEMENTS.readTree(parser);
                Object value = JsonValues.value(node);
                return new Found(null, value == null ? "" : value, 0, index, size);
            }
            return null;
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "element %d is no JSON: %s".formatted(index + 1, e.getOriginalMessage()), e);
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
