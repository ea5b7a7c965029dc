package naru.schema.payload;

import java.util.UUID;

/** How a payload names its schema. */
public sealed interface SchemaId {
    /** The registry's number within a context. */
    record Numbered(int id) implements SchemaId {
        @Override
        public String toString() {
            return "id " + id;
        }
    }

    /** The globally unique id. */
    record Unique(UUID guid) implements SchemaId {
        @Override
        public String toString() {
            return "guid " + guid;
        }
    }
}
