package naru.schema.protobuf;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ProtoParser;

import naru.schema.InvalidSchemaException;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Files that every schema may import without a reference, since serializers do not register them:
 * those that come with Protobuf, Google's common types, and Confluent's own.
 */
final class CommonFiles {
    private static final List<FileDescriptor> OF_PROTOBUF =
            List.of(
                    AnyProto.getDescriptor(),
                    ApiProto.getDescriptor(),
                    DescriptorProtos.getDescriptor(),
                    DurationProto.getDescriptor(),
                    EmptyProto.getDescriptor(),
                    FieldMaskProto.getDescriptor(),
                    SourceContextProto.getDescriptor(),
                    StructProto.getDescriptor(),
                    TimestampProto.getDescriptor(),
                    TypeProto.getDescriptor(),
                    WrappersProto.getDescriptor());

    private static final List<String> BESIDE_THIS_CLASS =
            List.of(
                    "confluent/meta.proto",
                    "confluent/type/decimal.proto",
                    "google/type/calendar_period.proto",
                    "google/type/color.proto",
                    "google/type/date.proto",
                    "google/type/datetime.proto",
                    "google/type/dayofweek.proto",
                    "google/type/decimal.proto",
                    "google/type/expr.proto",
                    "google/type/fraction.proto",
                    "google/type/interval.proto",
                    "google/type/latlng.proto",
                    "google/type/money.proto",
                    "google/type/month.proto",
                    "google/type/postal_address.proto",
                    "google/type/quaternion.proto",
                    "google/type/timeofday.proto");

    /** By the name under which they are imported. */
    static final Map<String, FileDescriptor> ALL = all();

    private CommonFiles() {}

    private static Map<String, FileDescriptor> all() {
        Map<String, FileDescriptor> files = new HashMap<>();
        OF_PROTOBUF.forEach(file -> files.put(file.getName(), file));
        Map<String, FileDescriptor> ofProtobuf = Map.copyOf(files);
        BESIDE_THIS_CLASS.forEach(name -> files.put(name, link(name, ofProtobuf)));
        return Map.copyOf(files);
    }

    private static FileDescriptor link(String name, Map<String, FileDescriptor> available) {
        try (InputStream stream =
                Objects.requireNonNull(CommonFiles.class.getResourceAsStream(name), name)) {
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            ProtoFileElement file = ProtoParser.Companion.parse(ElementMaker.NOWHERE, text);
            FileDescriptor[] imports =
                    file.getImports().stream().map(available::get).toArray(FileDescriptor[]::new);
            return FileDescriptor.buildFrom(
                    DescriptorMaker.of(file, name, available.keySet()), imports);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (DescriptorValidationException | InvalidSchemaException e) {
            throw new IllegalStateException(name + " is written wrongly", e);
        }
    }
}
