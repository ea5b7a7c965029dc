package naru.registry.subject;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.registry.store.SchemaContent;
import naru.registry.store.Settings;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Metadata and rules that settings give to every schema: defaults for what the schema does not say,
 * overrides for what it may not say otherwise.
 */
final class Merging {
    private Merging() {}

    static SchemaContent withSettings(SchemaContent content, Settings settings) {
        ObjectNode metadata =
                merged(
                        merged(settings.part("defaultMetadata"), content.metadata()),
                        settings.part("overrideMetadata"));
        ObjectNode rules =
                merged(
                        merged(settings.part("defaultRuleSet"), content.ruleSet()),
                        settings.part("overrideRuleSet"));
        return content.with(metadata, rules);
    }

    /** Both, and the stronger where both say something. */
    private static @Nullable ObjectNode merged(
            @Nullable ObjectNode weaker, @Nullable ObjectNode stronger) {
        if (weaker == null || stronger == null) {
            return weaker == null ? stronger : weaker;
        }
        ObjectNode merged = weaker.deepCopy();
        for (Map.Entry<String, JsonNode> field : stronger.properties()) {
            JsonNode below = merged.get(field.getKey());
            if (below instanceof ObjectNode object && field.getValue() instanceof ObjectNode more) {
                object.setAll(more);
            } else if (below instanceof ArrayNode list
                    && field.getValue() instanceof ArrayNode more) {
                merged.set(field.getKey(), byName(list, more));
            } else {
                merged.set(field.getKey(), field.getValue());
            }
        }
        return merged;
    }

    /** Rules are known by their names, plain values by themselves. */
    private static ArrayNode byName(ArrayNode weaker, ArrayNode stronger) {
        Map<JsonNode, JsonNode> entries = new LinkedHashMap<>();
        for (ArrayNode list : new ArrayNode[] {weaker, stronger}) {
            for (JsonNode entry : list) {
                entries.put(entry.has("name") ? entry.get("name") : entry, entry);
            }
        }
        ArrayNode merged = weaker.arrayNode();
        entries.values().forEach(merged::add);
        return merged;
    }
}
