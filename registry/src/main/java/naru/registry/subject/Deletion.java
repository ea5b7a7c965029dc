package naru.registry.subject;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Refusal;
import naru.registry.store.RecordFormat;
import naru.registry.store.Registry;
import naru.registry.store.RegistryState;
import naru.registry.store.SchemaVersion;
import naru.registry.store.StoreKey;
import naru.registry.store.StoreLog;
import naru.registry.store.SubjectName;

import java.util.ArrayList;
import java.util.List;

/** Deletes versions and subjects: softly at first, so that ids still resolve, then for good. */
public final class Deletion {
    private final Registry registry;

    public Deletion(Registry registry) {
        this.registry = registry;
    }

    /**
     * Deletes one version.
     *
     * @param latest the newest is meant that is not deleted, whatever the number
     * @return its number
     */
    public int version(SubjectName subject, int number, boolean latest, boolean permanent)
            throws StoreLog.Unavailable, InterruptedException {
        return registry.write(state -> decide(state, subject, number, latest, permanent));
    }

    private static Registry.Decision<Integer> decide(
            RegistryState state,
            SubjectName subject,
            int number,
            boolean latest,
            boolean permanent) {
        if (state.versions(subject).isEmpty()) {
            throw Refusals.subjectNotFound(subject);
        }
        SchemaVersion version =
                latest ? state.latest(subject, false) : state.version(subject, number);
        if (version == null) {
            throw Refusals.versionNotFound(number);
        }
        if (!permanent && version.deleted()) {
            throw Refusals.versionSoftDeleted(subject, version.version());
        }
        if (permanent && !version.deleted()) {
            throw Refusals.versionNotSoftDeleted(subject, version.version());
        }
        check(state, List.of(version));
        List<StoreLog.Change> changes = new ArrayList<>();
        changes.add(change(version, permanent));
        if (!permanent && state.live(subject).size() == 1) {
            addOwnSettings(state, subject, changes);
        }
        return new Registry.Decision<>(changes, version.version());
    }

    /** Deletes all versions of a subject, and what is set for it; gives their numbers. */
    public List<Integer> subject(SubjectName subject, boolean permanent)
            throws StoreLog.Unavailable, InterruptedException {
        return registry.write(state -> decide(state, subject, permanent));
    }

    private static Registry.Decision<List<Integer>> decide(
            RegistryState state, SubjectName subject, boolean permanent) {
        List<SchemaVersion> all = List.copyOf(state.versions(subject));
        List<SchemaVersion> live = state.live(subject);
        if (all.isEmpty()) {
            throw Refusals.subjectNotFound(subject);
        }
        if (!permanent && live.isEmpty()) {
            throw Refusals.subjectSoftDeleted(subject);
        }
        if (permanent && !live.isEmpty()) {
            throw Refusals.subjectNotSoftDeleted(subject);
        }
        List<SchemaVersion> ending = permanent ? all : live;
        check(state, ending);
        List<StoreLog.Change> changes = new ArrayList<>();
        if (permanent) {
            ending.forEach(version -> changes.add(change(version, true)));
        } else {
            int last = live.getLast().version();
            ObjectNode value =
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("subject", subject.qualified())
                            .put("version", last);
            changes.add(new StoreLog.Change(new StoreKey.DeleteSubject(subject), value));
        }
        addOwnSettings(state, subject, changes);
        return new Registry.Decision<>(
                changes, ending.stream().map(SchemaVersion::version).toList());
    }

    private static StoreLog.Change change(SchemaVersion version, boolean permanent) {
        return new StoreLog.Change(
                new StoreKey.Schema(version.subject(), version.version()),
                permanent ? null : RecordFormat.of(version.asDeleted(true)));
    }

    /**
     * @throws Refusal when the subject is read-only, or somebody refers to one of them
     */
    private static void check(RegistryState state, List<SchemaVersion> ending) {
        SubjectName subject = ending.getFirst().subject();
        if (state.modeInForce(subject).isReadOnly()) {
            throw Refusals.readOnly(subject);
        }
        for (SchemaVersion version : ending) {
            for (SchemaVersion user : state.usersOf(subject, version.version())) {
                if (!user.deleted()) {
                    throw Refusals.referencesExist(subject, version.version());
                }
            }
        }
    }

    /** What was set for a subject does not outlive it. */
    private static void addOwnSettings(
            RegistryState state, SubjectName subject, List<StoreLog.Change> changes) {
        if (state.mode(subject) != null) {
            changes.add(new StoreLog.Change(new StoreKey.Mode(subject), null));
        }
        if (state.settings(subject) != null) {
            changes.add(new StoreLog.Change(new StoreKey.Config(subject), null));
        }
    }

    /** Takes away a context without subjects. */
    public void context(String context) throws StoreLog.Unavailable, InterruptedException {
        registry.write(state -> {
            if (!state.contexts().contains(context)) {
                throw new Refusal(404, 40401, "Context '" + context + "' not found.");
            }
            if (context.equals(SubjectName.DEFAULT_CONTEXT)
                    || state.subjects().stream()
                            .anyMatch(subject -> subject.context().equals(context))) {
                throw Refusals.contextNotEmpty(context);
            }
            return new Registry.Decision<>(
                    List.of(new StoreLog.Change(new StoreKey.Context("default", context), null)),
                    true);
        });
    }
}
