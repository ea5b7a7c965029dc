package naru.rest.v2;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;

import naru.http.Json;
import naru.http.Refusal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Set;

/**
 * A body of v2 that brings records. It is gone through twice, since the schemas may stand behind
 * the records; only one record at a time is a tree.
 */
final class ProduceRequest {
    private static final Set<String> FIELDS =
            Set.of("key_schema", "key_schema_id", "value_schema", "value_schema_id", "records");
    private static final int NAME_SHOWN = 100;
    private static final Set<String> RECORD_FIELDS = Set.of("key", "value", "partition");

    private final byte[] body;
    private @Nullable String keySchema;
    private @Nullable Integer keySchemaId;
    private @Nullable String valueSchema;
    private @Nullable Integer valueSchemaId;
    private boolean hasRecords;

    /** Takes records one by one. */
    @FunctionalInterface
    interface Taker {
        /**
         * @param partition null: any
         */
        void take(JsonNode key, JsonNode value, @Nullable Integer partition)
                throws InterruptedException;
    }

    private ProduceRequest(byte[] body) {
        this.body = body;
    }

    /**
     * @throws Refusal 400 when it is no JSON, 422 when it is none of these requests
     */
    static ProduceRequest of(byte[] body) {
        ProduceRequest request = new ProduceRequest(body);
        try (JsonParser parser = Json.MAPPER.createParser(body)) {
            request.readFields(parser);
        } catch (JsonProcessingException malformed) {
            throw malformed(malformed);
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes in memory cannot be read", impossible);
        }
        if (!request.hasRecords) {
            throw new Refusal(422, "records may not be empty");
        }
        return request;
    }

    @Nullable String schema(boolean key) {
        return key ? keySchema : valueSchema;
    }

    @Nullable Integer schemaId(boolean key) {
        return key ? keySchemaId : valueSchemaId;
    }

    private void readFields(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new Refusal(422, "the body is no JSON object that has 'records'");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (!FIELDS.contains(name)) {
                throw unknown(name);
            }
            JsonToken value = parser.nextToken();
            if (name.equals("records")) {
                if (value != JsonToken.START_ARRAY) {
                    throw new Refusal(422, "records is no array");
                }
                checkRecords(parser);
            } else if (value != JsonToken.VALUE_NULL) {
                readSchema(parser, name, value);
            }
        }
        if (parser.nextToken() != null) {
            throw new Refusal(400, "something follows the JSON of the body");
        }
    }

    private void checkRecords(JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        hasRecords = token != JsonToken.END_ARRAY;
        while (token != JsonToken.END_ARRAY) {
            if (token != JsonToken.START_OBJECT) {
                throw new Refusal(422, "records has an element that is no object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (!RECORD_FIELDS.contains(name)) {
                    throw unknown(name);
                }
                JsonToken value = parser.nextToken();
                if (name.equals("partition")
                        && value != JsonToken.VALUE_NULL
                        && (value != JsonToken.VALUE_NUMBER_INT
                                || parser.getNumberType() != JsonParser.NumberType.INT
                                || parser.getIntValue() < 0)) {
                    throw new Refusal(422, "partition is no number from 0 to 2147483647");
                }
                parser.skipChildren();
            }
            token = parser.nextToken();
        }
    }

    private void readSchema(JsonParser parser, String name, JsonToken value) throws IOException {
        boolean isId = name.endsWith("_id");
        if (value != (isId ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_STRING)) {
            throw new Refusal(422, name + (isId ? " is no whole number" : " is no string"));
        }
        switch (name) {
            case "key_schema" -> keySchema = parser.getText();
            case "value_schema" -> valueSchema = parser.getText();
            case "key_schema_id" -> keySchemaId = parser.getIntValue();
            default -> valueSchemaId = parser.getIntValue();
        }
    }

    /** Gives the records in their order. */
    void forEach(Taker taker) throws InterruptedException {
        try (JsonParser parser = Json.MAPPER.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean records = parser.currentName().equals("records");
                parser.nextToken();
                if (!records) {
                    parser.skipChildren();
                    continue;
                }
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    JsonNode each = Json.part(parser);
                    JsonNode partition = each.path("partition");
                    taker.take(
                            each.path("key"),
                            each.path("value"),
                            partition.isNumber() ? partition.asInt() : null);
                }
            }
        } catch (JsonProcessingException malformed) {
            throw malformed(malformed);
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes in memory cannot be read", impossible);
        }
    }

    static Refusal unknown(String name) {
        return new Refusal(
                422,
                "Unrecognized field: " + name.substring(0, Math.min(name.length(), NAME_SHOWN)));
    }

    private static Refusal malformed(JsonProcessingException fault) {
        return new Refusal(
                400,
                "the body is no JSON%s: %s"
                        .formatted(
                                fault.getLocation() == null
                                        ? ""
                                        : " at line %d, column %d"
                                                .formatted(
                                                        fault.getLocation().getLineNr(),
                                                        fault.getLocation().getColumnNr()),
                                fault.getOriginalMessage()));
    }
}
