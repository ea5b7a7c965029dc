package naru.registry.subject;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import naru.http.Refusal;
import naru.registry.store.Mode;
import naru.registry.store.RecordFormat;
import naru.registry.store.Registry;
import naru.registry.store.RegistryState;
import naru.registry.store.SchemaContent;
import naru.registry.store.SchemaVersion;
import naru.registry.store.Settings;
import naru.registry.store.StoreKey;
import naru.registry.store.StoreLog;
import naru.registry.store.SubjectName;
import naru.schema.Compatibility;
import naru.schema.CompatibilityLevel;
import naru.schema.ParsedSchema;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Registers schemas, finds them again, and says whether they would be compatible. */
public final class Registration {
    /** Of a version: whichever comes next, whatever there is already. */
    private static final int ANY_VERSION = 0;

    private static final int LATEST = -1;

    private final Registry registry;
    private final Parsing parsing;
    private final InstantSource clock;

    /**
     * A schema that somebody brings.
     *
     * @param version that it is to have; 0: whichever; -1: the newest, whether it is that already
     *     or becomes it
     * @param id that it is to have, for import; negative: whichever
     */
    public record Brought(
            SubjectName subject, SchemaContent content, int version, int id, boolean normalize) {
        private Brought in(SubjectName other) {
            return new Brought(other, content, version, id, normalize);
        }

        private Brought with(SchemaContent other) {
            return new Brought(subject, other, version, id, normalize);
        }
    }

    public Registration(Registry registry, Parsing parsing, InstantSource clock) {
        this.registry = registry;
        this.parsing = parsing;
        this.clock = clock;
    }

    /** Gives the schema a version of the subject and an id, or says which it has already. */
    public SchemaVersion register(Brought brought)
            throws StoreLog.Unavailable, InterruptedException {
        checkName(brought.subject());
        RuleSets.check(brought.content().ruleSet());
        Brought whole = withText(brought);
        Candidate candidate = understand(whole, brought.id() < 0);
        return registry.write(state -> decide(state, whole, candidate));
    }

    /** With the text of the newest version, if only metadata or rules are brought. */
    private Brought withText(Brought brought) throws StoreLog.Unavailable, InterruptedException {
        if (!brought.content().text().isBlank()) {
            return brought;
        }
        return registry.read(state -> {
            SchemaVersion newest = state.latest(brought.subject(), false);
            return newest == null
                    ? brought
                    : brought.with(
                            newest.content()
                                    .with(
                                            brought.content().metadata(),
                                            brought.content().ruleSet()));
        });
    }

    private Registry.Decision<SchemaVersion> decide(
            RegistryState state, Brought brought, Candidate candidate) {
        SubjectName subject = brought.subject();
        Optional<SchemaVersion> known = known(state, brought, candidate);
        if (known.isPresent() && (brought.id() < 0 || brought.id() == known.get().id())) {
            return Registry.Decision.nothing(known.get());
        }
        Mode mode = state.modeInForce(subject);
        checkMode(mode, brought);
        Candidate stored =
                mode.isImport() ? candidate : completed(state, brought.version(), candidate);
        if (brought.version() == ANY_VERSION && brought.id() < 0) {
            for (SchemaVersion live : state.live(subject)) {
                if (live.content().equals(stored.content())) {
                    return Registry.Decision.nothing(live);
                }
            }
        }
        if (!mode.isImport()) {
            List<String> messages = incompatibilities(state, stored, state.live(subject));
            if (!messages.isEmpty()) {
                throw Refusals.incompatible(subject, messages);
            }
        }
        int number = number(state, mode, brought);
        return added(
                state,
                new SchemaVersion(
                        subject,
                        number,
                        id(state, brought, number, stored.content()),
                        stored.content(),
                        false,
                        null,
                        clock.millis()));
    }

    /** The version that the schema is already; none for one whose number was asked for. */
    private Optional<SchemaVersion> known(
            RegistryState state, Brought brought, Candidate candidate) {
        return switch (brought.version()) {
            case ANY_VERSION -> candidate.find(state, parsing, false);
            case LATEST ->
                    Optional.ofNullable(state.latest(brought.subject(), false))
                            .filter(newest -> candidate.is(state, parsing, newest));
            default ->
                    Optional.ofNullable(state.version(brought.subject(), brought.version()))
                            .filter(there ->
                                    brought.id() == there.id()
                                            && !there.deleted()
                                            && there.content().equals(candidate.content()));
        };
    }

