package naru.registry.subject;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.registry.store.SchemaContent;
import naru.registry.store.SchemaVersion;
import naru.registry.store.Settings;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Metadata and rules that a schema gets without naming them: those of the version before it, and
 * what settings give to every schema: defaults for what the schema does not say, overrides for what
 * it may not say otherwise.
 */
final class Merging {
    /** The property of metadata in which a version keeps its own number. */
    static final String VERSION = "confluent:version";

    private static final String PROPERTIES = "properties";

    private Merging() {}

    /**
     * @param previous the newest version, or null if there is none
     */
    static SchemaContent inherited(
            SchemaContent content, @Nullable SchemaVersion previous, Settings settings) {
        ObjectNode metadata = content.metadata();
        ObjectNode rules = content.ruleSet();
        if (previous != null) {
            metadata = metadata == null ? previous.content().metadata() : metadata;
            rules = rules == null ? previous.content().ruleSet() : rules;
        }
        return content.with(
                merged(
                        merged(settings.part("defaultMetadata"), metadata),
                        settings.part("overrideMetadata")),
                merged(
                        merged(settings.part("defaultRuleSet"), rules),
                        settings.part("overrideRuleSet")));
    }

    /** The content whose metadata names the version's number. */
    static SchemaContent numbered(SchemaContent content, int version) {
        ObjectNode metadata =
                content.metadata() == null
                        ? JsonNodeFactory.instance.objectNode()
                        : content.metadata().deepCopy();
        metadata.withObject("/" + PROPERTIES).put(VERSION, String.valueOf(version));
        return content.with(metadata, content.ruleSet());
    }

    /** The number that metadata names, or null. */
    static @Nullable String number(SchemaContent content) {
        return property(content, VERSION);
    }

    static @Nullable String property(SchemaContent content, String name) {
        return content.metadata() == null
                ? null
                : content.metadata().path(PROPERTIES).path(name).asText(null);
    }

    /** Metadata without the number and without what is empty, so that it can be compared. */
    static ObjectNode essence(@Nullable ObjectNode metadata) {
        ObjectNode essence = JsonNodeFactory.instance.objectNode();
        if (metadata == null) {
            return essence;
        }
        for (Map.Entry<String, JsonNode> field : metadata.properties()) {
            JsonNode value = field.getValue();
            if (value instanceof ObjectNode object && field.getKey().equals(PROPERTIES)) {
                value = object.deepCopy().without(VERSION);
            }
            if (!value.isNull() && !(value.isContainerNode() && value.isEmpty())) {
                essence.set(field.getKey(), value);
            }
        }
        return essence;
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
