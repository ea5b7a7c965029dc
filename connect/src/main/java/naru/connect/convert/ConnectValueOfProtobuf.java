package naru.connect.convert;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages as structs of Connect, by the schema that {@link ConnectSchemaOfProtobuf} made. */
final class ConnectValueOfProtobuf {
    private ConnectValueOfProtobuf() {}

    static Struct struct(Schema schema, Message message) {
        Struct struct = new Struct(schema);
        for (OneofDescriptor oneof : message.getDescriptorForType().getRealOneofs()) {
            if (message.hasOneof(oneof)) {
                FieldDescriptor chosen = message.getOneofFieldDescriptor(oneof);
                Field field = schema.field(ConnectSchemaOfProtobuf.unionName(oneof));
                Struct union = new Struct(field.schema());
                union.put(chosen.getName(), value(union.schema(), message, chosen));
                struct.put(field, union);
            }
        }
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.getRealContainingOneof() == null) {
                struct.put(field.getName(), value(schema, message, field));
            }
        }
        return struct;
    }

    private static @Nullable Object value(Schema outer, Message message, FieldDescriptor field) {
        Schema schema = outer.field(field.getName()).schema();
        if (!field.isRepeated() && field.hasPresence() && !message.hasField(field)) {
            return null;
        }
        Object value = message.getField(field);
        if (field.isMapField()) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (Object each : (Collection<?>) value) {
                Message entry = (Message) each;
                FieldDescriptor key = entry.getDescriptorForType().findFieldByNumber(1);
                FieldDescriptor content = entry.getDescriptorForType().findFieldByNumber(2);
                map.put(
                        one(schema.keySchema(), entry.getField(key)),
                        one(schema.valueSchema(), entry.getField(content)));
            }
            return map;
        }
        if (field.isRepeated()) {
            List<Object> list = new ArrayList<>();
            for (Object each : (Collection<?>) value) {
                list.add(one(schema.valueSchema(), each));
            }
            return list;
        }
        return one(schema, value);
    }

    private static Object one(Schema schema, Object value) {
        return switch (value) {
            case Integer number ->
                    schema.type() == Schema.Type.INT64
                            ? (Object) Integer.toUnsignedLong(number)
                            : number;
            case ByteString bytes -> bytes.asReadOnlyByteBuffer();
            case EnumValueDescriptor symbol -> symbol.getName();
            case Message message -> inner(schema, message);
            default -> value;
        };
    }

    private static Object inner(Schema schema, Message message) {
        return switch (message.getDescriptorForType().getFullName()) {
            case ProtobufSchemaMaker.DECIMAL -> decimal(message);
            case ProtobufSchemaMaker.DATE -> date(message);
            case ProtobufSchemaMaker.TIME -> time(message);
            case ProtobufSchemaMaker.TIMESTAMP ->
                    LogicalValues.moment(
                            number(message, "seconds") * 1_000
                                    + Math.floorDiv(number(message, "nanos"), 1_000_000L));
            default -> struct(schema, message);
        };
    }

    private static long number(Message message, String name) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        return ((Number) message.getField(field)).longValue();
    }

    private static Object decimal(Message message) {
        FieldDescriptor value = message.getDescriptorForType().findFieldByName("value");
        byte[] bytes = ((ByteString) message.getField(value)).toByteArray();
        BigInteger unscaled = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
        BigDecimal decimal = new BigDecimal(unscaled, Math.toIntExact(number(message, "scale")));
        try {
            return decimal.setScale(
                    ConnectSchemaOfProtobuf.DECIMAL_SCALE, RoundingMode.UNNECESSARY);
        } catch (ArithmeticException tooFine) {
            throw new DataException(
                    "the decimal %s has more than %d digits behind its point"
                            .formatted(decimal, ConnectSchemaOfProtobuf.DECIMAL_SCALE),
                    tooFine);
        }
    }

    private static Object date(Message message) {
        try {
            LocalDate date =
                    LocalDate.of(
                            (int) number(message, "year"),
                            (int) number(message, "month"),
                            (int) number(message, "day"));
            return LogicalValues.date(date.toEpochDay());
        } catch (DateTimeException none) {
            throw new DataException("a google.type.Date that is no day: " + message, none);
        }
    }

    private static Object time(Message message) {
        try {
            LocalTime time =
                    LocalTime.of(
                            (int) number(message, "hours"),
                            (int) number(message, "minutes"),
                            (int) number(message, "seconds"),
                            (int) number(message, "nanos"));
            return LogicalValues.moment(time.toNanoOfDay() / 1_000_000);
        } catch (DateTimeException none) {
            throw new DataException("a google.type.TimeOfDay that is no time: " + message, none);
        }
    }
}
