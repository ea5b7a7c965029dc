package naru.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.CompatibilityLevel;
import naru.schema.SchemaReference;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the topic's records, applied in order, say. Pure: no clock, no chance, no I/O.
 *
 * <p>Threads: guarded by {@link Registry}.
 */
public final class RegistryState {
    private final NavigableMap<SubjectName, NavigableMap<Integer, SchemaVersion>> subjects =
            new TreeMap<>();
    private final Map<String, Ids> contexts = new TreeMap<>();
    private final Map<SubjectName, Settings> settings = new TreeMap<>();
    private final Map<SubjectName, Mode> modes = new TreeMap<>();
    private final Map<Use, SortedSet<Place>> usedBy = new HashMap<>();

    /** A version as references name it. */
    private record Use(SubjectName subject, int version) {}

    /** A version of a subject. */
    public record Place(SubjectName subject, int version) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int bySubject = subject.compareTo(other.subject);
            return bySubject != 0 ? bySubject : Integer.compare(version, other.version);
        }
    }

    /** The ids of one context. */
    private static final class Ids {
        private final Map<SchemaContent, Integer> byContent = new HashMap<>();
        private final Map<Integer, SortedSet<Place>> places = new HashMap<>();
        private int greatest;
    }

    public RegistryState() {
        contexts.put(SubjectName.DEFAULT_CONTEXT, new Ids());
    }

    /**
     * Takes a record.
     *
     * @param value null deletes what the key names
     * @throws IllegalArgumentException when the value is not what the key promises; nothing is
     *     changed then
     */
    public void apply(StoreKey key, @Nullable ObjectNode value, long timestampMillis) {
        switch (key) {
            case StoreKey.Schema schema -> applySchema(schema, value, timestampMillis);
            case StoreKey.Config(SubjectName subject) -> {
                if (value == null) {
                    settings.remove(subject);
                } else {
                    settings.put(subject, new Settings(value));
                }
            }
            case StoreKey.Mode(SubjectName subject) -> {
                if (value == null) {
                    modes.remove(subject);
                } else {
                    String name = value.path("mode").asText("");
                    modes.put(
                            subject,
                            Mode.parse(name)
                                    .orElseThrow(
                                            () -> new IllegalArgumentException("mode is " + name)));
                }
            }
            case StoreKey.DeleteSubject(SubjectName subject) -> {
                if (value != null) {
                    deleteUpTo(subject, value.path("version").asInt(-1));
                }
            }
            case StoreKey.ClearSubject(SubjectName subject) -> {
                if (value != null) {
                    clear(subject);
                }
            }
            case StoreKey.Context(String tenant, String context) -> {
                if (value == null) {
                    contexts.remove(context);
                } else {
                    contexts.computeIfAbsent(context, name -> new Ids());
                }
            }
            case StoreKey.Noop() -> {}
        }
    }

    private void applySchema(
            StoreKey.Schema key, @Nullable ObjectNode value, long timestampMillis) {
        if (value == null) {
            forget(key.subject(), key.version());
            return;
        }
        SchemaVersion version = RecordFormat.version(key, value, timestampMillis);
        forget(key.subject(), key.version());
        subjects.computeIfAbsent(key.subject(), name -> new TreeMap<>())
                .put(key.version(), version);
        Place place = new Place(key.subject(), key.version());
        Ids ids = contexts.computeIfAbsent(key.subject().context(), name -> new Ids());
        ids.greatest = Math.max(ids.greatest, version.id());
        ids.byContent.putIfAbsent(version.content(), version.id());
        ids.places.computeIfAbsent(version.id(), id -> new TreeSet<>()).add(place);
        for (SchemaReference reference : version.content().references()) {
            usedBy.computeIfAbsent(use(key.subject(), reference), use -> new TreeSet<>())
                    .add(place);
        }
    }

    private static Use use(SubjectName parent, SchemaReference reference) {
        return new Use(SubjectName.parse(reference.subject(), parent), reference.version());
    }

    private void forget(SubjectName subject, int version) {
        NavigableMap<Integer, SchemaVersion> versions = subjects.get(subject);
        SchemaVersion gone = versions == null ? null : versions.remove(version);
        if (versions == null || gone == null) {
            return;
        }
        if (versions.isEmpty()) {
            subjects.remove(subject);
        }
        Place place = new Place(subject, version);
        for (SchemaReference reference : gone.content().references()) {
            Use use = use(subject, reference);
            SortedSet<Place> users = usedBy.get(use);
            if (users != null && users.remove(place) && users.isEmpty()) {
                usedBy.remove(use);
            }
        }
        Ids ids = Objects.requireNonNull(contexts.get(subject.context()));
        SortedSet<Place> places = ids.places.get(gone.id());
        if (places != null && places.remove(place) && places.isEmpty()) {
            ids.places.remove(gone.id());
            ids.byContent.remove(gone.content(), gone.id());
        }
    }

    private void deleteUpTo(SubjectName subject, int last) {
        NavigableMap<Integer, SchemaVersion> versions = subjects.get(subject);
        if (versions != null) {
            versions.headMap(last, true).replaceAll((number, version) -> version.asDeleted(true));
        }
    }

    private void clear(SubjectName subject) {
        for (SchemaVersion version : List.copyOf(versions(subject))) {
            if (version.deleted()) {
                forget(subject, version.version());
            }
        }
    }

    /** All versions of a subject, oldest first, with those deleted softly. */
    public Collection<SchemaVersion> versions(SubjectName subject) {
        NavigableMap<Integer, SchemaVersion> versions = subjects.get(subject);
        return versions == null ? List.of() : versions.values();
    }

    /**
     * The subject; and if it is one of the default context, those of the same name in others: a
     * client that does not know of contexts finds it there.
     */
    public List<SubjectName> named(SubjectName subject) {
        List<SubjectName> named = new ArrayList<>(List.of(subject));
        if (subject.context().equals(SubjectName.DEFAULT_CONTEXT)) {
            for (String context : contexts.keySet()) {
                if (!context.equals(SubjectName.DEFAULT_CONTEXT)) {
                    named.add(new SubjectName(context, subject.name()));
                }
            }
        }
        return named;
    }

    /** Versions that are not deleted, oldest first. */
    public List<SchemaVersion> live(SubjectName subject) {
        return versions(subject).stream().filter(version -> !version.deleted()).toList();
    }

    public @Nullable SchemaVersion version(SubjectName subject, int number) {
        NavigableMap<Integer, SchemaVersion> versions = subjects.get(subject);
        return versions == null ? null : versions.get(number);
    }

    /** The newest version, among the deleted ones too if asked for, or null if there is none. */
    public @Nullable SchemaVersion latest(SubjectName subject, boolean withDeleted) {
        NavigableMap<Integer, SchemaVersion> versions = subjects.get(subject);
        if (versions == null) {
            return null;
        }
        for (SchemaVersion version : versions.descendingMap().values()) {
            if (withDeleted || !version.deleted()) {
                return version;
            }
        }
        return null;
    }

    /** The number of the next version. */
    public int nextVersion(SubjectName subject) {
        NavigableMap<Integer, SchemaVersion> versions = subjects.get(subject);
        return versions == null ? 1 : versions.lastKey() + 1;
    }

    /** All subjects with a version of any kind, in order. */
    public Collection<SubjectName> subjects() {
        return subjects.keySet();
    }

    public Collection<String> contexts() {
        return contexts.keySet();
    }

    boolean hasContext(String context) {
        return contexts.containsKey(context);
    }

    /** Where an id is registered in a context, in order. */
    public List<SchemaVersion> ofId(String context, int id) {
        Ids ids = contexts.get(context);
        SortedSet<Place> places = ids == null ? null : ids.places.get(id);
        List<SchemaVersion> found = new ArrayList<>();
        if (places != null) {
            for (Place place : places) {
                found.add(Objects.requireNonNull(version(place.subject(), place.version())));
            }
        }
        return found;
    }

    /** The id that a content has in a context, or null when it has none. */
    public @Nullable Integer idOf(String context, SchemaContent content) {
        Ids ids = contexts.get(context);
        return ids == null ? null : ids.byContent.get(content);
    }

    /** The greatest id that was ever seen in a context; 0: none. */
    public int greatestId(String context) {
        Ids ids = contexts.get(context);
        return ids == null ? 0 : ids.greatest;
    }

    /** Who refers to a version, in order; also those that are deleted softly. */
    public List<SchemaVersion> usersOf(SubjectName subject, int version) {
        List<SchemaVersion> users = new ArrayList<>();
        for (Place place : usedBy.getOrDefault(new Use(subject, version), new TreeSet<>())) {
            users.add(Objects.requireNonNull(version(place.subject(), place.version())));
        }
        return users;
    }

    /** What is set for exactly this subject or context, or null. */
    public @Nullable Settings settings(SubjectName subject) {
        return settings.get(subject);
    }

    /** Where settings for a subject are looked for, the nearest first. */
    private static List<SubjectName> levels(SubjectName subject) {
        return List.of(subject, subject.ofContext(), SubjectName.EVERYWHERE);
    }

    /** What holds for a subject: its own settings, its context's, those of all, or the default. */
    public Settings settingsInForce(SubjectName subject) {
        for (SubjectName level : levels(subject)) {
            Settings found = settings.get(level);
            if (found != null) {
                return found;
            }
        }
        return Settings.DEFAULT;
    }

    /** The level that holds for a subject, from the nearest settings that name one. */
    public CompatibilityLevel levelInForce(SubjectName subject) {
        for (SubjectName level : levels(subject)) {
            Settings found = settings.get(level);
            if (found != null && found.level() != null) {
                return Objects.requireNonNull(found.level());
            }
        }
        return CompatibilityLevel.BACKWARD;
    }

    /** What is set for exactly this subject or context, or null. */
    public @Nullable Mode mode(SubjectName subject) {
        return modes.get(subject);
    }

    /** Whether nothing may be written, whatever is set for a subject. */
    public boolean isReadOnlyEverywhere() {
        return modes.get(SubjectName.GLOBAL) == Mode.READONLY_OVERRIDE
                || modes.get(SubjectName.EVERYWHERE) == Mode.READONLY_OVERRIDE;
    }

    public Mode modeInForce(SubjectName subject) {
        if (isReadOnlyEverywhere()) {
            return Mode.READONLY_OVERRIDE;
        }
        for (SubjectName level : levels(subject)) {
            Mode found = modes.get(level);
            if (found != null) {
                return found;
            }
        }
        return Mode.READWRITE;
    }

    /** Subjects and contexts with settings of their own. */
    public Collection<SubjectName> withSettings() {
        return settings.keySet();
    }

    /** Subjects and contexts with a mode of their own. */
    public Collection<SubjectName> withMode() {
        return modes.keySet();
    }
}