    /** With what it gets without naming it. */
    private static Candidate completed(RegistryState state, int version, Candidate candidate) {
        SubjectName subject = candidate.subject();
        Settings settings = state.settingsInForce(subject);
        SchemaContent content =
                Merging.inherited(candidate.content(), state.latest(subject, false), settings);
        boolean numbered = version != ANY_VERSION || Merging.number(content) != null;
        return candidate.with(
                numbered ? Merging.numbered(content, state.nextVersion(subject)) : content);
    }

    private static Registry.Decision<SchemaVersion> added(
            RegistryState state, SchemaVersion added) {
        SubjectName subject = added.subject();
        List<StoreLog.Change> changes = new ArrayList<>();
        if (!state.contexts().contains(subject.context())) {
            changes.add(newContext(subject.context()));
        }
        for (SchemaVersion old : state.versions(subject)) {
            if (old.deleted() && old.id() == added.id() && old.version() < added.version()) {
                changes.add(new StoreLog.Change(new StoreKey.Schema(subject, old.version()), null));
            }
        }
        changes.add(
                new StoreLog.Change(
                        new StoreKey.Schema(subject, added.version()), RecordFormat.of(added)));
        return new Registry.Decision<>(changes, added);
    }

    private static void checkMode(Mode mode, Brought brought) {
        SubjectName subject = brought.subject();
        if (mode.isReadOnly()) {
            throw Refusals.readOnly(subject);
        }
        if (brought.id() >= 0 && !mode.isImport()) {
            throw Refusals.notPermitted(
                    "Subject %s in context %s is not in import mode"
                            .formatted(subject, subject.context()));
        }
        if (brought.id() < 0 && mode.isImport()) {
            throw Refusals.notPermitted(
                    "Subject %s in context %s is in import mode, which needs an id"
                            .formatted(subject, subject.context()));
        }
    }

    private static int number(RegistryState state, Mode mode, Brought brought) {
        int next = state.nextVersion(brought.subject());
        if (brought.version() <= ANY_VERSION || brought.version() == next) {
            return next;
        }
        if (!mode.isImport()) {
            throw Refusals.invalidSchema("Version is not one more than previous version");
        }
        return brought.version();
    }

    private static int id(RegistryState state, Brought brought, int number, SchemaContent content) {
        String context = brought.subject().context();
        if (brought.id() < 0) {
            Integer known = state.idOf(context, content);
            return known == null ? state.greatestId(context) + 1 : known;
        }
        for (SchemaVersion other : state.ofId(context, brought.id())) {
            boolean isReplaced =
                    other.deleted()
                            && other.version() == number
                            && other.subject().equals(brought.subject());
            if (!isReplaced && !other.content().equals(content)) {
                throw Refusals.notPermitted(
                        "Overwrite new schema with id %d in context %s is not permitted."
                                .formatted(brought.id(), context));
            }
        }
        return brought.id();
    }

    private static StoreLog.Change newContext(String context) {
        return new StoreLog.Change(
                new StoreKey.Context("default", context),
                JsonNodeFactory.instance
                        .objectNode()
                        .put("tenant", "default")
                        .put("context", context));
    }

