package naru.rest.record;

import org.jspecify.annotations.Nullable;

/** What a request says of the schema of a key or a value. */
public record SchemaWish(
        @Nullable Embedded type,
        @Nullable String subject,
        @Nullable NamingStrategy strategy,
        @Nullable Integer id,
        @Nullable Integer version,
        @Nullable String text) {
    /** Of a format, and nothing else. */
    public static SchemaWish of(Embedded type) {
        return new SchemaWish(type, null, null, null, null, null);
    }

    public SchemaWish withId(int schemaId) {
        return new SchemaWish(type, subject, strategy, schemaId, version, text);
    }

    public SchemaWish withText(String schema) {
        return new SchemaWish(type, subject, strategy, id, version, schema);
    }

    /** Whether it speaks of a schema at all. */
    boolean needsSchema() {
        return type == null || type.format().isPresent();
    }
}
