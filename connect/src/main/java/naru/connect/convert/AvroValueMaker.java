package naru.connect.convert;

import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of Connect as Avro's generic data of a given schema, which may be a later one. */
final class AvroValueMaker {
    private final AvroSchemaMaker names;

    AvroValueMaker(AvroSchemaMaker names) {
        this.names = names;
    }

    /**
     * @param path where the value stands, for messages
     */
    @Nullable Object of(Schema avro, @Nullable Object value, String path) {
        return switch (avro.getType()) {
            case UNION -> union(avro, value, path);
            case NULL -> {
                if (value != null) {
                    throw wrong(avro, value, path);
                }
                yield null;
            }
            case RECORD -> record(avro, present(avro, value, path), path);
            case ARRAY -> array(avro, present(avro, value, path), path);
            case MAP -> map(avro, present(avro, value, path), path);
            case ENUM -> new GenericData.EnumSymbol(avro, present(avro, value, path).toString());
            case FIXED ->
                    new GenericData.Fixed(avro, bytes(avro, present(avro, value, path), path));
            case BYTES -> ByteBuffer.wrap(bytes(avro, present(avro, value, path), path));
            case STRING -> present(avro, value, path).toString();
            case INT -> (int) number(avro, present(avro, value, path), path);
            case LONG -> number(avro, present(avro, value, path), path);
            case FLOAT -> fraction(avro, present(avro, value, path), path).floatValue();
            case DOUBLE -> fraction(avro, present(avro, value, path), path).doubleValue();
            case BOOLEAN -> {
                if (value instanceof Boolean truth) {
                    yield truth;
                }
                throw wrong(avro, value, path);
            }
        };
    }

    private static Object present(Schema avro, @Nullable Object value, String path) {
        if (value == null) {
            throw new DataException(
                    "%s is null, and its Avro schema (%s) allows none"
                            .formatted(where(path), avro.getType().getName()));
        }
        return value;
    }

    private static String where(String path) {
        return path.isEmpty() ? "the value" : "the field " + path;
    }

    private static DataException wrong(Schema avro, @Nullable Object value, String path) {
        String found = value == null ? "null" : value.getClass().getSimpleName();
        return new DataException(
                "%s is a %s, and its Avro schema wants %s"
                        .formatted(where(path), found, avro.getType().getName()));
    }

    private @Nullable Object union(Schema avro, @Nullable Object value, String path) {
        Object chosen = value;
        String branchName = null;
        if (value instanceof Struct struct
                && ConfluentNames.AVRO_UNION.equals(struct.schema().name())) {
            chosen = null;
            for (Field field : struct.schema().fields()) {
                if (struct.get(field) != null) {
                    chosen = struct.get(field);
                    branchName = field.name();
                    break;
                }
            }
        }
        DataException last = null;
        for (Schema branch : mostFitting(avro.getTypes(), chosen, branchName)) {
            if ((chosen == null) != (branch.getType() == Schema.Type.NULL)
                    || !named(branch, chosen)) {
                continue;
            }
            try {
                return of(branch, chosen, path);
            } catch (DataException notThisOne) {
                last = notThisOne;
            }
        }
        throw last == null ? wrong(avro, chosen, path) : last;
    }

    /** First the branch that the value names, then those of its own type, then the others. */
    private static List<Schema> mostFitting(
            List<Schema> branches, @Nullable Object value, @Nullable String branchName) {
        List<Schema> fitting = new ArrayList<>(branches);
        fitting.sort(
                Comparator.comparingInt(branch ->
                        ConnectSchemaOfAvro.branchName(branch).equals(branchName)
                                ? 0
                                : isOfItsType(branch, value) ? 1 : 2));
        return fitting;
    }

    /** Whether nothing of the value is lost or changed there. */
    private static boolean isOfItsType(Schema branch, @Nullable Object value) {
        return switch (branch.getType()) {
            case NULL -> value == null;
            case BOOLEAN -> value instanceof Boolean;
            case INT ->
                    value instanceof Byte
                            || value instanceof Short
                            || value instanceof Integer
                            || (LogicalValues.isMoment(value) && branch.getLogicalType() != null);
            case LONG -> value instanceof Long || LogicalValues.isMoment(value);
            case FLOAT -> value instanceof Float;
            case DOUBLE -> value instanceof Double;
            case STRING -> value instanceof CharSequence;
            case ENUM ->
                    value instanceof CharSequence text && branch.hasEnumSymbol(text.toString());
            case BYTES, FIXED ->
                    value instanceof byte[]
                            || value instanceof ByteBuffer
                            || value instanceof BigDecimal;
            case ARRAY -> value instanceof Collection<?>;
            case MAP -> value instanceof Map<?, ?>;
            case RECORD -> value instanceof Struct;
            case UNION -> false;
        };
    }

