package naru.registry.schema.protobuf;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.squareup.wire.schema.internal.parser.ProtoParser;

import naru.registry.schema.InvalidSchemaException;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The two files that Confluent's serializers import without saying where they are. */
final class ConfluentFiles {
    private static final String DESCRIPTOR = "google/protobuf/descriptor.proto";

    /** Notes about files, types, fields and values, as options of each. */
    private static final String META =
            """
            syntax = "proto3";
            package confluent;
            import "google/protobuf/descriptor.proto";
            message Meta {
              string doc = 1;
              map<string, string> params = 2;
              repeated string tags = 3;
            }
            extend google.protobuf.FileOptions { Meta file_meta = 1088; }
            extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
            extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
            extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
            extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }
            """;

    /** A number as unscaled bytes with its precision and scale. */
    private static final String DECIMAL =
            """
            syntax = "proto3";
            package confluent.type;
            message Decimal {
              bytes value = 1;
              uint32 precision = 2;
              int32 scale = 3;
            }
            """;

    private ConfluentFiles() {}

    static void addTo(Map<String, FileDescriptor> files) {
        FileDescriptor descriptor = files.get(DESCRIPTOR);
        files.put(
                "confluent/meta.proto",
                link(
                        "confluent/meta.proto",
                        META,
                        descriptor == null ? List.of() : List.of(descriptor)));
        files.put(
                "confluent/type/decimal.proto",
                link("confluent/type/decimal.proto", DECIMAL, List.of()));
    }

    private static FileDescriptor link(String name, String text, List<FileDescriptor> imports) {
        try {
            FileDescriptorProto made =
                    DescriptorMaker.of(
                            ProtoParser.Companion.parse(ElementMaker.NOWHERE, text),
                            name,
                            Set.of(DESCRIPTOR));
            return FileDescriptor.buildFrom(made, imports.toArray(FileDescriptor[]::new));
        } catch (DescriptorValidationException | InvalidSchemaException e) {
            throw new IllegalStateException(name + " is written wrongly", e);
        }
    }
}
