package naru.schema.json;

import com.fasterxml.jackson.databind.JsonNode;

/** The drafts of JSON Schema, oldest first. */
enum Draft {
    DRAFT_4("draft-04"),
    DRAFT_6("draft-06"),
    DRAFT_7("draft-07"),
    DRAFT_2019_09("draft/2019-09"),
    DRAFT_2020_12("draft/2020-12");

    private final String mark;

    Draft(String mark) {
        this.mark = mark;
    }

    /** The draft that {@code $schema} names; draft 7 where there is none, or none that is known. */
    static Draft of(JsonNode schema) {
        String uri = schema.path("$schema").asText("");
        for (Draft draft : values()) {
            if (uri.contains("json-schema.org/" + draft.mark)) {
                return draft;
            }
        }
        return DRAFT_7;
    }

    String title() {
        return mark.replace('/', ' ');
    }

    /** Whether keywords beside {@code $ref} count. */
    boolean referenceHasSiblings() {
        return compareTo(DRAFT_2019_09) >= 0;
    }

    /** Whether the first elements of an array are described by {@code prefixItems}. */
    boolean hasPrefixItems() {
        return this == DRAFT_2020_12;
    }

    /** The keyword by which a schema says its own URI. */
    String idKeyword() {
        return this == DRAFT_4 ? "id" : "$id";
    }
}