    /** A record is only of a branch that has its name, where it has one. */
    private static boolean named(Schema branch, @Nullable Object value) {
        return !(value instanceof Struct struct)
                || branch.getType() != Schema.Type.RECORD
                || struct.schema().name() == null
                || struct.schema().name().equals(branch.getFullName())
                || !struct.schema().name().contains(".");
    }

    private Object record(Schema avro, Object value, String path) {
        if (!(value instanceof Struct struct)) {
            throw wrong(avro, value, path);
        }
        GenericData.Record record = new GenericData.Record(avro);
        for (Schema.Field field : avro.getFields()) {
            String at = path.isEmpty() ? field.name() : path + "." + field.name();
            Field own = field(struct, field.name());
            if (own != null) {
                record.put(field.pos(), of(field.schema(), struct.get(own), at));
            } else if (field.hasDefaultValue()) {
                record.put(field.pos(), GenericData.get().getDefaultValue(field));
            } else {
                throw new DataException(
                        "the field %s of the registry's schema has no default and the value has no such field"
                                .formatted(at));
            }
        }
        return record;
    }

    private @Nullable Field field(Struct struct, String name) {
        Field same = struct.schema().field(name);
        if (same != null) {
            return same;
        }
        for (Field each : struct.schema().fields()) {
            if (names.name(each.name()).equals(name)) {
                return each;
            }
        }
        return null;
    }

    private Object array(Schema avro, Object value, String path) {
        List<@Nullable Object> items = new ArrayList<>();
        if (value instanceof Map<?, ?> map) {
            Schema entry = avro.getElementType();
            for (Map.Entry<?, ?> each : map.entrySet()) {
                GenericData.Record record = new GenericData.Record(entry);
                record.put("key", of(entry.getField("key").schema(), each.getKey(), path));
                record.put("value", of(entry.getField("value").schema(), each.getValue(), path));
                items.add(record);
            }
        } else if (value instanceof Collection<?> list) {
            for (Object each : list) {
                items.add(of(avro.getElementType(), each, path + "[]"));
            }
        } else {
            throw wrong(avro, value, path);
        }
        return items;
    }

    private Object map(Schema avro, Object value, String path) {
        if (!(value instanceof Map<?, ?> map)) {
            throw wrong(avro, value, path);
        }
        Map<String, @Nullable Object> made = new LinkedHashMap<>();
        map.forEach((key, each) ->
                made.put(String.valueOf(key), of(avro.getValueType(), each, path + "{}")));
        return made;
    }

    private static byte[] bytes(Schema avro, Object value, String path) {
        return switch (value) {
            case byte[] bytes -> bytes;
            case ByteBuffer buffer -> LogicalValues.bytes(buffer);
            case BigDecimal decimal -> unscaled(avro, decimal, path);
            default -> throw wrong(avro, value, path);
        };
    }

    private static byte[] unscaled(Schema avro, BigDecimal decimal, String path) {
        int scale =
                avro.getObjectProp("scale") instanceof Number told
                        ? told.intValue()
                        : decimal.scale();
        byte[] bytes;
        try {
            bytes = decimal.setScale(scale, RoundingMode.UNNECESSARY).unscaledValue().toByteArray();
        } catch (ArithmeticException tooFine) {
            throw new DataException(
                    "%s is %s, which a decimal of scale %d does not hold"
                            .formatted(where(path), decimal, scale),
                    tooFine);
        }
        if (avro.getType() != Schema.Type.FIXED || bytes.length == avro.getFixedSize()) {
            return bytes;
        }
        byte[] padded = new byte[avro.getFixedSize()];
        java.util.Arrays.fill(padded, (byte) (decimal.signum() < 0 ? -1 : 0));
        if (bytes.length > padded.length) {
            throw new DataException(where(path) + " does not fit into " + padded.length + " bytes");
        }
        System.arraycopy(bytes, 0, padded, padded.length - bytes.length, bytes.length);
        return padded;
    }

    private static long number(Schema avro, Object value, String path) {
        if (LogicalValues.isMoment(value)) {
            long millis = LogicalValues.millis(value);
            String unit = avro.getLogicalType() == null ? "" : avro.getLogicalType().getName();
            return switch (unit) {
                case "date" -> Math.floorDiv(millis, 86_400_000L);
                case "timestamp-micros", "local-timestamp-micros", "time-micros" ->
                        Math.multiplyExact(millis, 1_000L);
                case "timestamp-nanos", "local-timestamp-nanos" ->
                        Math.multiplyExact(millis, 1_000_000L);
                default -> millis;
            };
        }
        boolean whole =
                value instanceof Byte
                        || value instanceof Short
                        || value instanceof Integer
                        || (value instanceof Long && avro.getType() == Schema.Type.LONG);
        if (!whole) {
            throw wrong(avro, value, path);
        }
        return ((Number) value).longValue();
    }

    private static Number fraction(Schema avro, Object value, String path) {
        if (value instanceof Number number && !(value instanceof BigDecimal)) {
            return number;
        }
        throw wrong(avro, value, path);
    }
}
