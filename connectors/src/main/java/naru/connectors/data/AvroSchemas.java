package naru.connectors.data;

import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Avro's schemas as Connect's, and the other way. */
final class AvroSchemas {
    /** Connect's Decimal has a scale only, Avro's wants a number of digits too. */
    private static final int DIGITS = 64;

    private static final String NAME_PART = "[^A-Za-z0-9_]";

    private AvroSchemas() {}

    static org.apache.kafka.connect.data.Schema connect(Schema avro) {
        return connect(avro, new ArrayDeque<>());
    }

    private static org.apache.kafka.connect.data.Schema connect(Schema avro, Deque<Schema> within) {
        if (avro.getType() == Schema.Type.UNION) {
            return union(avro, within);
        }
        return builder(avro, within).build();
    }

    private static org.apache.kafka.connect.data.Schema union(Schema avro, Deque<Schema> within) {
        List<Schema> others =
                avro.getTypes().stream().filter(one -> one.getType() != Schema.Type.NULL).toList();
        if (others.size() == 1) {
            SchemaBuilder one = builder(others.getFirst(), within);
            return others.size() == avro.getTypes().size() ? one.build() : one.optional().build();
        }
        throw new DataException(
                "a union of several types (%s) has no type in Connect"
                        .formatted(others.stream().map(Schema::getFullName).toList()));
    }

    private static SchemaBuilder builder(Schema avro, Deque<Schema> within) {
        return switch (avro.getType()) {
            case RECORD -> record(avro, within);
            case ARRAY -> SchemaBuilder.array(connect(avro.getElementType(), within));
            case MAP ->
                    SchemaBuilder.map(
                            org.apache.kafka.connect.data.Schema.STRING_SCHEMA,
                            connect(avro.getValueType(), within));
            case ENUM, STRING -> SchemaBuilder.string();
            case BYTES, FIXED ->
                    avro.getLogicalType() instanceof LogicalTypes.Decimal decimal
                            ? Decimal.builder(decimal.getScale())
                            : SchemaBuilder.bytes();
            case INT -> {
                LogicalType type = avro.getLogicalType();
                yield type instanceof LogicalTypes.Date
                        ? Date.builder()
                        : type instanceof LogicalTypes.TimeMillis
                                ? Time.builder()
                                : SchemaBuilder.int32();
            }
            case LONG ->
                    avro.getLogicalType() instanceof LogicalTypes.TimestampMillis
                                    || avro.getLogicalType() instanceof LogicalTypes.TimestampMicros
                            ? Timestamp.builder()
                            : SchemaBuilder.int64();
            case FLOAT -> SchemaBuilder.float32();
            case DOUBLE -> SchemaBuilder.float64();
            case BOOLEAN -> SchemaBuilder.bool();
            case NULL -> SchemaBuilder.string().optional();
            case UNION -> throw new DataException("a union stands where none may: " + avro);
        };
    }

    private static SchemaBuilder record(Schema avro, Deque<Schema> within) {
        if (within.stream().anyMatch(outer -> outer == avro)) {
            throw new DataException(
                    "the record %s contains itself, which has no type in Connect"
                            .formatted(avro.getFullName()));
        }
        within.push(avro);
        SchemaBuilder record = SchemaBuilder.struct().name(avro.getFullName());
        for (Schema.Field field : avro.getFields()) {
            record.field(field.name(), connect(field.schema(), within));
        }
        within.pop();
        return record;
    }

    /**
     * @param name for records that have none of their own
     */
    static Schema avro(org.apache.kafka.connect.data.Schema schema, String name) {
        Schema type = plain(schema, name);
        return schema.isOptional()
                ? Schema.createUnion(Schema.create(Schema.Type.NULL), type)
                : type;
    }

    private static Schema plain(org.apache.kafka.connect.data.Schema schema, String name) {
        return switch (Logical.of(schema)) {
            case DECIMAL ->
                    LogicalTypes.decimal(
                                    Math.max(DIGITS, Logical.scale(schema)), Logical.scale(schema))
                            .addToSchema(Schema.create(Schema.Type.BYTES));
            case DATE -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
            case TIME -> LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT));
            case TIMESTAMP ->
                    LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
            case NONE -> physical(schema, name);
        };
    }

    private static Schema physical(org.apache.kafka.connect.data.Schema schema, String name) {
        return switch (schema.type()) {
            case INT8, INT16, INT32 -> Schema.create(Schema.Type.INT);
            case INT64 -> Schema.create(Schema.Type.LONG);
            case FLOAT32 -> Schema.create(Schema.Type.FLOAT);
            case FLOAT64 -> Schema.create(Schema.Type.DOUBLE);
            case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
            case STRING -> Schema.create(Schema.Type.STRING);
            case BYTES -> Schema.create(Schema.Type.BYTES);
            case ARRAY -> Schema.createArray(avro(schema.valueSchema(), name + "Element"));
            case MAP -> {
                if (schema.keySchema().type() != org.apache.kafka.connect.data.Schema.Type.STRING) {
                    throw new DataException(
                            "a map whose keys are %s has no type in Avro"
                                    .formatted(schema.keySchema().type()));
                }
                yield Schema.createMap(avro(schema.valueSchema(), name + "Value"));
            }
            case STRUCT -> {
                String own = schema.name() == null ? name : schema.name();
                List<Schema.Field> fields = new ArrayList<>();
                for (Field field : schema.fields()) {
                    fields.add(
                            new Schema.Field(
                                    word(field.name()),
                                    avro(field.schema(), word(own + "_" + field.name()))));
                }
                yield Schema.createRecord(fullName(own), null, null, false, fields);
            }
        };
    }

    private static String fullName(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : name.split("\\.", -1)) {
            parts.add(word(part));
        }
        return parts.isEmpty() ? "record" : String.join(".", parts);
    }

    /** Other characters than letters, digits and underscores have no place in Avro's names. */
    static String word(String text) {
        String word = text.replaceAll(NAME_PART, "_");
        return word.isEmpty() || Character.isDigit(word.charAt(0)) ? "_" + word : word;
    }
}
