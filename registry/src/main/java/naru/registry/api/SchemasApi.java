package naru.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Refusal;
import naru.registry.store.Registry;
import naru.registry.store.RegistryState;
import naru.registry.store.SchemaVersion;
import naru.registry.store.Settings;
import naru.registry.store.StoreLog;
import naru.registry.store.SubjectName;
import naru.registry.subject.Refusals;
import naru.schema.SchemaFormat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** {@code /schemas}: schemas by id, by guid, and all of them. */
final class SchemasApi {
    private static final int SCHEMAS_MOST = 1_000;

    private final Registry registry;
    private final SubjectsApi subjects;

    SchemasApi(Registry registry, SubjectsApi subjects) {
        this.registry = registry;
        this.subjects = subjects;
    }

    Answer types(Call call) {
        return Payloads.ok(
                call,
                Arrays.stream(SchemaFormat.values()).map(SchemaFormat::name).toList().reversed());
    }

    /** A question for versions of many subjects. */
    private record Wanted(
            String prefix,
            boolean withDeleted,
            boolean onlyLatest,
            boolean withAliases,
            String ruleType) {
        private static Wanted of(Call call) {
            String prefix = call.parameter("subjectPrefix", "");
            return new Wanted(
                    call.hasVariable("context")
                            ? SubjectName.written(Requests.context(call), prefix)
                            : prefix,
                    call.flag("deleted"),
                    call.flag("latestOnly"),
                    call.flag("aliases"),
                    call.parameter("ruleType", ""));
        }
    }

    Answer all(Call call) throws StoreLog.Unavailable, InterruptedException {
        for (String associations : List.of("resourceType", "associationType", "lifecycle")) {
            if (!call.parameters(associations).isEmpty()) {
                throw Requests.notServed("Associations (" + associations + ")");
            }
        }
        Wanted wanted = Wanted.of(call);
        record Found(List<SchemaVersion> versions, Map<SubjectName, List<String>> aliases) {}
        Found found =
                registry.read(state -> {
                    Map<SubjectName, List<String>> aliases =
                            wanted.withAliases() ? aliases(state, wanted.prefix()) : Map.of();
                    return new Found(matching(state, wanted, aliases.keySet()), aliases);
                });
        List<ObjectNode> trees = new ArrayList<>();
        for (SchemaVersion version : Payloads.page(call, found.versions(), SCHEMAS_MOST)) {
            ObjectNode tree = Payloads.version(call, version, version.content().text());
            List<String> aliases = found.aliases().get(version.subject());
            if (aliases != null) {
                aliases.forEach(tree.withArray("/aliases")::add);
            }
            trees.add(tree);
        }
        return Payloads.ok(call, trees);
    }

    /** Subjects that have another name which matches, with those names. */
    private static Map<SubjectName, List<String>> aliases(RegistryState state, String prefix) {
        Map<SubjectName, List<String>> aliases = new TreeMap<>();
        for (SubjectName name : state.withSettings()) {
            Settings settings = state.settings(name);
            String meant = settings == null ? null : settings.alias();
            if (meant != null && !name.isContext() && SubjectsApi.matches(name, prefix)) {
                aliases.computeIfAbsent(SubjectName.parse(meant, name), key -> new ArrayList<>())
                        .add(name.qualified());
            }
        }
        return aliases;
    }

    private static List<SchemaVersion> matching(
            RegistryState state, Wanted wanted, Set<SubjectName> aliased) {
        List<SchemaVersion> found = new ArrayList<>();
        for (SubjectName subject : state.subjects()) {
            if (!SubjectsApi.matches(subject, wanted.prefix()) && !aliased.contains(subject)) {
                continue;
            }
            List<SchemaVersion> versions =
                    wanted.withDeleted()
                            ? List.copyOf(state.versions(subject))
                            : state.live(subject);
            if (wanted.onlyLatest() && !versions.isEmpty()) {
                versions = List.of(versions.getLast());
            }
            for (SchemaVersion version : versions) {
                if (wanted.ruleType().isEmpty() || hasRule(version, wanted.ruleType())) {
                    found.add(version);
                }
            }
        }
        return found;
    }

    private static boolean hasRule(SchemaVersion version, String type) {
        ObjectNode rules = version.content().ruleSet();
        if (rules == null) {
            return false;
        }
        for (JsonNode list : rules) {
            for (JsonNode rule : list) {
                if (rule.path("type").asText("").equals(type)) {
                    return true;
                }
            }
        }
        return false;
    }

