package naru.schema.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.WireFormat;

import naru.schema.PayloadCheck;
import naru.schema.PayloadFault;
import naru.schema.PayloadReader;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through Protobuf's wire format, and keeps nothing. Before the message stands which one it
 * is: the number of indexes, and each of them, into the messages of the file and then of the
 * message.
 */
final class ProtobufPayloadCheck implements PayloadCheck {
    /** As protobuf's own parsers have it. */
    private static final int DEEPEST = 100;

    private final FileDescriptor file;

    ProtobufPayloadCheck(FileDescriptor file) {
        this.file = file;
    }

    @Override
    public Optional<String> problem(ByteBuffer payload) {
        PayloadReader reader = new PayloadReader(payload, DEEPEST);
        try {
            message(chosen(reader), reader);
            return Optional.empty();
        } catch (PayloadFault fault) {
            return Optional.of(fault.at(reader.path()));
        }
    }

    private Descriptor chosen(PayloadReader reader) {
        long count = reader.readZigzag();
        if (count < 0 || count > DEEPEST) {
            throw new PayloadFault("the message is named by %d indexes".formatted(count));
        }
        Descriptor chosen = at(file.getMessageTypes(), count == 0 ? 0 : reader.readZigzag());
        for (long i = 1; i < count; i++) {
            chosen = at(chosen.getNestedTypes(), reader.readZigzag());
        }
        return chosen;
    }

    private static Descriptor at(List<Descriptor> types, long index) {
        List<Descriptor> messages =
                types.stream().filter(type -> !type.getOptions().getMapEntry()).toList();
        if (index < 0 || index >= messages.size()) {
            throw new PayloadFault(
                    "message %d where the schema has %d".formatted(index, messages.size()));
        }
        return messages.get((int) index);
    }

    private static void message(Descriptor message, PayloadReader reader) {
        reader.deeper();
        Set<Integer> seen = new HashSet<>();
        while (reader.remaining() > 0) {
            int tag = tag(reader);
            if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_END_GROUP) {
                throw new PayloadFault("a group ends that did not begin");
            }
            seen.add(field(message, tag, reader));
        }
        required(message, seen);
        reader.higher();
    }

    private static int tag(PayloadReader reader) {
        long tag = reader.readVarint();
        if (tag != (int) tag || WireFormat.getTagFieldNumber((int) tag) == 0) {
            throw new PayloadFault("no field has the tag " + tag);
        }
        return (int) tag;
    }

    private static int field(Descriptor message, int tag, PayloadReader reader) {
        reader.step();
        int number = WireFormat.getTagFieldNumber(tag);
        int wireType = WireFormat.getTagWireType(tag);
        FieldDescriptor field = message.findFieldByNumber(number);
        if (field == null) {
            reader.enter("field " + number);
            unknown(number, wireType, reader);
        } else {
            reader.enter(field.getName());
            known(field, number, wireType, reader);
        }
        reader.leave();
        return number;
    }

    private static void known(
            FieldDescriptor field, int number, int wireType, PayloadReader reader) {
        int expected = field.getLiteType().getWireType();
        if (wireType != expected) {
            boolean packed = field.isPackable() && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            if (!packed) {
                throw new PayloadFault(
                        "is a %s, but has wire type %d"
                                .formatted(
                                        field.getType().name().toLowerCase(Locale.ROOT), wireType));
            }
            int end = reader.narrow(reader.readVarint());
            while (reader.remaining() > 0) {
                reader.step();
                unknown(number, expected, reader);
            }
            reader.widen(end);
            return;
        }
        switch (field.getType()) {
            case MESSAGE -> {
                int end = reader.narrow(reader.readVarint());
                message(field.getMessageType(), reader);
                reader.widen(end);
            }
            case GROUP -> group(field, number, reader);
            case STRING -> string(field, reader.take(reader.readVarint()));
            case DOUBLE,
                    FLOAT,
                    INT64,
                    UINT64,
                    INT32,
                    FIXED64,
                    FIXED32,
                    BOOL,
                    BYTES,
                    UINT32,
                    ENUM,
                    SFIXED32,
                    SFIXED64,
                    SINT32,
                    SINT64 ->
                    unknown(number, wireType, reader);
        }
    }

    private static void group(FieldDescriptor field, int number, PayloadReader reader) {
        reader.deeper();
        Set<Integer> seen = new HashSet<>();
        while (true) {
            int tag = tag(reader);
            if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_END_GROUP) {
                endOf(number, tag);
                required(field.getMessageType(), seen);
                reader.higher();
                return;
            }
            seen.add(field(field.getMessageType(), tag, reader));
        }
    }

    private static void endOf(int number, int tag) {
        if (WireFormat.getTagFieldNumber(tag) != number) {
            throw new PayloadFault(
                    "group %d ends within it".formatted(WireFormat.getTagFieldNumber(tag)));
        }
    }

    /** Parsers of proto3 refuse a string that is no UTF-8; those of proto2 do not look. */
    private static void string(FieldDescriptor field, ByteBuffer text) {
        if (!field.getFile().toProto().getSyntax().equals("proto3")) {
            return;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(text);
        } catch (CharacterCodingException e) {
            throw new PayloadFault("a string that is not UTF-8");
        }
    }

    /** Skips what nothing is known of. */
    private static void unknown(int number, int wireType, PayloadReader reader) {
        switch (wireType) {
            case WireFormat.WIRETYPE_VARINT -> reader.readVarint();
            case WireFormat.WIRETYPE_FIXED64 -> reader.skip(Long.BYTES);
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> reader.skip(reader.readVarint());
            case WireFormat.WIRETYPE_START_GROUP -> unknownGroup(number, reader);
            case WireFormat.WIRETYPE_FIXED32 -> reader.skip(Integer.BYTES);
            default -> throw new PayloadFault("there is no wire type " + wireType);
        }
    }

    private static void unknownGroup(int number, PayloadReader reader) {
        reader.deeper();
        while (true) {
            reader.step();
            int tag = tag(reader);
            int wireType = WireFormat.getTagWireType(tag);
            if (wireType == WireFormat.WIRETYPE_END_GROUP) {
                endOf(number, tag);
                reader.higher();
                return;
            }
            unknown(WireFormat.getTagFieldNumber(tag), wireType, reader);
        }
    }

    private static void required(Descriptor message, Set<Integer> seen) {
        for (FieldDescriptor field : message.getFields()) {
            if (field.isRequired() && !seen.contains(field.getNumber())) {
                throw new PayloadFault(
                        "the required field %s of %s is missing"
                                .formatted(field.getName(), message.getFullName()));
            }
        }
    }
}
