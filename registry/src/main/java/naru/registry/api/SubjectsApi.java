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
import naru.registry.subject.Deletion;
import naru.registry.subject.Parsing;
import naru.registry.subject.Refusals;
import naru.registry.subject.Registration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /subjects} and {@code /compatibility}. */
final class SubjectsApi {
    private static final String ALL_CONTEXTS = ":*:";

    private final Registry registry;
    private final Registration registration;
    private final Deletion deletion;
    private final Parsing parsing;

    SubjectsApi(Registry registry, Registration registration, Deletion deletion, Parsing parsing) {
        this.registry = registry;
        this.registration = registration;
        this.deletion = deletion;
        this.parsing = parsing;
    }

    Answer list(Call call) throws StoreLog.Unavailable, InterruptedException {
        String wanted =
                call.hasVariable("context")
                        ? new SubjectName(
                                        Requests.context(call), call.parameter("subjectPrefix", ""))
                                .qualified()
                        : call.parameter("subjectPrefix", ALL_CONTEXTS);
        boolean withDeleted = call.flag("deleted");
        boolean onlyDeleted = call.flag("deletedOnly");
        List<String> names =
                registry.read(state ->
                        state.subjects().stream()
                                .filter(subject -> matches(subject, wanted))
                                .filter(subject -> {
                                    boolean live = isLive(state, subject);
                                    return onlyDeleted ? !live : withDeleted || live;
                                })
                                .map(SubjectName::qualified)
                                .toList());
        return Payloads.ok(call, Payloads.page(call, names));
    }

    private static boolean isLive(RegistryState state, SubjectName subject) {
        return state.latest(subject, false) != null;
    }

    /**
     * A prefix with {@code :*:} before it is looked for in all contexts, one with a part of a
     * context's name in all whose names begin so, any other in the default context.
     */
    static boolean matches(SubjectName subject, String prefix) {
        if (prefix.startsWith(ALL_CONTEXTS)) {
            return subject.name().startsWith(prefix.substring(ALL_CONTEXTS.length()));
        }
        if (prefix.startsWith(":.") && prefix.indexOf(':', 1) < 0) {
            return subject.context().startsWith(prefix.substring(1));
        }
        SubjectName wanted = SubjectName.parse(prefix);
        return subject.context().equals(wanted.context())
                && subject.name().startsWith(wanted.name());
    }

    Answer versions(Call call) throws StoreLog.Unavailable, InterruptedException {
        SubjectName subject = aliased(Requests.subject(call));
        boolean asNegative = call.flag("deletedAsNegative");
        boolean withDeleted = call.flag("deleted") || asNegative;
        boolean onlyDeleted = call.flag("deletedOnly");
        List<SchemaVersion> all =
                registry.read(state ->
                        withDeleted || onlyDeleted
                                ? List.copyOf(state.versions(subject))
                                : state.live(subject));
        if (all.isEmpty()) {
            throw Refusals.subjectNotFound(subject);
        }
        List<Integer> numbers =
                all.stream()
                        .filter(each -> !onlyDeleted || each.deleted())
                        .map(each ->
                                asNegative && each.deleted() ? -each.version() : each.version())
                        .toList();
        return Payloads.ok(call, Payloads.page(call, numbers));
    }

    Answer version(Call call) throws StoreLog.Unavailable, InterruptedException {
        SchemaVersion version = theVersion(call);
        refuseTags(call);
        return Payloads.ok(call, Payloads.version(call, version, text(call, version)));
    }

    /**
     * @throws Refusal 501 when tags are looked for, none of which are known here
     */
    static void refuseTags(Call call) {
        if (!call.parameters("findTags").isEmpty()) {
            throw Requests.notServed("Tags within schemas (findTags)");
        }
    }

    Answer schema(Call call) throws StoreLog.Unavailable, InterruptedException {
        return Payloads.text(call, text(call, theVersion(call)));
    }

    private SchemaVersion theVersion(Call call) throws StoreLog.Unavailable, InterruptedException {
        return theVersion(call, call.flag("deleted"));
    }

    private SchemaVersion theVersion(Call call, boolean withDeleted)
            throws StoreLog.Unavailable, InterruptedException {
        SubjectName subject = aliased(Requests.subject(call));
        Requests.VersionName name = Requests.version(call);
        return registry.read(state -> {
            for (SubjectName each : state.named(subject)) {
                // The newest is never a deleted one, even if deleted ones are asked for.
                SchemaVersion found =
                        name.latest()
                                ? state.latest(each, false)
                                : state.version(each, name.number());
                if (found != null && (!found.deleted() || withDeleted)) {
                    return found;
                }
            }
            throw state.latest(subject, withDeleted) == null
                    ? Refusals.subjectNotFound(subject)
                    : Refusals.versionNotFound(name.number());
        });
    }

