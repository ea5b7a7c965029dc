package naru.schema.json;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.InvalidSchemaException;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where a {@code $ref} leads: the schema itself and those that it references, by the names under
 * which it references them, by their own ids, and by the ids and anchors within them. Nothing is
 * fetched.
 */
final class Documents {
    /** Keywords whose value is data, not schemas. */
    private static final Set<String> DATA = Set.of("enum", "const", "default", "examples");

    private final Map<String, JsonNode> resources = new HashMap<>();
    private final Map<String, JsonNode> anchors = new HashMap<>();
    private final IdentityHashMap<JsonNode, String> bases = new IdentityHashMap<>();
    private final Map<String, Draft> drafts = new HashMap<>();

    /** Makes a text known under a name; the schema itself has the empty name. */
    void add(String name, JsonNode root) {
        Draft draft = Draft.of(root);
        String id = root.path(draft.idKeyword()).asText("");
        String base = id.isEmpty() ? name : withoutFragment(resolve(name, id));
        resources.putIfAbsent(name, root);
        resources.putIfAbsent(base, root);
        drafts.putIfAbsent(base, draft);
        index(root, base, draft);
    }

    private record Open(JsonNode node, String base) {}

    private void index(JsonNode root, String base, Draft draft) {
        Deque<Open> open = new ArrayDeque<>();
        open.add(new Open(root, base));
        while (!open.isEmpty()) {
            Open next = open.remove();
            JsonNode node = next.node();
            if (!(node instanceof ObjectNode object)) {
                node.forEach(element -> open.add(new Open(element, next.base())));
                continue;
            }
            String own = node == root ? base : ownBase(object, next.base(), draft);
            bases.put(object, own);
            for (String keyword : new String[] {"$anchor", "$dynamicAnchor"}) {
                if (object.path(keyword).isTextual()) {
                    anchors.putIfAbsent(own + "#" + object.path(keyword).asText(), object);
                }
            }
            for (Map.Entry<String, JsonNode> property : object.properties()) {
                if (!DATA.contains(property.getKey()) && property.getValue().isContainerNode()) {
                    open.add(new Open(property.getValue(), own));
                }
            }
        }
    }

    private String ownBase(ObjectNode object, String base, Draft draft) {
        JsonNode id = object.path(draft.idKeyword());
        if (!id.isTextual()) {
            return base;
        }
        if (id.asText().startsWith("#")) {
            anchors.putIfAbsent(base + id.asText(), object);
            return base;
        }
        String own = withoutFragment(resolve(base, id.asText()));
        resources.putIfAbsent(own, object);
        drafts.putIfAbsent(own, draft);
        return own;
    }

    /** The draft that holds where the object stands. */
    Draft draft(JsonNode object) {
        return drafts.getOrDefault(bases.getOrDefault(object, ""), Draft.DRAFT_7);
    }

    /**
     * What a reference that stands in the object leads to.
     *
     * @throws InvalidSchemaException if it leads nowhere
     */
    JsonNode target(JsonNode object, String reference) throws InvalidSchemaException {
        String base = bases.getOrDefault(object, "");
        int hash = reference.indexOf('#');
        String path = hash < 0 ? reference : reference.substring(0, hash);
        String fragment = hash < 0 ? "" : reference.substring(hash + 1);
        String resource = path.isEmpty() ? base : resolve(base, path);
        JsonNode root = resources.get(resource);
        if (root == null) {
            resource = path;
            root = resources.get(path);
        }
        if (root == null) {
            throw nowhere(reference);
        }
        return within(root, bases.getOrDefault(root, resource), fragment, reference);
    }

    private JsonNode within(JsonNode root, String base, String fragment, String reference)
            throws InvalidSchemaException {
        if (fragment.isEmpty()) {
            return root;
        }
        JsonNode anchored = anchors.get(base + "#" + fragment);
        if (anchored != null) {
            return anchored;
        }
        try {
            String pointer =
                    URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
            JsonNode target = root.at(JsonPointer.compile(pointer));
            if (!target.isMissingNode()) {
                return target;
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidSchemaException(
                    "$ref '" + reference + "' has a fragment that is no JSON pointer", e);
        }
        throw nowhere(reference);
    }

    private static InvalidSchemaException nowhere(String reference) {
        return new InvalidSchemaException(
                "$ref '"
                        + reference
                        + "' leads nowhere: neither within the schema nor to a reference");
    }

    private static String withoutFragment(String uri) {
        int hash = uri.indexOf('#');
        return hash < 0 ? uri : uri.substring(0, hash);
    }

    /** Names of references need not be URIs; such a one stands for itself. */
    private static String resolve(String base, String reference) {
        try {
            return new URI(base).resolve(new URI(reference)).toString();
        } catch (URISyntaxException e) {
            return reference;
        }
    }
}
