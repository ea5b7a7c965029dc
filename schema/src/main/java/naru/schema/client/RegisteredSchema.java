package naru.schema.client;

import naru.schema.ParsedSchema;

/** A schema that the registry has under an id, parsed with all that it refers to. */
public record RegisteredSchema(int id, SchemaDefinition definition, ParsedSchema schema) {}
