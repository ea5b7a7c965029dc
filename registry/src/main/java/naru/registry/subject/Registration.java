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

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Registers schemas, finds them again, and says whether they would be compatible. */
public final class Registration {
    private static final int NONE = -1;

    private final Registry registry;
    private final Parsing parsing;
    private final InstantSource clock;

    /**
     * A schema that somebody brings.
     *
     * @param version that it is to have; less than 1: the next
     * @param id that it is to have, for import; negative: whichever
     */
    public record Brought(
            SubjectName subject, SchemaContent content, int version, int id, boolean normalize) {}

    /** The same, understood: as it would be stored. */
    private record Candidate(SchemaContent content, ParsedSchema schema) {}

    public Registration(Registry registry, Parsing parsing, InstantSource clock) {
        this.registry = registry;
        this.parsing = parsing;
        this.clock = clock;
    }

    /** Gives the schema a version of the subject and an id, or says which it has already. */
    public SchemaVersion register(Brought brought)
            throws StoreLog.Unavailable, InterruptedException {
        checkName(brought.subject());
        Candidate candidate = understand(brought, true);
        return registry.write(state -> decide(state, brought, candidate));
    }

    private Registry.Decision<SchemaVersion> decide(
            RegistryState state, Brought brought, Candidate candidate) {
        SubjectName subject = brought.subject();
        Optional<SchemaVersion> known = find(state, subject, candidate.content(), false);
        if (known.isPresent() && (brought.id() < 0 || brought.id() == known.get().id())) {
            return Registry.Decision.nothing(known.get());
        }
        Mode mode = state.modeInForce(subject);
        checkMode(mode, brought);
        if (mode != Mode.IMPORT) {
            List<String> messages =
                    incompatibilities(state, subject, candidate, state.live(subject));
            if (!messages.isEmpty()) {
                throw Refusals.incompatible(subject, messages);
            }
        }
        SchemaVersion added =
                new SchemaVersion(
                        subject,
                        number(state, mode, brought),
                        id(state, brought, candidate.content()),
                        candidate.content(),
                        false,
                        null,
                        clock.millis());
        List<StoreLog.Change> changes = new ArrayList<>();
        if (!state.contexts().contains(subject.context())) {
            changes.add(newContext(subject.context()));
        }
        changes.add(
                new StoreLog.Change(
                        new StoreKey.Schema(subject, added.version()), RecordFormat.of(added)));
        return new Registry.Decision<>(changes, added);
    }

    private static void checkMode(Mode mode, Brought brought) {
        if (mode.isReadOnly()) {
            throw Refusals.readOnly(brought.subject());
        }
        if (brought.id() >= 0 && mode != Mode.IMPORT) {
            throw Refusals.notPermitted("Subject " + brought.subject() + " is not in import mode");
        }
        if (brought.id() < 0 && mode == Mode.IMPORT) {
            throw Refusals.notPermitted(
                    "Subject " + brought.subject() + " is in import mode, which needs an id");
        }
    }

    private static int number(RegistryState state, Mode mode, Brought brought) {
        int next = state.nextVersion(brought.subject());
        if (brought.version() < 1 || brought.version() == next) {
            return next;
        }
        if (mode != Mode.IMPORT) {
            throw Refusals.invalidSchema("Version is not one more than previous version");
        }
        return brought.version();
    }