    Answer byId(Call call) throws StoreLog.Unavailable, InterruptedException {
        int id = id(call);
        SubjectsApi.refuseTags(call);
        SchemaVersion version = places(call, id).getFirst();
        ObjectNode tree = Payloads.schemaOfId(call, version, subjects.text(call, version));
        if (call.flag("fetchMaxId")) {
            String context = version.subject().context();
            tree.put("maxId", registry.<Integer>read(state -> state.greatestId(context)));
        }
        return Payloads.ok(call, tree);
    }

    Answer textById(Call call) throws StoreLog.Unavailable, InterruptedException {
        return Payloads.text(call, subjects.text(call, places(call, id(call)).getFirst()));
    }

    Answer subjectsOfId(Call call) throws StoreLog.Unavailable, InterruptedException {
        boolean withDeleted = call.flag("deleted");
        List<String> names =
                places(call, id(call)).stream()
                        .filter(version -> withDeleted || !version.deleted())
                        .map(version -> version.subject().qualified())
                        .distinct()
                        .toList();
        return Payloads.ok(call, Payloads.page(call, names));
    }

    Answer versionsOfId(Call call) throws StoreLog.Unavailable, InterruptedException {
        boolean withDeleted = call.flag("deleted");
        List<Map<String, Object>> versions =
                places(call, id(call)).stream()
                        .filter(version -> withDeleted || !version.deleted())
                        .map(Payloads::subjectVersion)
                        .toList();
        return Payloads.ok(call, Payloads.page(call, versions));
    }

    /**
     * Where the id is registered, in the context that the call names. A subject without a context
     * that does not have the id in the default one is looked for in the others.
     *
     * @throws Refusal 40403 when it is nowhere
     */
    private List<SchemaVersion> places(Call call, int id)
            throws StoreLog.Unavailable, InterruptedException {
        String given = call.parameter("subject");
        SubjectName subject =
                given == null
                        ? new SubjectName(Requests.context(call), "")
                        : Requests.inContext(call, given);
        List<SchemaVersion> found = registry.read(state -> places(state, subject, id));
        if (found.isEmpty()) {
            throw Refusals.schemaNotFound(id);
        }
        return found;
    }

    private static List<SchemaVersion> places(RegistryState state, SubjectName subject, int id) {
        List<SchemaVersion> here = state.ofId(subject.context(), id);
        if (subject.isContext()) {
            return here;
        }
        List<SchemaVersion> ofSubject = ofSubject(here, subject.name());
        if (!ofSubject.isEmpty()) {
            return ofSubject;
        }
        if (subject.context().equals(SubjectName.DEFAULT_CONTEXT)) {
            for (String context : state.contexts()) {
                List<SchemaVersion> elsewhere = ofSubject(state.ofId(context, id), subject.name());
                if (!elsewhere.isEmpty()) {
                    return elsewhere;
                }
            }
        }
        return here;
    }

    private static List<SchemaVersion> ofSubject(List<SchemaVersion> versions, String name) {
        return versions.stream().filter(each -> each.subject().name().equals(name)).toList();
    }

    private static int id(Call call) {
        try {
            return Integer.parseInt(call.variable("id"));
        } catch (NumberFormatException notNumber) {
            throw new Refusal(404, 404, "HTTP 404 Not Found: an id is a whole number");
        }
    }

    Answer byGuid(Call call) throws StoreLog.Unavailable, InterruptedException {
        String guid = guid(call);
        SchemaVersion found = registry.read(state -> ofGuid(state, guid)).getFirst();
        return Payloads.ok(call, Payloads.schema(call, found, subjects.text(call, found)));
    }

    Answer idsOfGuid(Call call) throws StoreLog.Unavailable, InterruptedException {
        String guid = guid(call);
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (SchemaVersion each : registry.read(state -> ofGuid(state, guid))) {
            ids.putIfAbsent(each.subject().context(), each.id());
        }
        List<Map<String, Object>> pairs = new ArrayList<>();
        ids.forEach((context, id) -> pairs.add(Map.of("context", context, "id", id)));
        return Payloads.ok(call, pairs);
    }

    private static String guid(Call call) {
        String given = call.variable("guid");
        try {
            return UUID.fromString(given).toString();
        } catch (IllegalArgumentException malformed) {
            throw Refusals.schemaNotFound(given);
        }
    }

    /** Seldom asked, so it looks at every schema. */
    private static List<SchemaVersion> ofGuid(RegistryState state, String guid) {
        List<SchemaVersion> found = new ArrayList<>();
        for (SubjectName subject : state.subjects()) {
            for (SchemaVersion version : state.versions(subject)) {
                if (version.guidText().equals(guid)) {
                    found.add(version);
                }
            }
        }
        if (found.isEmpty()) {
            throw Refusals.schemaNotFound(guid);
        }
        return found;
    }
}
