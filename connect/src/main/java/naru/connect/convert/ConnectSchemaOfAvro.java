package naru.connect.convert;

import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The schema of Connect of an Avro schema. One use each. */
final class ConnectSchemaOfAvro {
    private static final int DEEPEST = 100;

    private final Set<String> open = new HashSet<>();
    private int depth;

    org.apache.kafka.connect.data.Schema of(Schema avro) {
        return of(avro, false, null);
    }

    private org.apache.kafka.connect.data.Schema of(
            Schema avro, boolean optional, Schema.@Nullable Field field) {
        if (++depth > DEEPEST) {
            throw new DataException("the Avro schema is nested deeper than " + DEEPEST);
        }
        try {
            if (avro.getType() == Schema.Type.UNION) {
                return union(avro, field);
            }
            SchemaBuilder builder = builder(avro);
            addMore(builder, avro);
            if (optional) {
                builder.optional();
            }
            if (field != null && field.doc() != null) {
                builder.doc(field.doc());
            }
            addDefault(builder, avro, field);
            return builder.build();
        } finally {
            depth--;
        }
    }

    private static void addDefault(
            SchemaBuilder builder, Schema avro, Schema.@Nullable Field field) {
        if (field == null || !field.hasDefaultValue()) {
            return;
        }
        Object otherwise = field.defaultVal();
        if (otherwise == null || otherwise == JsonProperties.NULL_VALUE) {
            return;
        }
        Object value = org.apache.avro.generic.GenericData.get().getDefaultValue(field);
        builder.defaultValue(ConnectValueOfAvro.of(builder, avro, value));
    }

    private org.apache.kafka.connect.data.Schema union(Schema avro, Schema.@Nullable Field field) {
        boolean nullable = avro.isNullable();
        List<Schema> branches =
                avro.getTypes().stream()
                        .filter(each -> each.getType() != Schema.Type.NULL)
                        .toList();
        if (branches.size() == 1) {
            boolean first = avro.getTypes().getFirst().getType() != Schema.Type.NULL;
            return of(
                    branches.getFirst(), nullable, first || field == null ? field : docOnly(field));
        }
        SchemaBuilder union = SchemaBuilder.struct().name(ConfluentNames.AVRO_UNION);
        for (Schema branch : branches) {
            union.field(branchName(branch), of(branch, true, null));
        }
        return (nullable ? union.optional() : union).build();
    }

    /** A default of null says nothing more than that the field is optional. */
    private static Schema.Field docOnly(Schema.Field field) {
        return new Schema.Field(field.name(), Schema.create(Schema.Type.NULL), field.doc());
    }

    static String branchName(Schema branch) {
        return branch.getType().getName().equals(branch.getName())
                ? branch.getName()
                : branch.getFullName().substring(branch.getFullName().lastIndexOf('.') + 1);
    }

    private SchemaBuilder builder(Schema avro) {
        return switch (avro.getType()) {
            case RECORD -> record(avro);
            case ARRAY -> {
                Schema items = avro.getElementType();
                if (ConfluentNames.AVRO_MAP_ENTRY.equals(
                        items.getProp(ConfluentNames.INTERNAL_TYPE))) {
                    yield SchemaBuilder.map(
                            of(items.getField("key").schema()),
                            of(items.getField("value").schema()));
                }
                yield SchemaBuilder.array(of(items));
            }
            case MAP ->
                    SchemaBuilder.map(
                            org.apache.kafka.connect.data.Schema.STRING_SCHEMA,
                            of(avro.getValueType()));
            case ENUM -> {
                SchemaBuilder made = SchemaBuilder.string();
                made.parameter(ConfluentNames.AVRO_ENUM, avro.getFullName());
                for (String symbol : avro.getEnumSymbols()) {
                    made.parameter(ConfluentNames.AVRO_ENUM + "." + symbol, symbol);
                }
                yield made;
            }
            case FIXED -> {
                SchemaBuilder made = decimalOr(avro);
                made.parameter(ConfluentNames.FIXED_SIZE, String.valueOf(avro.getFixedSize()));
                yield made.name() == null ? made.name(avro.getFullName()) : made;
            }
            case BYTES -> decimalOr(avro);
            case STRING -> SchemaBuilder.string();
            case INT -> integer(avro);
            case LONG ->
                    avro.getLogicalType() instanceof LogicalTypes.TimestampMillis
                            ? Timestamp.builder()
                            : SchemaBuilder.int64();
            case FLOAT -> SchemaBuilder.float32();
            case DOUBLE -> SchemaBuilder.float64();
            case BOOLEAN -> SchemaBuilder.bool();
            case NULL, UNION ->
                    throw new DataException(
                            "Connect has no type for Avro's "
                                    + avro.getType().getName()
                                    + " alone");
        };
    }

    private static SchemaBuilder integer(Schema avro) {
        LogicalType logical = avro.getLogicalType();
        if (logical instanceof LogicalTypes.Date) {
            return Date.builder();
        }
        if (logical instanceof LogicalTypes.TimeMillis) {
            return Time.builder();
        }
        String type = avro.getProp(ConfluentNames.TYPE);
        return switch (type == null ? "int32" : type) {
            case "int8" -> SchemaBuilder.int8();
            case "int16" -> SchemaBuilder.int16();
            default -> SchemaBuilder.int32();
        };
    }

    private static SchemaBuilder decimalOr(Schema avro) {
        if (!(avro.getLogicalType() instanceof LogicalTypes.Decimal decimal)) {
            return SchemaBuilder.bytes();
        }
        SchemaBuilder made = Decimal.builder(decimal.getScale());
        if (decimal.getPrecision() != ConfluentNames.DECIMAL_PRECISION_DEFAULT) {
            made.parameter(
                    ConfluentNames.DECIMAL_PRECISION, String.valueOf(decimal.getPrecision()));
        }
        return made;
    }

    private SchemaBuilder record(Schema avro) {
        String name = avro.getFullName();
        if (!open.add(name)) {
            throw new DataException(
                    "the Avro record " + name + " contains itself, and a schema of Connect cannot");
        }
        SchemaBuilder struct = SchemaBuilder.struct();
        for (Schema.Field field : avro.getFields()) {
            struct.field(field.name(), of(field.schema(), false, field));
        }
        open.remove(name);
        boolean unnamed =
                name.matches(
                        ConfluentNames.AVRO.replace(".", "\\.")
                                + "\\."
                                + ConfluentNames.AVRO_RECORD
                                + "\\d*");
        if (!unnamed) {
            struct.name(name);
        }
        if (avro.getDoc() != null) {
            struct.doc(avro.getDoc());
        }
        return struct;
    }

    private static void addMore(SchemaBuilder builder, Schema avro) {
        String name = avro.getProp(ConfluentNames.NAME);
        if (name != null && builder.name() == null) {
            builder.name(name);
        }
        if (avro.getObjectProp(ConfluentNames.VERSION) instanceof Number version
                && builder.version() == null) {
            builder.version(version.intValue());
        }
        if (avro.getObjectProp(ConfluentNames.PARAMETERS) instanceof Map<?, ?> parameters) {
            parameters.forEach((key, value) -> {
                Map<String, String> known = builder.parameters();
                if (known == null || !known.containsKey(key.toString())) {
                    builder.parameter(key.toString(), String.valueOf(value));
                }
            });
        }
    }
}
