package naru.schema.avro;

import naru.schema.BoundedJson;
import naru.schema.InvalidSchemaException;
import naru.schema.SchemaLimits;

import org.apache.avro.Schema;

import java.util.List;
import java.util.Map;

/** Makes Avro schemas of texts. */
public final class AvroParser {
    private AvroParser() {}

    /**
     * Parses the text with the types of the references known by name.
     *
     * @param isNew whether defaults that do not fit their field are refused
     */
    public static AvroSchema parse(
            String text, Map<String, String> references, SchemaLimits limits, boolean isNew)
            throws InvalidSchemaException {
        Schema.Parser parser = new Schema.Parser();
        for (Map.Entry<String, String> reference : references.entrySet()) {
            try {
                parse(parser, reference.getValue(), limits, false);
            } catch (InvalidSchemaException e) {
                throw new InvalidSchemaException(
                        "Reference " + reference.getKey() + ": " + e.getMessage(), e);
            }
        }
        List<Schema> known = List.copyOf(parser.getTypes().values());
        Schema schema = parse(parser, text, limits, isNew);
        AvroShape.Unions unions = AvroShape.check(schema, limits);
        try {
            return new AvroSchema(schema, known, unions, limits);
        } catch (RuntimeException e) {
            throw new InvalidSchemaException(
                    "The schema cannot be written out: " + e.getMessage(), e);
        }
    }

    private static Schema parse(
            Schema.Parser parser, String text, SchemaLimits limits, boolean isNew)
            throws InvalidSchemaException {
        AvroShape.checkText(BoundedJson.readWithComments(text, limits), limits);
        try {
            return parser.setValidateDefaults(isNew).parse(text);
        } catch (RuntimeException e) {
            // Avro's parser has no common exception for what it does not take.
            throw new InvalidSchemaException("Not an Avro schema: " + e.getMessage(), e);
        }
    }
}
