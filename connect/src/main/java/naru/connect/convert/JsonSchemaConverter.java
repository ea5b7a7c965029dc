package naru.connect.convert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;

import naru.http.Json;
import naru.http.Refusal;
import naru.schema.ParsedSchema;
import naru.schema.SchemaFormat;
import naru.schema.client.RegisteredSchema;
import naru.schema.payload.InvalidPayloadException;

import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** Connect's data as JSON with JSON Schemas in the registry. */
public class JsonSchemaConverter extends RegistryConverter<ParsedSchema> implements Versioned {
    /** Decimals may have more digits than a double. */
    private static final ObjectReader EXACT =
            Json.MAPPER.reader().with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private boolean decimalsAsNumbers;
    private boolean checks;
    private boolean optionalWhereNotRequired;

    public JsonSchemaConverter() {
        super(SchemaFormat.JSON);
    }

    @Override
    public String version() {
        return ConverterVersion.OURS;
    }

    @Override
    void configure(Map<String, ?> given) {
        decimalsAsNumbers =
                "NUMERIC".equalsIgnoreCase(ConverterSettings.text(given, "decimal.format"));
        checks = ConverterSettings.flag(given, "json.fail.invalid.schema", false);
        optionalWhereNotRequired =
                ConverterSettings.flag(given, "use.optional.for.nonrequired", false);
    }

    @Override
    boolean writesWithoutSchema() {
        return false;
    }

    @Override
    String text(@Nullable Schema schema, @Nullable Object sample) {
        if (schema == null) {
            throw new DataException("there is no schema");
        }
        return JsonSchemaMaker.of(schema, decimalsAsNumbers).toString();
    }

    @Override
    ParsedSchema writer(ParsedSchema schema, String wanted) {
        return schema;
    }

    @Override
    String recordName(@Nullable Schema schema) {
        return schema == null || schema.name() == null ? "" : schema.name();
    }

    @Override
    byte[] write(ParsedSchema writer, @Nullable Schema schema, Object value) {
        byte[] body = Json.bytes(new JsonValueMaker(decimalsAsNumbers).of(schema, value));
        if (checks) {
            Optional<String> problem = writer.payloadCheck().problem(ByteBuffer.wrap(body));
            if (problem.isPresent()) {
                throw new DataException(problem.get());
            }
        }
        return body;
    }

    @Override
    SchemaAndValue read(RegisteredSchema registered, ByteBuffer body)
            throws InvalidPayloadException {
        if (checks) {
            Optional<String> problem = registered.schema().payloadCheck().problem(body.duplicate());
            if (problem.isPresent()) {
                throw new InvalidPayloadException(problem.get());
            }
        }
        try {
            JsonNode tree = EXACT.readTree(LogicalValues.bytes(body));
            if (tree == null || tree.isMissingNode()) {
                throw new InvalidPayloadException("it is empty, and should be JSON");
            }
            Schema schema =
                    connectSchema(
                            registered,
                            () ->
                                    ConnectSchemaOfJson.of(
                                            registered.definition().text(),
                                            optionalWhereNotRequired));
            return new SchemaAndValue(schema, ConnectValueOfJson.of(schema, tree, ""));
        } catch (Refusal noSchema) {
            throw new InvalidPayloadException(noSchema.message(), noSchema);
        } catch (JsonProcessingException noJson) {
            throw new InvalidPayloadException(
                    "it is no JSON: " + noJson.getOriginalMessage(), noJson);
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes in memory cannot be read", impossible);
        }
    }
}
