package naru.schema.client;

/** A schema as a version of a subject. */
public record SubjectVersion(String subject, int version, RegisteredSchema registered) {}
