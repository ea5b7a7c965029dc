package naru.schema.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What changed from a writer's Protobuf schema to a reader's. Messages are told apart by name,
 * fields by number. Types of other files are looked at where a field has them, each pair once. Used
 * by one thread, once.
 */
final class ProtobufChanges {
    private static final int TOLD = 1_000;

    private final ProtobufSchema writer;
    private final ProtobufSchema reader;
    private final List<Finding> found = new ArrayList<>();
    private final Map<Pair, Boolean> foreign = new HashMap<>();
    private boolean compatible = true;

    private ProtobufChanges(ProtobufSchema writer, ProtobufSchema reader) {
        this.writer = writer;
        this.reader = reader;
    }

    /** A change, and where. */
    record Finding(ProtobufChange change, String path) {
        @Override
        public String toString() {
            return change + " " + path;
        }
    }

    private record Pair(Descriptor writer, Descriptor reader) {}

    /** The label and the type of a field, or of a part of a map. */
    private record Typed(@Nullable String label, FieldDescriptor field) {}

    static List<Finding> between(ProtobufSchema writer, ProtobufSchema reader) {
        ProtobufChanges changes = new ProtobufChanges(writer, reader);
        FileDescriptor before = writer.file();
        FileDescriptor after = reader.file();
        if (!before.getPackage().equals(after.getPackage())) {
            changes.add(ProtobufChange.PACKAGE_CHANGED, "#/");
        }
        changes.messages(before.getMessageTypes(), after.getMessageTypes(), "#");
        changes.enumerations(before.getEnumTypes(), after.getEnumTypes(), "#");
        return changes.found;
    }

    private void add(ProtobufChange change, String path) {
        compatible &= change.compatible();
        if (found.size() < TOLD || !change.compatible()) {
            found.add(new Finding(change, path));
        }
    }

    private void messages(List<Descriptor> before, List<Descriptor> after, String path) {
        List<Descriptor> written = withoutEntries(before);
        List<Descriptor> read = withoutEntries(after);
        Map<String, Integer> places = places(written);
        Map<String, Integer> newPlaces = places(read);
        for (String name : all(places.keySet(), newPlaces.keySet())) {
            Integer place = places.get(name);
            Integer newPlace = newPlaces.get(name);
            String at = path + "/" + name;
            if (newPlace == null) {
                add(ProtobufChange.MESSAGE_REMOVED, at);
            } else if (place == null) {
                add(ProtobufChange.MESSAGE_ADDED, at);
            } else {
                message(written.get(place), read.get(newPlace), at);
                if (!place.equals(newPlace)) {
                    add(ProtobufChange.MESSAGE_MOVED, at);
                }
            }
        }
    }

    private static List<Descriptor> withoutEntries(List<Descriptor> messages) {
        return messages.stream().filter(type -> !type.getOptions().getMapEntry()).toList();
    }

    private static Map<String, Integer> places(List<Descriptor> messages) {
        Map<String, Integer> places = new HashMap<>();
        for (Descriptor message : messages) {
            places.put(message.getName(), places.size());
        }
        return places;
    }

    private static <T extends Comparable<T>> Set<T> all(Set<T> first, Set<T> second) {
        Set<T> all = new TreeSet<>(first);
        all.addAll(second);
        return all;
    }

    private void message(Descriptor before, Descriptor after, String path) {
        Map<Integer, FieldDescriptor> fields = outsideOneOfs(before);
        movedIntoOneOfs(fields, before, after, path);
        oneOfs(before, after, path);
        Map<Integer, FieldDescriptor> newFields = outsideOneOfs(after);
        for (int number : all(fields.keySet(), newFields.keySet())) {
            FieldDescriptor field = fields.get(number);
            FieldDescriptor newField = newFields.get(number);
            String at = path + "/" + number;
            if (newField == null) {
                add(
                        Objects.requireNonNull(field).isRequired()
                                ? ProtobufChange.REQUIRED_FIELD_REMOVED
                                : ProtobufChange.FIELD_REMOVED,
                        at);
            } else if (field == null) {
                add(
                        newField.isRequired()
                                ? ProtobufChange.REQUIRED_FIELD_ADDED
                                : ProtobufChange.FIELD_ADDED,
                        at);
            } else {
                field(field, newField, at);
            }
        }
        messages(before.getNestedTypes(), after.getNestedTypes(), path);
        enumerations(before.getEnumTypes(), after.getEnumTypes(), path);
    }

