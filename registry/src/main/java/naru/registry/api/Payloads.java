package naru.registry.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Refusal;
import naru.registry.store.RecordFormat;
import naru.registry.store.SchemaContent;
import naru.registry.store.SchemaVersion;
import naru.registry.store.SubjectName;
import naru.schema.SchemaFormat;
import naru.schema.SchemaReference;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Answers of the API, in the type and the shape that the client asked for. */
final class Payloads {
    private static final String PREFERRED = "application/vnd.schemaregistry.v1+json";
    private static final List<String> SERVED =
            List.of(PREFERRED, "application/vnd.schemaregistry+json", "application/json");

    private static final int LISTED_MOST = 20_000;

    /** A client that sends it takes fields that were added to the API later. */
    private static final String MORE_FIELDS = "Confluent-Accept-Unknown-Properties";

    private Payloads() {}

    static Answer ok(Call call, Object tree) {
        return Answer.json(200, type(call::header), tree);
    }

    /** A schema's text alone. */
    static Answer text(Call call, String schema) {
        return Answer.text(200, type(call::header), schema);
    }

    static Answer refusal(Call.Headers headers, Refusal refusal) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("error_code", refusal.code()).put("message", refusal.message());
        return Answer.json(refusal.status(), type(headers), body);
    }

    /** The type of the answer; of a refusal, whatever is accepted, the preferred one. */
    private static String type(Call.Headers headers) {
        String accept = headers.first("Accept");
        return accept == null || accept.isBlank()
                ? PREFERRED
                : MediaRanges.best(accept, SERVED).orElse(PREFERRED);
    }

    /**
     * @throws Refusal 406 when the client takes none of the API's types
     */
    static void checkAccept(Call call) {
        String accept = call.header("Accept");
        if (accept != null && !accept.isBlank() && MediaRanges.best(accept, SERVED).isEmpty()) {
            throw new Refusal(406, 406, "HTTP 406 Not Acceptable: ask for " + PREFERRED);
        }
    }

    /**
     * @throws Refusal 415 when the body is of a type that is none of the API's
     */
    static void checkType(Call call) {
        String given = call.header("Content-Type");
        if (given == null) {
            return;
        }
        String type = given.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!SERVED.contains(type) && !type.equals("application/octet-stream")) {
            throw new Refusal(
                    415, 415, "HTTP 415 Unsupported Media Type: " + type + "; send " + PREFERRED);
        }
    }

    static boolean wantsMore(Call call) {
        return Boolean.parseBoolean(call.header(MORE_FIELDS));
    }

    /** A version as most resources answer it. */
    static ObjectNode version(Call call, SchemaVersion version, String text) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("subject", version.subject().qualified());
        tree.put("version", version.version());
        tree.put("id", version.id());
        addContent(call, tree, version, text);
        return tree;
    }

    /** A schema as it is answered for its id: with one of the places where it is registered. */
    static ObjectNode schemaOfId(Call call, SchemaVersion version, String text) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        if (wantsMore(call)) {
            tree.put("subject", version.subject().qualified());
            tree.put("version", version.version());
        }
        addContent(call, tree, version, text);
        return tree;
    }

    /** A schema alone, wherever it is registered. */
    static ObjectNode schema(Call call, SchemaVersion version, String text) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        addContent(call, tree, version, text);
        return tree;
    }

    /** What registration answers. */
    static ObjectNode registered(Call call, SchemaVersion version, String text) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("id", version.id());
        if (wantsMore(call)) {
            tree.put("version", version.version());
            addContent(call, tree, version, text);
        }
        return tree;
    }

    private static void addContent(Call call, ObjectNode tree, SchemaVersion version, String text) {
        boolean more = wantsMore(call);
        SchemaContent content = version.content();
        if (more) {
            tree.put("guid", version.guidText());
        }
        if (more || content.format() != SchemaFormat.AVRO) {
            tree.put("schemaType", content.format().name());
        }
        if (!content.references().isEmpty()) {
            tree.set("references", RecordFormat.references(references(call, version)));
        }
        putIfThere(tree, "metadata", content.metadata());
        putIfThere(tree, "ruleSet", content.ruleSet());
        tree.put("schema", text);
        if (more) {
            tree.put("ts", version.timestampMillis());
            tree.put("deleted", version.deleted());
        }
    }

    /** As they came, or with the contexts of their subjects. */
    private static List<SchemaReference> references(Call call, SchemaVersion version) {
        List<SchemaReference> references = version.content().references();
        if (!call.parameter("referenceFormat", "").equals("qualified")) {
            return references;
        }
        return references.stream()
                .map(each ->
                        new SchemaReference(
                                each.name(),
                                SubjectName.parse(each.subject(), version.subject()).qualified(),
                                each.version()))
                .toList();
    }

    private static void putIfThere(ObjectNode tree, String name, @Nullable ObjectNode part) {
        if (part != null) {
            tree.set(name, part);
        }
    }

    /** A part of a list, as {@code offset} and a {@code limit} that is positive say. */
    static <T> List<T> page(Call call, List<T> all) {
        return page(call, all, LISTED_MOST);
    }

    static <T> List<T> page(Call call, List<T> all, int most) {
        int offset = Math.clamp(call.number("offset", 0), 0, all.size());
        int asked = call.number("limit", -1);
        long limit = asked <= 0 || asked > most ? most : asked;
        return all.subList(offset, (int) Math.min(all.size(), offset + limit));
    }

    static Map<String, Object> subjectVersion(SchemaVersion version) {
        return Map.of("subject", version.subject().qualified(), "version", version.version());
    }
}