    private static int id(RegistryState state, Brought brought, SchemaContent content) {
        String context = brought.subject().context();
        if (brought.id() < 0) {
            Integer known = state.idOf(context, content);
            return known == null ? state.greatestId(context) + 1 : known;
        }
        for (SchemaVersion other : state.ofId(context, brought.id())) {
            if (!other.content().equals(content)) {
                throw Refusals.idTaken(brought.id());
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
     * The version of the subject that has this schema.
     *
     * @throws Refusal 40401, 40403 when there is none
     */
    public SchemaVersion find(Brought brought, boolean withDeleted)
            throws StoreLog.Unavailable, InterruptedException {
        boolean any =
                registry.read(state ->
                        withDeleted
                                ? !state.versions(brought.subject()).isEmpty()
                                : !state.live(brought.subject()).isEmpty());
        if (!any) {
            throw Refusals.subjectNotFound(brought.subject());
        }
        Candidate candidate = understand(brought, false);
        return registry.read(
                        state -> find(state, brought.subject(), candidate.content(), withDeleted))
                .orElseThrow(Refusals::schemaNotFound);
    }

    /** The newest version with this content; metadata and rules that are not asked for are any. */
    private static Optional<SchemaVersion> find(
            RegistryState state, SubjectName subject, SchemaContent content, boolean withDeleted) {
        Optional<SchemaVersion> found = Optional.empty();
        for (SchemaVersion version : state.versions(subject)) {
            if (version.deleted() && !withDeleted) {
                continue;
            }
            SchemaContent there = version.content();
            if (there.format() == content.format()
                    && there.text().equals(content.text())
                    && there.references().equals(content.references())
                    && (content.metadata() == null
                            || Objects.equals(content.metadata(), there.metadata()))
                    && (content.ruleSet() == null
                            || Objects.equals(content.ruleSet(), there.ruleSet()))) {
                found = Optional.of(version);
            }
        }
        return found;
    }

    /**
     * Why the schema could not follow one version, or those that the level asks for; empty: it
     * could.
     *
     * @param version to compare with; negative: as registration would
     */
    public List<String> check(Brought brought, int version, boolean latest)
            throws StoreLog.Unavailable, InterruptedException {
        Candidate candidate = understand(brought, false);
        return registry.read(state -> {
            List<SchemaVersion> live = state.live(brought.subject());
            if (version != NONE || latest) {
                live = live.stream().filter(each -> each.version() == version).toList();
                SchemaVersion newest = state.latest(brought.subject(), false);
                if (latest) {
                    live = newest == null ? List.of() : List.of(newest);
                } else if (live.isEmpty()) {
                    throw state.versions(brought.subject()).isEmpty()
                            ? Refusals.subjectNotFound(brought.subject())
                            : Refusals.versionNotFound(version);
                }
            }
            return incompatibilities(state, brought.subject(), candidate, live);
        });
    }

    private List<String> incompatibilities(
            RegistryState state,
            SubjectName subject,
            Candidate candidate,
            List<SchemaVersion> previous) {
        CompatibilityLevel level = state.levelInForce(subject);
        if (level == CompatibilityLevel.NONE) {
            return List.of();
        }
        String group = state.settingsInForce(subject).compatibilityGroup();
        List<Compatibility.Versioned> counting = new ArrayList<>();
        for (SchemaVersion version : previous) {
            if (group != null
                    && !Objects.equals(
                            property(version.content(), group),
                            property(candidate.content(), group))) {
                continue;
            }
            Optional<ParsedSchema> schema = parsing.registered(state, version);
            if (schema.isEmpty()) {
                return List.of(
                        "Version %d of subject %s is no valid schema, so nothing can be compared with it"
                                .formatted(version.version(), subject));
            }
            counting.add(new Compatibility.Versioned(version.version(), schema.get()));
        }
        return Compatibility.check(level, candidate.schema(), counting);
    }

    private static @Nullable String property(SchemaContent content, String name) {
        return content.metadata() == null
                ? null
                : content.metadata().path("properties").path(name).asText(null);
    }

    private Candidate understand(Brought brought, boolean withSettings)
            throws StoreLog.Unavailable, InterruptedException {
        record Known(Map<String, String> references, Settings settings) {}
        Known known =
                registry.read(state ->
                        new Known(
                                Parsing.resolve(state, brought.subject(), brought.content()),
                                state.settingsInForce(brought.subject())));
        ParsedSchema schema = parsing.brought(brought.content(), known.references());
        boolean normalize = brought.normalize() || known.settings().normalize();
        SchemaContent content =
                brought.content().withText(normalize ? schema.normalized() : schema.canonical());
        return new Candidate(
                withSettings ? Merging.withSettings(content, known.settings()) : content, schema);
    }

    /**
     * @throws Refusal 42208 when a subject cannot have that name
     */
    static void checkName(SubjectName subject) {
        String name = subject.name();
        if (name.isBlank()
                || name.equals("__GLOBAL")
                || name.equals("__EMPTY")
                || name.chars().anyMatch(Character::isISOControl)) {
            throw Refusals.invalidSubject(subject.qualified());
        }
    }
}