    private static Map<Integer, FieldDescriptor> outsideOneOfs(Descriptor message) {
        Map<Integer, FieldDescriptor> fields = new TreeMap<>();
        for (FieldDescriptor field : message.getFields()) {
            if (field.getRealContainingOneof() == null) {
                fields.put(field.getNumber(), field);
            }
        }
        return fields;
    }

    /** At most one field that was set beside others may be set instead of others. */
    private void movedIntoOneOfs(
            Map<Integer, FieldDescriptor> fields,
            Descriptor before,
            Descriptor after,
            String path) {
        for (OneofDescriptor oneOf : after.getRealOneofs()) {
            int moved = 0;
            int there = 0;
            for (FieldDescriptor field : oneOf.getFields()) {
                FieldDescriptor old = before.findFieldByNumber(field.getNumber());
                if (fields.remove(field.getNumber()) != null) {
                    moved++;
                } else if (old != null && old.getRealContainingOneof() != null) {
                    there++;
                }
            }
            String at = path + "/" + oneOf.getName();
            if (moved > 1) {
                add(ProtobufChange.MULTIPLE_FIELDS_MOVED_TO_ONEOF, at);
            } else if (moved == 1 && there > 0) {
                add(ProtobufChange.FIELD_MOVED_TO_EXISTING_ONEOF, at);
            }
        }
    }

    private void oneOfs(Descriptor before, Descriptor after, String path) {
        Map<String, OneofDescriptor> written =
                byKey(before.getRealOneofs(), OneofDescriptor::getName);
        Map<String, OneofDescriptor> read = byKey(after.getRealOneofs(), OneofDescriptor::getName);
        for (String name : all(written.keySet(), read.keySet())) {
            OneofDescriptor old = written.get(name);
            OneofDescriptor now = read.get(name);
            String at = path + "/" + name;
            if (now == null) {
                add(ProtobufChange.ONEOF_REMOVED, at);
            } else if (old == null) {
                add(ProtobufChange.ONEOF_ADDED, at);
            } else {
                oneOf(old, now, at);
            }
        }
    }

    private void oneOf(OneofDescriptor before, OneofDescriptor after, String path) {
        Map<Integer, FieldDescriptor> written =
                byKey(before.getFields(), FieldDescriptor::getNumber);
        Map<Integer, FieldDescriptor> read = byKey(after.getFields(), FieldDescriptor::getNumber);
        for (int number : all(written.keySet(), read.keySet())) {
            FieldDescriptor old = written.get(number);
            FieldDescriptor now = read.get(number);
            String at = path + "/" + number;
            if (now == null) {
                add(ProtobufChange.ONEOF_FIELD_REMOVED, at);
            } else if (old == null) {
                add(ProtobufChange.ONEOF_FIELD_ADDED, at);
            } else {
                field(old, now, at);
            }
        }
    }

    private static <K, T> Map<K, T> byKey(List<T> elements, Function<T, K> key) {
        Map<K, T> map = new HashMap<>();
        elements.forEach(element -> map.put(key.apply(element), element));
        return map;
    }

    private void field(FieldDescriptor before, FieldDescriptor after, String path) {
        if (!before.getName().equals(after.getName())) {
            add(ProtobufChange.FIELD_NAME_CHANGED, path);
        }
        types(new Typed(label(before), before), new Typed(label(after), after), path);
    }

    /** The label that was written; null if none was. */
    private static @Nullable String label(FieldDescriptor field) {
        if (field.getRealContainingOneof() != null || field.isMapField()) {
            return null;
        }
        if (field.isRepeated()) {
            return "repeated";
        }
        boolean proto3 = field.getFile().toProto().getSyntax().equals("proto3");
        if (proto3 && !field.toProto().getProto3Optional()) {
            return null;
        }
        return field.isRequired() ? "required" : "optional";
    }

    private void types(Typed before, Typed after, String path) {
        FieldDescriptor old = before.field();
        FieldDescriptor now = after.field();
        boolean message = old.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        boolean newMessage = now.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        if (message != newMessage || old.isMapField() != now.isMapField()) {
            add(ProtobufChange.FIELD_KIND_CHANGED, path);
        } else if (old.isMapField()) {
            for (int part = 1; part <= 2; part++) {
                types(
                        new Typed(null, old.getMessageType().findFieldByNumber(part)),
                        new Typed(null, now.getMessageType().findFieldByNumber(part)),
                        path);
            }
        } else if (message) {
            namedTypes(old.getMessageType(), now.getMessageType(), path);
        } else {
            scalars(before, after, path);
        }
    }

