package naru.connect.convert;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Map;

/** Structs of Connect as messages of a given type, which may be a later one. */
final class ProtobufValueMaker {
    private ProtobufValueMaker() {}

    static DynamicMessage message(Descriptor type, Struct struct, String path) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (Field field : struct.schema().fields()) {
            Object value = struct.get(field);
            if (value == null) {
                continue;
            }
            String at = path.isEmpty() ? field.name() : path + "." + field.name();
            if (isUnion(field)) {
                putUnion(message, type, (Struct) value, at);
            } else {
                put(message, required(type, field.name(), at), value, at);
            }
        }
        return message.build();
    }

    static boolean isUnion(Field field) {
        String name = field.schema().name();
        return name != null && name.startsWith(ConfluentNames.PROTOBUF_UNION);
    }

    private static void putUnion(
            DynamicMessage.Builder message, Descriptor type, Struct union, String path) {
        for (Field branch : union.schema().fields()) {
            Object value = union.get(branch);
            if (value != null) {
                put(message, required(type, branch.name(), path), value, path);
                return;
            }
        }
    }

    private static FieldDescriptor required(Descriptor type, String name, String path) {
        FieldDescriptor field = type.findFieldByName(name);
        if (field == null) {
            field = type.findFieldByName(name.replaceAll("[^A-Za-z0-9_]", "_"));
        }
        if (field == null) {
            throw new DataException(
                    "the registry's message %s has no field %s"
                            .formatted(type.getFullName(), path));
        }
        return field;
    }

    private static void put(
            DynamicMessage.Builder message, FieldDescriptor field, Object value, String path) {
        if (field.isMapField()) {
            if (!(value instanceof Map<?, ?> map)) {
                throw wrong(field, value, path);
            }
            FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
            FieldDescriptor each = field.getMessageType().findFieldByNumber(2);
            map.forEach((name, content) -> {
                if (name != null && content != null) {
                    message.addRepeatedField(
                            field,
                            DynamicMessage.newBuilder(field.getMessageType())
                                    .setField(key, one(key, name, path))
                                    .setField(each, one(each, content, path))
                                    .build());
                }
            });
        } else if (field.isRepeated()) {
            if (!(value instanceof Collection<?> list)) {
                throw wrong(field, value, path);
            }
            for (Object each : list) {
                if (each == null) {
                    throw new DataException(
                            "the list %s has a null, which Protobuf does not hold".formatted(path));
                }
                message.addRepeatedField(field, one(field, each, path + "[]"));
            }
        } else {
            message.setField(field, one(field, value, path));
        }
    }

    private static Object one(FieldDescriptor field, Object value, String path) {
        return switch (field.getJavaType()) {
            case INT -> int32(field, whole(field, value, path), path);
            case LONG -> whole(field, value, path);
            case FLOAT -> fraction(field, value, path).floatValue();
            case DOUBLE -> fraction(field, value, path).doubleValue();
            case BOOLEAN -> value instanceof Boolean truth ? truth : fail(field, value, path);
            case STRING -> value.toString();
            case BYTE_STRING ->
                    switch (value) {
                        case byte[] bytes -> ByteString.copyFrom(bytes);
                        case ByteBuffer buffer -> ByteString.copyFrom(buffer.duplicate());
                        default -> throw wrong(field, value, path);
                    };
            case ENUM -> symbol(field, value, path);
            case MESSAGE -> inner(field.getMessageType(), field, value, path);
        };
    }

    private static Object fail(FieldDescriptor field, Object value, String path) {
        throw wrong(field, value, path);
    }

    private static DataException wrong(FieldDescriptor field, Object value, String path) {
        return new DataException(
                "the field %s is a %s, and its message wants %s"
                        .formatted(path, value.getClass().getSimpleName(), field.getType()));
    }

    private static long whole(FieldDescriptor field, Object value, String path) {
        if (value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw wrong(field, value, path);
    }

    private static int int32(FieldDescriptor field, long number, String path) {
        boolean unsigned =
                field.getType() == FieldDescriptor.Type.UINT32
                        || field.getType() == FieldDescriptor.Type.FIXED32;
        long least = unsigned ? 0 : Integer.MIN_VALUE;
        long most = unsigned ? 0xffff_ffffL : Integer.MAX_VALUE;
        if (number < least || number > most) {
            throw new DataException(
                    "the field %s is %d, which does not fit into its message's %s"
                            .formatted(path, number, field.getType()));
        }
        return (int) number;
    }

    private static Number fraction(FieldDescriptor field, Object value, String path) {
        if (value instanceof Number number && !(value instanceof BigDecimal)) {
            return number;
        }
        throw wrong(field, value, path);
    }

    private static Object symbol(FieldDescriptor field, Object value, String path) {
        EnumValueDescriptor symbol =
                value instanceof Number number
                        ? field.getEnumType().findValueByNumber(number.intValue())
                        : field.getEnumType().findValueByName(value.toString());
        if (symbol == null) {
            throw new DataException(
                    "the field %s is %s, which is no value of %s"
                            .formatted(path, value, field.getEnumType().getFullName()));
        }
        return symbol;
    }

    private static Object inner(Descriptor type, FieldDescriptor field, Object value, String path) {
        if (value instanceof Struct struct) {
            return message(type, struct, path);
        }
        @Nullable DynamicMessage known =
                switch (type.getFullName()) {
                    case ProtobufSchemaMaker.DECIMAL ->
                            value instanceof BigDecimal decimal ? decimal(type, decimal) : null;
                    case ProtobufSchemaMaker.DATE ->
                            LogicalValues.isMoment(value) ? date(type, value) : null;
                    case ProtobufSchemaMaker.TIME ->
                            LogicalValues.isMoment(value) ? time(type, value) : null;
                    case ProtobufSchemaMaker.TIMESTAMP ->
                            LogicalValues.isMoment(value) ? timestamp(type, value) : null;
                    default -> wrapped(type, value, path);
                };
        if (known == null) {
            throw wrong(field, value, path);
        }
        return known;
    }

    private static @Nullable DynamicMessage wrapped(Descriptor type, Object value, String path) {
        boolean wrapper = type.getFile().getName().equals("google/protobuf/wrappers.proto");
        return wrapper
                ? DynamicMessage.newBuilder(type)
                        .setField(
                                type.findFieldByNumber(1),
                                one(type.findFieldByNumber(1), value, path))
                        .build()
                : null;
    }

    private static DynamicMessage decimal(Descriptor type, BigDecimal value) {
        return DynamicMessage.newBuilder(type)
                .setField(
                        type.findFieldByName("value"),
                        ByteString.copyFrom(value.unscaledValue().toByteArray()))
                .setField(type.findFieldByName("precision"), value.precision())
                .setField(type.findFieldByName("scale"), value.scale())
                .build();
    }

    private static DynamicMessage date(Descriptor type, Object value) {
        LocalDate date =
                LocalDate.ofInstant(
                        Instant.ofEpochMilli(LogicalValues.millis(value)), ZoneOffset.UTC);
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("year"), date.getYear())
                .setField(type.findFieldByName("month"), date.getMonthValue())
                .setField(type.findFieldByName("day"), date.getDayOfMonth())
                .build();
    }

    private static DynamicMessage time(Descriptor type, Object value) {
        LocalTime time = LocalTime.ofNanoOfDay(LogicalValues.millis(value) * 1_000_000);
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("hours"), time.getHour())
                .setField(type.findFieldByName("minutes"), time.getMinute())
                .setField(type.findFieldByName("seconds"), time.getSecond())
                .setField(type.findFieldByName("nanos"), time.getNano())
                .build();
    }

    private static DynamicMessage timestamp(Descriptor type, Object value) {
        long millis = LogicalValues.millis(value);
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("seconds"), Math.floorDiv(millis, 1_000L))
                .setField(
                        type.findFieldByName("nanos"),
                        (int) Math.floorMod(millis, 1_000L) * 1_000_000)
                .build();
    }
}
