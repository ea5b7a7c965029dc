package naru.schema;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/** What a schema is written in; the names are those of {@code schemaType} in the API. */
public enum SchemaFormat {
    AVRO,
    JSON,
    PROTOBUF;

    /**
     * The format that {@code schemaType} names; a request without one means Avro. Empty: unknown.
     */
    public static Optional<SchemaFormat> parse(@Nullable String schemaType) {
        if (schemaType == null) {
            return Optional.of(AVRO);
        }
        for (SchemaFormat format : values()) {
            if (format.name().equals(schemaType)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }
}
