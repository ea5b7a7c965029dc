package naru.rest.record;

import naru.schema.SchemaFormat;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Optional;

/** How a key or a value stands in a request or an answer. */
public enum Embedded {
    /** Base64. */
    BINARY(null),
    /** Text that is UTF-8 in the log; v3 has it. */
    STRING(null),
    JSON(null),
    AVRO(SchemaFormat.AVRO),
    JSONSCHEMA(SchemaFormat.JSON),
    PROTOBUF(SchemaFormat.PROTOBUF);

    private final @Nullable SchemaFormat format;

    Embedded(@Nullable SchemaFormat format) {
        this.format = format;
    }

    /** Of the schemas that it takes; empty: it takes none. */
    public Optional<SchemaFormat> format() {
        return Optional.ofNullable(format);
    }

    /** As v2 has it in content types: {@code binary}. */
    public String typeName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What v2 knows by this name, written in small letters. */
    public static Optional<Embedded> ofTypeName(String name) {
        for (Embedded each : values()) {
            if (each != STRING && each.typeName().equals(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    static Embedded of(SchemaFormat format) {
        return switch (format) {
            case AVRO -> AVRO;
            case JSON -> JSONSCHEMA;
            case PROTOBUF -> PROTOBUF;
        };
    }
}
