package naru.registry.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.CompatibilityLevel;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * Settings of a subject, a context, or of all, as records and answers have them. What is not set
 * here is not inherited one by one: the nearest level that has settings holds as a whole, except
 * for the level of compatibility.
 *
 * @param tree fields of the API's Config; unknown ones are kept
 */
public record Settings(ObjectNode tree) {
    /** Where nothing is set. */
    public static final Settings DEFAULT =
            new Settings(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("compatibilityLevel", CompatibilityLevel.BACKWARD.name()));

    private static final String LEVEL = "compatibilityLevel";

    public @Nullable CompatibilityLevel level() {
        JsonNode level = tree.get(LEVEL);
        return level == null ? null : CompatibilityLevel.parse(level.asText()).orElse(null);
    }

    /** Whether schemas are normalized though the request does not say so. */
    public boolean normalize() {
        return tree.path("normalize").asBoolean(false);
    }

    /** Whether fields that the metadata reserves are looked for in new schemas. */
    public boolean validateFields() {
        return tree.path("validateFields").asBoolean(false);
    }

    /** The subject that is meant when this one is named, or null for this one. */
    public @Nullable String alias() {
        JsonNode alias = tree.get("alias");
        return alias == null || alias.isNull() || alias.asText().isEmpty() ? null : alias.asText();
    }

    /** The metadata property by whose value versions are compared among themselves only. */
    public @Nullable String compatibilityGroup() {
        JsonNode group = tree.get("compatibilityGroup");
        return group == null || group.isNull() ? null : group.asText();
    }

    public @Nullable ObjectNode part(String name) {
        return RecordFormat.object(tree.get(name));
    }

    /** These settings with those that {@code change} names; null takes one away. */
    public Settings changed(ObjectNode change) {
        ObjectNode changed = tree.deepCopy();
        for (Map.Entry<String, JsonNode> field : change.properties()) {
            if (field.getValue().isNull()) {
                changed.remove(field.getKey());
            } else {
                changed.set(field.getKey(), field.getValue());
            }
        }
        return new Settings(changed);
    }
}
