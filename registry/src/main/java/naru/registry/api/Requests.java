package naru.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Call;
import naru.http.Refusal;
import naru.registry.store.RecordFormat;
import naru.registry.store.SchemaContent;
import naru.registry.store.SubjectName;
import naru.registry.subject.Refusals;
import naru.registry.subject.Registration;
import naru.schema.SchemaFormat;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What clients send, read and checked. */
final class Requests {
    private static final Set<String> SCHEMA_FIELDS =
            Set.of(
                    "subject",
                    "version",
                    "id",
                    "guid",
                    "schemaType",
                    "references",
                    "metadata",
                    "ruleSet",
                    "ruleset",
                    "schema",
                    "schemaTags",
                    "schemaTagsToAdd",
                    "schemaTagsToRemove",
                    "propagateSchemaTags",
                    "ts",
                    "createTs",
                    "deleted");
    private static final Set<String> SETTINGS_FIELDS =
            Set.of(
                    "alias",
                    "aliasForDeks",
                    "normalize",
                    "validateFields",
                    "validateNames",
                    "validateNewSchemas",
                    "validateRules",
                    "compatibility",
                    "compatibilityPolicy",
                    "compatibilityGroup",
                    "defaultMetadata",
                    "overrideMetadata",
                    "defaultRuleSet",
                    "overrideRuleSet");
    private static final int NAME_MOST = 10_000;

    /** A version as a path names it. */
    record VersionName(int number, boolean latest) {}

    private Requests() {}

    /** The subject of the path, in the context of the path if there is one. */
    static SubjectName subject(Call call) {
        String given = call.variable("subject");
        if (given.length() > NAME_MOST) {
            throw Refusals.invalidSubject(given.substring(0, 20) + "...");
        }
        return inContext(call, given);
    }

    /** A subject's name, which is in the path's context unless it names one. */
    static SubjectName inContext(Call call, String given) {
        return call.hasVariable("context")
                ? SubjectName.parse(given, new SubjectName(context(call), ""))
                : SubjectName.parse(given);
    }

    /** The context of the path: written {@code .ctx} or {@code :.ctx:}. */
    static String context(Call call) {
        if (!call.hasVariable("context")) {
            return SubjectName.DEFAULT_CONTEXT;
        }
        String given = call.variable("context");
        if (given.startsWith(":.")) {
            return SubjectName.parse(given).context();
        }
        return given.startsWith(".") ? given : "." + given;
    }

    /**
     * @throws Refusal 42202 when it is neither a number nor {@code latest} or {@code -1}
     */
    static VersionName version(Call call) {
        String given = call.variable("version");
        if (given.equals("latest") || given.equals("-1")) {
            return new VersionName(-1, true);
        }
        try {
            int number = Integer.parseInt(given);
            if (number >= 1) {
                return new VersionName(number, false);
            }
        } catch (NumberFormatException notNumber) {
            // Said below.
        }
        throw Refusals.invalidVersion(given);
    }

    /** The schema of the body. */
    static Registration.Brought brought(Call call, SubjectName subject) {
        ObjectNode body = object(call, SCHEMA_FIELDS);
        refuseTags(body);
        JsonNode text = body.get("schema");
        JsonNode type = body.get("schemaType");
        String typeName = type == null || type.isNull() ? null : type.asText();
        SchemaFormat format =
                SchemaFormat.parse(typeName)
                        .orElseThrow(() ->
                                Refusals.invalidSchema(
                                        "Invalid schema type "
                                                + typeName
                                                + "; AVRO, JSON and PROTOBUF are served"));
        SchemaContent content =
                new SchemaContent(
                        format,
                        text == null || text.isNull()
                                ? ""
                                : text.isTextual() ? text.asText() : text.toString(),
                        RecordFormat.references(body.get("references")),
                        RecordFormat.object(body.get("metadata")),
                        RecordFormat.object(
                                body.has("ruleSet") ? body.get("ruleSet") : body.get("ruleset")));
        return new Registration.Brought(
                subject,
                content,
                Math.max(-1, number(body, "version", 0)),
                number(body, "id", -1),
                call.flag("normalize"));
    }

    /** Better than a schema that lacks the tags that its owner believes it to have. */
    private static void refuseTags(ObjectNode body) {
        for (String field : List.of("schemaTagsToAdd", "schemaTagsToRemove")) {
            if (!body.path(field).isEmpty()) {
                throw notServed("Tags within schemas (" + field + ")");
            }
        }
        if (body.path("propagateSchemaTags").asBoolean(false)) {
            throw notServed("Tags within schemas (propagateSchemaTags)");
        }
    }

    /** The refusal of what the API has and this registry has not. */
    static Refusal notServed(String what) {
        return new Refusal(501, 501, what + " are not served by this registry");
    }

    private static int number(ObjectNode body, String name, int otherwise) {
        JsonNode value = body.get(name);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.canConvertToInt()) {
            throw new Refusal(422, 422, "The field " + name + " is no whole number: " + value);
        }
        return value.asInt();
    }

    static ObjectNode settings(Call call) {
        return object(call, SETTINGS_FIELDS);
    }

    /** The name of a mode; null takes away what is set. */
    static @Nullable String mode(Call call) {
        JsonNode mode = object(call, Set.of("mode")).get("mode");
        return mode == null || mode.isNull() ? null : mode.asText();
    }

    private static ObjectNode object(Call call, Set<String> fields) {
        Payloads.checkType(call);
        JsonNode body = call.json();
        if (!(body instanceof ObjectNode object)) {
            throw new Refusal(400, 400, "the body is no JSON object");
        }
        if (!Payloads.wantsMore(call)) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (!fields.contains(field.getKey())) {
                    throw new Refusal(422, 422, "Unrecognized field: " + field.getKey());
                }
            }
        }
        return object;
    }
}
