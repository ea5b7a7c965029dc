package naru.rest.record;

import naru.schema.client.RegisteredSchema;

import org.jspecify.annotations.Nullable;

/**
 * The schema that a key or a value is written with.
 *
 * @param subject under which it is registered; null: none that is known here
 * @param version in that subject
 */
public record ChosenSchema(
        Embedded type,
        RegisteredSchema registered,
        @Nullable String subject,
        @Nullable Integer version) {
    public int id() {
        return registered.id();
    }
}
