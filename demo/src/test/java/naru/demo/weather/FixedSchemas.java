package naru.demo.weather;

import naru.schema.InvalidSchemaException;
import naru.schema.SchemaLimits;
import naru.schema.SchemaParser;
import naru.schema.client.RegisteredSchema;
import naru.schema.client.SchemaDefinition;
import naru.schema.client.SchemaSource;
import naru.schema.client.SubjectVersion;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** A registry in memory. */
final class FixedSchemas implements SchemaSource {
    private final Map<Integer, RegisteredSchema> schemas = new HashMap<>();
    private final Map<String, SubjectVersion> subjects = new HashMap<>();

    @Override
    public int register(String subject, SchemaDefinition definition, boolean normalize) {
        int id = schemas.size() + 1;
        try {
            RegisteredSchema registered =
                    new RegisteredSchema(
                            id,
                            definition,
                            new SchemaParser(SchemaLimits.DEFAULT)
                                    .parse(definition.format(), definition.text(), Map.of()));
            schemas.put(id, registered);
            subjects.put(subject, new SubjectVersion(subject, 1, registered));
        } catch (InvalidSchemaException broken) {
            throw new IllegalArgumentException(broken);
        }
        return id;
    }

    @Override
    public RegisteredSchema byId(int id, String subject) {
        RegisteredSchema found = schemas.get(id);
        if (found == null) {
            throw new IllegalArgumentException("no schema " + id);
        }
        return found;
    }

    @Override
    public SubjectVersion latest(String subject) {
        SubjectVersion found = subjects.get(subject);
        if (found == null) {
            throw new IllegalArgumentException("no subject " + subject);
        }
        return found;
    }

    @Override
    public RegisteredSchema byGuid(UUID guid) {
        throw new IllegalArgumentException("no schema " + guid);
    }

    @Override
    public Set<String> subjectsOf(int id, String subject) {
        return Set.of();
    }

    @Override
    public SubjectVersion version(String subject, int version) {
        return latest(subject);
    }

    @Override
    public SubjectVersion lookup(String subject, SchemaDefinition definition, boolean normalize) {
        return latest(subject);
    }

    @Override
    public void close() {}
}
