package naru.schema.avro;

import naru.schema.Incompatibility;
import naru.schema.InvalidSchemaException;
import naru.schema.ParsedSchema;
import naru.schema.PayloadCheck;
import naru.schema.SchemaFormat;
import naru.schema.SchemaLimits;

import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** An Avro schema. Types that came by a reference appear in its text by name only. */
public final class AvroSchema implements ParsedSchema {
    /** Of fields, in unions of records; Avro keeps a result for each of them. */
    private static final long COMPARISONS = 1_000_000;

    private final Schema schema;
    private final AvroShape.Unions unions;
    private final String canonical;
    private final String normalized;

    /**
     * @param references every named type that came by a reference
     */
    AvroSchema(Schema schema, List<Schema> references, AvroShape.Unions unions, SchemaLimits limits)
            throws InvalidSchemaException {
        this.schema = schema;
        this.unions = unions;
        this.canonical = AvroText.of(schema, references);
        this.normalized = AvroText.normalized(canonical, references, limits);
    }

    public Schema schema() {
        return schema;
    }

    @Override
    public SchemaFormat format() {
        return SchemaFormat.AVRO;
    }

    @Override
    public String canonical() {
        return canonical;
    }

    @Override
    public String normalized() {
        return normalized;
    }

    @Override
    public String formatted(String format) {
        if (!format.equals("resolved")) {
            return canonical;
        }
        try {
            return schema.toString();
        } catch (AvroRuntimeException | StackOverflowError tooDeep) {
            return canonical;
        }
    }

    @Override
    public String name() {
        return schema.getType() == Schema.Type.RECORD ? schema.getFullName() : "";
    }

    @Override
    public Set<String> topLevelFields() {
        Set<String> names = new LinkedHashSet<>();
        if (schema.getType() == Schema.Type.RECORD) {
            schema.getFields().forEach(field -> names.add(field.name()));
        }
        return names;
    }

    @Override
    public List<Incompatibility> differencesFrom(ParsedSchema other) {
        AvroSchema writer = (AvroSchema) other;
        if (writer == this) {
            // What it reads it wrote; and Avro takes quadratic time over one and the same object.
            return List.of();
        }
        if (unions.fields() * writer.unions.branches() > COMPARISONS) {
            return List.of(Incompatibility.TOO_LARGE);
        }
        return SchemaCompatibility.checkReaderWriterCompatibility(schema, writer.schema)
                .getResult()
                .getIncompatibilities()
                .stream()
                .map(AvroSchema::told)
                .toList();
    }

    @Override
    public PayloadCheck payloadCheck() {
        return new AvroPayloadCheck(schema);
    }

    private static Incompatibility told(SchemaCompatibility.Incompatibility found) {
        String path = found.getLocation();
        String detail = found.getMessage();
        return new Incompatibility(
                found.getType().name(),
                path,
                (reader, writer) ->
                        "{errorType:'%s', description:'%s', additionalInfo:'%s'}"
                                .formatted(
                                        found.getType(),
                                        sentence(found.getType(), path, detail, reader, writer),
                                        detail));
    }

    private static String sentence(
            SchemaCompatibility.SchemaIncompatibilityType type,
            String path,
            String detail,
            String reader,
            String writer) {
        return switch (type) {
            case NAME_MISMATCH -> "The name of the schema has changed (path '%s')".formatted(path);
            case FIXED_SIZE_MISMATCH ->
                    "The size of FIXED type field at path '%s' in the %s schema does not match with the %s schema"
                            .formatted(path, reader, writer);
            case MISSING_ENUM_SYMBOLS ->
                    "The %s schema is missing enum symbols '%s' at path '%s' in the %s schema"
                            .formatted(reader, detail, path, writer);
            case READER_FIELD_MISSING_DEFAULT_VALUE ->
                    "The field '%s' at path '%s' in the %s schema has no default value and is missing in the %s schema"
                            .formatted(detail, path, reader, writer);
            case TYPE_MISMATCH ->
                    "The type (path '%s') of a field in the %s schema does not match with the %s schema"
                            .formatted(path, reader, writer);
            case MISSING_UNION_BRANCH ->
                    "The %s schema is missing a type inside a union field at path '%s' in the %s schema"
                            .formatted(reader, path, writer);
        };
    }
}