    private void scalars(Typed before, Typed after, String path) {
        ScalarKind kind = ScalarKind.of(before.field());
        if (kind != ScalarKind.of(after.field())) {
            add(ProtobufChange.FIELD_SCALAR_KIND_CHANGED, path);
        } else if (before.label() != null
                && after.label() != null
                && !before.label().equals(after.label())) {
            add(
                    kind == ScalarKind.STRING_OR_BYTES
                            ? ProtobufChange.FIELD_STRING_OR_BYTES_LABEL_CHANGED
                            : ProtobufChange.FIELD_NUMERIC_LABEL_CHANGED,
                    path);
        }
    }

    /** Scalars of one kind are the same bytes. */
    private enum ScalarKind {
        GENERAL_NUMBER,
        SIGNED_NUMBER,
        STRING_OR_BYTES,
        FIXED32,
        FIXED64,
        FLOAT,
        DOUBLE;

        static ScalarKind of(FieldDescriptor field) {
            return switch (field.getType()) {
                case INT32, INT64, UINT32, UINT64, BOOL, ENUM -> GENERAL_NUMBER;
                case SINT32, SINT64 -> SIGNED_NUMBER;
                case STRING, BYTES, MESSAGE, GROUP -> STRING_OR_BYTES;
                case FIXED32, SFIXED32 -> FIXED32;
                case FIXED64, SFIXED64 -> FIXED64;
                case FLOAT -> FLOAT;
                case DOUBLE -> DOUBLE;
            };
        }
    }

    private void namedTypes(Descriptor before, Descriptor after, String path) {
        String name = nameInFile(before);
        if (!name.equals(nameInFile(after))) {
            add(ProtobufChange.FIELD_NAMED_TYPE_CHANGED, path);
        } else if (!ofTheSameFile(before, after) && !foreignTypes(before, after, name)) {
            add(ProtobufChange.FIELD_NAMED_TYPE_CHANGED, path);
        }
    }

    private static String nameInFile(Descriptor message) {
        String name = message.getFullName();
        String file = message.getFile().getPackage();
        return file.isEmpty() ? name : name.substring(file.length() + 1);
    }

    /** Types of the schemas themselves are compared where they stand. */
    private boolean ofTheSameFile(Descriptor before, Descriptor after) {
        boolean own = before.getFile() == writer.file();
        boolean newOwn = after.getFile() == reader.file();
        if (own || newOwn) {
            return own && newOwn;
        }
        String name = before.getFile().getName();
        return name.equals(after.getFile().getName())
                && Objects.equals(writer.references().get(name), reader.references().get(name));
    }

    /** Whether a type of another file can be read as its counterpart; told at its own name. */
    private boolean foreignTypes(Descriptor before, Descriptor after, String name) {
        Pair pair = new Pair(before, after);
        Boolean known = foreign.get(pair);
        if (known != null) {
            return known;
        }
        foreign.put(pair, true);
        boolean outside = compatible;
        compatible = true;
        message(before, after, "#/" + name.replace('.', '/'));
        boolean fits = compatible;
        compatible = outside && fits;
        foreign.put(pair, fits);
        return fits;
    }

    private void enumerations(
            List<EnumDescriptor> before, List<EnumDescriptor> after, String path) {
        Map<String, EnumDescriptor> written = byKey(before, EnumDescriptor::getName);
        Map<String, EnumDescriptor> read = byKey(after, EnumDescriptor::getName);
        for (String name : all(written.keySet(), read.keySet())) {
            EnumDescriptor old = written.get(name);
            EnumDescriptor now = read.get(name);
            String at = path + "/" + name;
            if (now == null) {
                add(ProtobufChange.ENUM_REMOVED, at);
            } else if (old == null) {
                add(ProtobufChange.ENUM_ADDED, at);
            } else {
                constants(old, now, at);
            }
        }
    }

    private void constants(EnumDescriptor before, EnumDescriptor after, String path) {
        Map<Integer, EnumValueDescriptor> written =
                byKey(before.getValues(), EnumValueDescriptor::getNumber);
        Map<Integer, EnumValueDescriptor> read =
                byKey(after.getValues(), EnumValueDescriptor::getNumber);
        for (int number : all(written.keySet(), read.keySet())) {
            EnumValueDescriptor old = written.get(number);
            EnumValueDescriptor now = read.get(number);
            String at = path + "/" + number;
            if (now == null) {
                add(ProtobufChange.ENUM_CONST_REMOVED, at);
            } else if (old == null) {
                add(ProtobufChange.ENUM_CONST_ADDED, at);
            } else if (!old.getName().equals(now.getName())) {
                add(ProtobufChange.ENUM_CONST_CHANGED, at);
            }
        }
    }
}
