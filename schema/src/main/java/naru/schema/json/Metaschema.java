package naru.schema.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;

import naru.schema.InvalidSchemaException;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Whether a schema is one by the rules of its own draft, as the draft's metaschema has them. */
final class Metaschema {
    private static final Map<Draft, Schema> SCHEMAS = new EnumMap<>(Draft.class);

    /**
     * What a format means differs between libraries; a text that is none is no fault of a schema.
     */
    private static final SchemaRegistryConfig LENIENT =
            SchemaRegistryConfig.builder().formatAssertionsEnabled(false).build();

    private Metaschema() {}

    static void check(JsonNode schema, Draft draft) throws InvalidSchemaException {
        List<Error> errors = of(draft).validate(schema);
        if (!errors.isEmpty()) {
            Error first = errors.getFirst();
            throw new InvalidSchemaException(
                    "Not a schema of %s: at '%s' %s"
                            .formatted(
                                    draft.title(),
                                    first.getInstanceLocation(),
                                    first.getMessage()));
        }
    }

    static SpecificationVersion version(Draft draft) {
        return switch (draft) {
            case DRAFT_4 -> SpecificationVersion.DRAFT_4;
            case DRAFT_6 -> SpecificationVersion.DRAFT_6;
            case DRAFT_7 -> SpecificationVersion.DRAFT_7;
            case DRAFT_2019_09 -> SpecificationVersion.DRAFT_2019_09;
            case DRAFT_2020_12 -> SpecificationVersion.DRAFT_2020_12;
        };
    }

    private static Schema of(Draft draft) {
        synchronized (SCHEMAS) {
            return SCHEMAS.computeIfAbsent(
                    draft,
                    unknown -> {
                        SpecificationVersion version = version(unknown);
                        Schema schema =
                                SchemaRegistry.withDefaultDialect(
                                                version,
                                                builder -> builder.schemaRegistryConfig(LENIENT))
                                        .getSchema(SchemaLocation.of(version.getDialectId()));
                        schema.initializeValidators();
                        return schema;
                    });
        }
    }
}
