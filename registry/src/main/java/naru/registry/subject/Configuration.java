package naru.registry.subject;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Refusal;
import naru.registry.store.Mode;
import naru.registry.store.RecordFormat;
import naru.registry.store.Registry;
import naru.registry.store.RegistryState;
import naru.registry.store.Settings;
import naru.registry.store.StoreKey;
import naru.registry.store.StoreLog;
import naru.registry.store.SubjectName;
import naru.schema.CompatibilityLevel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings and modes of subjects, contexts, and of all ({@link SubjectName#GLOBAL}). */
public final class Configuration {
    private static final String LEVEL = "compatibilityLevel";
    private static final String REQUESTED_LEVEL = "compatibility";

    private final Registry registry;

    public Configuration(Registry registry) {
        this.registry = registry;
    }

    /**
     * @param inherited what holds is asked, not what is set for this subject alone
     */
    public ObjectNode settings(SubjectName subject, boolean inherited)
            throws StoreLog.Unavailable, InterruptedException {
        return registry.read(state -> {
            if (inherited || subject.equals(SubjectName.GLOBAL)) {
                return complete(state, subject);
            }
            Settings own = state.settings(subject);
            if (own == null) {
                throw Refusals.noLevelOfItsOwn(subject);
            }
            return own.tree().deepCopy();
        });
    }

    private static ObjectNode complete(RegistryState state, SubjectName subject) {
        ObjectNode tree = state.settingsInForce(subject).tree().deepCopy();
        return tree.put(LEVEL, state.levelInForce(subject).name());
    }

    /**
     * Changes what the request names; a field that is null is taken away.
     *
     * @param change fields of the API's ConfigUpdateRequest, in which the level is {@code
     *     compatibility}
     * @return what is set then, in the same form
     */
    public ObjectNode change(SubjectName subject, ObjectNode change)
            throws StoreLog.Unavailable, InterruptedException {
        Registration.checkCharacters(subject);
        ObjectNode stored = checked(change);
        return registry.write(state -> {
            if (state.modeInForce(subject) == Mode.READONLY_OVERRIDE) {
                throw Refusals.readOnly(subject);
            }
            Settings own = state.settings(subject);
            Settings before =
                    own == null ? new Settings(JsonNodeFactory.instance.objectNode()) : own;
            ObjectNode after = before.changed(stored).tree();
            return new Registry.Decision<>(
                    List.of(new StoreLog.Change(new StoreKey.Config(subject), after)),
                    asRequest(after));
        });
    }

    private static ObjectNode checked(ObjectNode change) {
        ObjectNode stored = change.deepCopy();
        JsonNode level = stored.remove(REQUESTED_LEVEL);
        if (level != null && !level.isNull()) {
            CompatibilityLevel known =
                    CompatibilityLevel.parse(level.asText()).orElseThrow(Refusals::invalidLevel);
            stored.put(LEVEL, known.name());
        } else if (level != null) {
            stored.putNull(LEVEL);
        }
        String policy = stored.path("compatibilityPolicy").asText("STRICT");
        if (!policy.equalsIgnoreCase("STRICT") && !policy.equalsIgnoreCase("LENIENT")) {
            throw Refusals.invalidPolicy();
        }
        RuleSets.check(RecordFormat.object(stored.get("defaultRuleSet")));
        RuleSets.check(RecordFormat.object(stored.get("overrideRuleSet")));
        return stored;
    }

    private static ObjectNode asRequest(ObjectNode settings) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : settings.properties()) {
            String name = field.getKey().equals(LEVEL) ? REQUESTED_LEVEL : field.getKey();
            request.set(name, field.getValue());
        }
        return request;
    }

    /** Takes the settings away, and gives what they were. */
    public ObjectNode remove(SubjectName subject)
            throws StoreLog.Unavailable, InterruptedException {
        return registry.write(state -> {
            Settings own = state.settings(subject);
            if (own == null && !subject.equals(SubjectName.GLOBAL)) {
                throw Refusals.subjectNotFound(subject);
            }
            ObjectNode before = own == null ? complete(state, subject) : own.tree().deepCopy();
            return new Registry.Decision<>(
                    List.of(new StoreLog.Change(new StoreKey.Config(subject), null)), before);
        });
    }

    /** The mode; see {@link #settings}. */
    public Mode mode(SubjectName subject, boolean inherited)
            throws StoreLog.Unavailable, InterruptedException {
        return registry.read(state -> {
            Mode own = state.mode(subject);
            boolean asked = inherited || subject.equals(SubjectName.GLOBAL);
            if (asked || state.isReadOnlyEverywhere()) {
                return state.modeInForce(subject);
            }
            if (own == null) {
                throw Refusals.noModeOfItsOwn(subject);
            }
            return own;
        });
    }

    /**
     * @param force even if schemas are there already, whose ids an import could meet
     * @throws Refusal 42204 when there is no such mode, 42205 when schemas are in the way
     */
    public Mode changeMode(SubjectName subject, String name, boolean force)
            throws StoreLog.Unavailable, InterruptedException {
        Registration.checkCharacters(subject);
        Mode mode = Mode.parse(name).orElseThrow(Refusals::invalidMode);
        return registry.write(state -> {
            Mode before = state.modeInForce(subject);
            if (mode.isImport() && !before.isImport() && !force) {
                checkEmpty(state, subject);
            }
            return new Registry.Decision<>(
                    List.of(
                            new StoreLog.Change(
                                    new StoreKey.Mode(subject),
                                    JsonNodeFactory.instance
                                            .objectNode()
                                            .put("mode", mode.name()))),
                    mode);
        });
    }

    /** Takes the mode away, if one is set. */
    public void clearMode(SubjectName subject) throws StoreLog.Unavailable, InterruptedException {
        registry.write(state ->
                new Registry.Decision<>(
                        state.mode(subject) == null
                                ? List.of()
                                : List.of(new StoreLog.Change(new StoreKey.Mode(subject), null)),
                        true));
    }

    private static void checkEmpty(RegistryState state, SubjectName scope) {
        for (SubjectName subject : state.subjects()) {
            if (covers(scope, subject) && !state.live(subject).isEmpty()) {
                throw Refusals.notPermitted("Cannot import since found existing subjects");
            }
        }
    }

    private static boolean covers(SubjectName scope, SubjectName subject) {
        return scope.isContext()
                ? scope.context().equals(subject.context())
                : scope.equals(subject);
    }

    /**
     * Takes the mode away, and gives what it was.
     *
     * @param recursive also that of all subjects in the context
     * @return empty when only other subjects had one
     */
    public Optional<Mode> removeMode(SubjectName subject, boolean recursive)
            throws StoreLog.Unavailable, InterruptedException {
        return registry.write(state -> {
            Mode own = state.mode(subject);
            if (own == null && !recursive && !subject.equals(SubjectName.GLOBAL)) {
                throw Refusals.subjectNotFound(subject);
            }
            List<StoreLog.Change> changes = new ArrayList<>();
            if (own != null) {
                changes.add(new StoreLog.Change(new StoreKey.Mode(subject), null));
            }
            if (recursive && subject.isContext()) {
                for (SubjectName other : state.withMode()) {
                    if (!other.equals(subject) && covers(subject, other)) {
                        changes.add(new StoreLog.Change(new StoreKey.Mode(other), null));
                    }
                }
            }
            return new Registry.Decision<>(
                    changes,
                    own == null && subject.equals(SubjectName.GLOBAL) && !recursive
                            ? Optional.of(Mode.READWRITE)
                            : Optional.ofNullable(own));
        });
    }
}
