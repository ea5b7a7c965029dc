package naru.registry.store;

import org.jspecify.annotations.Nullable;

/**
 * A schema as a version of a subject.
 *
 * @param id unique in the context
 * @param deleted softly: it is found only by who asks for deleted ones, and by its id
 * @param guid as the record names it, or null when the content alone says it
 * @param timestampMillis of the record
 */
public record SchemaVersion(
        SubjectName subject,
        int version,
        int id,
        SchemaContent content,
        boolean deleted,
        @Nullable String guid,
        long timestampMillis) {
    public SchemaVersion asDeleted(boolean isDeleted) {
        return new SchemaVersion(subject, version, id, content, isDeleted, guid, timestampMillis);
    }

    public String guidText() {
        return guid == null ? content.guid().toString() : guid;
    }
}