    /** The text, in the format that the client asked for. */
    String text(Call call, SchemaVersion version)
            throws StoreLog.Unavailable, InterruptedException {
        String format = call.parameter("format", "");
        if (format.isEmpty()) {
            return version.content().text();
        }
        return registry.read(state -> parsing.registered(state, version))
                .map(parsed -> parsed.formatted(format))
                .orElse(version.content().text());
    }

    /** The subject that is meant, if this one is an alias of another. */
    private SubjectName aliased(SubjectName subject)
            throws StoreLog.Unavailable, InterruptedException {
        return registry.read(state -> {
            Settings own = state.settings(subject);
            String alias = own == null ? null : own.alias();
            return alias == null ? subject : SubjectName.parse(alias, subject);
        });
    }

    Answer register(Call call) throws StoreLog.Unavailable, InterruptedException {
        SchemaVersion version =
                registration.register(Requests.brought(call, Requests.subject(call)));
        return Payloads.ok(call, Payloads.registered(call, version, text(call, version)));
    }

    Answer find(Call call) throws StoreLog.Unavailable, InterruptedException {
        SubjectName subject = aliased(Requests.subject(call));
        SchemaVersion version =
                registration.find(Requests.brought(call, subject), call.flag("deleted"));
        return Payloads.ok(call, Payloads.version(call, version, text(call, version)));
    }

    Answer deleteSubject(Call call) throws StoreLog.Unavailable, InterruptedException {
        return Payloads.ok(call, deletion.subject(Requests.subject(call), call.flag("permanent")));
    }

    Answer deleteVersion(Call call) throws StoreLog.Unavailable, InterruptedException {
        SubjectName subject = Requests.subject(call);
        Requests.VersionName name = Requests.version(call);
        return Payloads.ok(
                call,
                deletion.version(subject, name.number(), name.latest(), call.flag("permanent")));
    }

    Answer referencedBy(Call call) throws StoreLog.Unavailable, InterruptedException {
        SchemaVersion version = theVersion(call, true);
        boolean withDeleted = call.flag("deleted");
        List<Integer> ids =
                registry.read(state ->
                        state.usersOf(version.subject(), version.version()).stream()
                                .filter(user -> withDeleted || !user.deleted())
                                .map(SchemaVersion::id)
                                .distinct()
                                .sorted()
                                .toList());
        return Payloads.ok(call, Payloads.page(call, ids));
    }

    /** The newest version whose metadata has all the properties that are asked for. */
    Answer withMetadata(Call call) throws StoreLog.Unavailable, InterruptedException {
        SubjectName subject = aliased(Requests.subject(call));
        List<String> keys = call.parameters("key");
        List<String> values = call.parameters("value");
        if (keys.size() != values.size()) {
            throw new Refusal(422, 422, "as many values as keys are needed");
        }
        boolean withDeleted = call.flag("deleted");
        List<SchemaVersion> versions =
                registry.read(state ->
                        withDeleted ? List.copyOf(state.versions(subject)) : state.live(subject));
        if (versions.isEmpty()) {
            throw Refusals.subjectNotFound(subject);
        }
        for (SchemaVersion version : versions.reversed()) {
            if (hasAll(version, keys, values)) {
                return Payloads.ok(call, Payloads.version(call, version, text(call, version)));
            }
        }
        throw Refusals.schemaNotFound();
    }

    private static boolean hasAll(SchemaVersion version, List<String> keys, List<String> values) {
        ObjectNode metadata = version.content().metadata();
        JsonNode properties = metadata == null ? null : metadata.get("properties");
        if (properties == null) {
            return false;
        }
        for (int i = 0; i < keys.size(); i++) {
            if (!values.get(i).equals(properties.path(keys.get(i)).asText(null))) {
                return false;
            }
        }
        return true;
    }

    Answer checkAgainstVersion(Call call) throws StoreLog.Unavailable, InterruptedException {
        Requests.VersionName name = Requests.version(call);
        Registration.Brought brought = Requests.brought(call, Requests.subject(call));
        return compatible(call, () -> registration.checkOne(brought, name.number(), name.latest()));
    }

    Answer checkAgainstAll(Call call) throws StoreLog.Unavailable, InterruptedException {
        Registration.Brought brought = Requests.brought(call, Requests.subject(call));
        return compatible(call, () -> registration.checkAll(brought));
    }

    /** Compares, and gives what does not fit. */
    @FunctionalInterface
    private interface Comparing {
        List<String> messages() throws StoreLog.Unavailable, InterruptedException;
    }

    /**
     * Who asks for details is told also of a schema that is none as something that does not fit.
     */
    private static Answer compatible(Call call, Comparing comparing)
            throws StoreLog.Unavailable, InterruptedException {
        boolean verbose = call.flag("verbose");
        List<String> messages;
        try {
            messages = comparing.messages();
        } catch (Refusal refusal) {
            if (!verbose || refusal.code() != Refusals.INVALID_SCHEMA) {
                throw refusal;
            }
            messages = List.of(refusal.message());
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("is_compatible", messages.isEmpty());
        if (verbose) {
            body.put("messages", new ArrayList<>(messages));
        }
        return Payloads.ok(call, body);
    }
}
