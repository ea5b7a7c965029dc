package naru.schema.client;

import naru.schema.SchemaFormat;
import naru.schema.SchemaReference;

import java.util.List;

/** A schema as it is registered: its text, and where the names in it that are not its own lead. */
public record SchemaDefinition(SchemaFormat format, String text, List<SchemaReference> references) {
    public SchemaDefinition {
        references = List.copyOf(references);
    }

    public static SchemaDefinition of(SchemaFormat format, String text) {
        return new SchemaDefinition(format, text, List.of());
    }
}