    /**
     * The version of the subject that has this schema; of a subject without a context, those of the
     * same name in other contexts are asked last.
     *
     * @throws Refusal 40401, 40403 when there is none
     */
    public SchemaVersion find(Brought brought, boolean withDeleted)
            throws StoreLog.Unavailable, InterruptedException {
        List<SubjectName> asked =
                registry.read(state ->
                        state.named(brought.subject()).stream()
                                .filter(subject -> exists(state, subject, withDeleted))
                                .toList());
        for (SubjectName subject : asked) {
            Candidate candidate = understand(brought.in(subject), true);
            Optional<SchemaVersion> found =
                    registry.read(state -> candidate.find(state, parsing, withDeleted));
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw asked.contains(brought.subject())
                ? Refusals.schemaNotFound()
                : Refusals.subjectNotFound(brought.subject());
    }

    private static boolean exists(RegistryState state, SubjectName subject, boolean withDeleted) {
        return state.latest(subject, withDeleted) != null;
    }

    /**
     * Why the schema could not follow one version; empty: it could.
     *
     * @param latest the newest is meant, whatever the number; where there is none, any could
     * @throws Refusal 40401, 40402 when there is no such version
     */
    public List<String> checkOne(Brought brought, int version, boolean latest)
            throws StoreLog.Unavailable, InterruptedException {
        Candidate candidate = understand(brought, true);
        return registry.read(state -> {
            for (SubjectName subject : state.named(brought.subject())) {
                SchemaVersion found =
                        latest ? state.latest(subject, false) : state.version(subject, version);
                if (found != null && !found.deleted()) {
                    return incompatibilities(state, candidate, List.of(found));
                }
            }
            if (latest) {
                return List.of();
            }
            throw state.versions(brought.subject()).isEmpty()
                    ? Refusals.subjectNotFound(brought.subject())
                    : Refusals.versionNotFound(version);
        });
    }

    /** Why the schema could not follow the versions that the level asks for; empty: it could. */
    public List<String> checkAll(Brought brought)
            throws StoreLog.Unavailable, InterruptedException {
        Candidate candidate = understand(brought, true);
        return registry.read(
                state -> incompatibilities(state, candidate, state.live(brought.subject())));
    }

    private List<String> incompatibilities(
            RegistryState state, Candidate candidate, List<SchemaVersion> previous) {
        Settings settings = state.settingsInForce(candidate.subject());
        List<String> reserved =
                settings.validateFields()
                        ? ReservedFields.faults(
                                candidate, previous.isEmpty() ? null : previous.getLast())
                        : List.of();
        CompatibilityLevel level = state.levelInForce(candidate.subject());
        List<Compatibility.Versioned> counting = new ArrayList<>();
        for (SchemaVersion version : sameGroup(candidate, previous, settings)) {
            Optional<ParsedSchema> schema = parsing.registered(state, version);
            if (schema.isPresent()) {
                counting.add(new Compatibility.Versioned(version.version(), schema.get()));
            } else if (level != CompatibilityLevel.NONE) {
                return List.of(
                        "Version %d of subject %s is no valid schema, so nothing can be compared with it"
                                .formatted(version.version(), version.subject()));
            }
        }
        List<String> messages = new ArrayList<>(reserved);
        messages.addAll(Compatibility.check(level, candidate.schema(), counting));
        if (!messages.isEmpty()) {
            messages.add(
                    "{validateFields: '%b', compatibility: '%s'}"
                            .formatted(settings.validateFields(), level.name()));
        }
        return messages;
    }

    /** Versions are compared with those only that have the same value of the group's property. */
    private static List<SchemaVersion> sameGroup(
            Candidate candidate, List<SchemaVersion> previous, Settings settings) {
        String group = settings.compatibilityGroup();
        if (group == null) {
            return previous;
        }
        String wanted = Merging.property(candidate.content(), group);
        return previous.stream()
                .filter(version ->
                        Objects.equals(wanted, Merging.property(version.content(), group)))
                .toList();
    }

    /**
     * @param isNew what it refers to must not be deleted, not even softly
     */
    private Candidate understand(Brought brought, boolean isNew)
            throws StoreLog.Unavailable, InterruptedException {
        record Known(Map<String, String> references, Settings settings) {}
        Known known =
                registry.read(state ->
                        new Known(
                                Parsing.resolve(
                                        state, brought.subject(), brought.content(), !isNew),
                                state.settingsInForce(brought.subject())));
        ParsedSchema schema = parsing.brought(brought.content(), known.references());
        boolean normalize = brought.normalize() || known.settings().normalize();
        SchemaContent content =
                brought.content().withText(normalize ? schema.normalized() : schema.canonical());
        return new Candidate(
                brought.subject(), normalize ? content.withSortedReferences() : content, schema);
    }

    /**
     * @throws Refusal 42208 when a subject cannot have that name
     */
    static void checkName(SubjectName subject) {
        String name = subject.name();
        if (name.isBlank() || name.equals("__GLOBAL") || name.equals("__EMPTY")) {
            throw Refusals.invalidSubject(subject.qualified());
        }
        checkCharacters(subject);
    }

    /**
     * @throws Refusal 42208 when neither a subject nor a context can have that name
     */
    static void checkCharacters(SubjectName subject) {
        if (subject.qualified().chars().anyMatch(Character::isISOControl)) {
            throw Refusals.invalidSubject(subject.qualified());
        }
    }
}
