package naru.schema.avro;

import com.fasterxml.jackson.databind.JsonNode;

import naru.schema.InvalidSchemaException;
import naru.schema.SchemaLimits;

import org.apache.avro.Schema;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Holds a parsed schema, with all that it refers to, to the limits; each type is looked at once.
 */
final class AvroShape {
    private static final Set<String> NAMED = Set.of("record", "error", "enum", "fixed");

    private final SchemaLimits limits;
    private final Set<Schema> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Schema> open = new ArrayDeque<>();
    private int types;
    private int fields;
    private long unionFields;
    private int unionBranches;

    private AvroShape(SchemaLimits limits) {
        this.limits = limits;
    }

    /**
     * What makes a comparison costly: each record in a union is compared with each record in the
     * other's.
     *
     * @param fields of the records in all unions
     * @param branches records in the union that has most
     */
    record Unions(long fields, int branches) {}

    static Unions check(Schema schema, SchemaLimits limits) throws InvalidSchemaException {
        AvroShape shape = new AvroShape(limits);
        shape.visit(schema);
        while (!shape.open.isEmpty()) {
            shape.look(shape.open.remove());
        }
        return new Unions(shape.unionFields, shape.unionBranches);
    }

    /** Counts before Avro parses, whose parser takes longer than linear time for types. */
    static void checkText(JsonNode text, SchemaLimits limits) throws InvalidSchemaException {
        int types = 0;
        Deque<JsonNode> open = new ArrayDeque<>();
        open.add(text);
        while (!open.isEmpty()) {
            JsonNode node = open.remove();
            if (NAMED.contains(node.path("type").asText(""))) {
                atMost(++types, limits.types(), "named types");
            }
            node.forEach(open::add);
        }
    }

    private void visit(Schema schema) {
        if (seen.add(schema)) {
            open.add(schema);
        }
    }

    private void look(Schema schema) throws InvalidSchemaException {
        switch (schema.getType()) {
            case RECORD -> {
                named(schema);
                fields += schema.getFields().size();
                atMost(fields, limits.fields(), "fields");
                for (Schema.Field field : schema.getFields()) {
                    name(field.name());
                    visit(field.schema());
                }
            }
            case ENUM -> {
                named(schema);
                List<String> symbols = schema.getEnumSymbols();
                atMost(symbols.size(), limits.symbols(), "symbols in " + schema.getFullName());
                for (String symbol : symbols) {
                    name(symbol);
                }
            }
            case FIXED -> named(schema);
            case ARRAY -> visit(schema.getElementType());
            case MAP -> visit(schema.getValueType());
            case UNION -> {
                atMost(schema.getTypes().size(), limits.branches(), "branches in one union");
                union(schema.getTypes());
            }
            case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
    }

    private void union(List<Schema> branches) {
        int records = 0;
        for (Schema branch : branches) {
            visit(branch);
            if (branch.getType() == Schema.Type.RECORD) {
                records++;
                unionFields += branch.getFields().size();
            }
        }
        unionBranches = Math.max(unionBranches, records);
    }

    private void named(Schema schema) throws InvalidSchemaException {
        atMost(++types, limits.types(), "named types");
        name(schema.getFullName());
    }

    private void name(String name) throws InvalidSchemaException {
        if (name.length() > limits.nameLength()) {
            throw new InvalidSchemaException(
                    "The name %s... has %d characters, more than %d"
                            .formatted(name.substring(0, 40), name.length(), limits.nameLength()));
        }
    }

    private static void atMost(int count, int limit, String what) throws InvalidSchemaException {
        if (count > limit) {
            throw new InvalidSchemaException("The schema has more than " + limit + " " + what);
        }
    }
}
