package naru.schema;

/**
 * That a schema uses another one.
 *
 * @param name how the text names it: an Avro full name, a {@code $ref}, a Protobuf import
 * @param subject where it is registered
 * @param version its version there; -1 is the latest
 */
public record SchemaReference(String name, String subject, int version) {}
