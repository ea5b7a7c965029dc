package naru.simulation.disk;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The names in one folder, as they are seen now and as the disk has them. */
final class SimulatedFolder {
    /** Null instead of {@code from} or {@code to} makes it a creation or a deletion. */
    private record Change(@Nullable String from, @Nullable String to, Object node) {}

    private TreeMap<String, Object> seen = new TreeMap<>();
    private final TreeMap<String, Object> stored = new TreeMap<>();
    private final List<Change> unforced = new ArrayList<>();

    TreeMap<String, Object> names() {
        return seen;
    }

    void put(String name, Object node) {
        seen.put(name, node);
        unforced.add(new Change(null, name, node));
    }

    void remove(String name, Object node) {
        seen.remove(name);
        unforced.add(new Change(name, null, node));
    }

    void rename(String from, String to, Object node) {
        seen.remove(from);
        seen.put(to, node);
        unforced.add(new Change(from, to, node));
    }

    void force() {
        unforced.forEach(this::store);
        unforced.clear();
    }

    private void store(Change change) {
        if (change.from != null) {
            stored.remove(change.from);
        }
        if (change.to != null) {
            stored.put(change.to, change.node);
        }
    }

    /** The power fails: as with a journal, the first so many of what was not forced survive. */
    void cutPower(RandomGenerator random) {
        int survive = random.nextInt(unforced.size() + 1);
        unforced.subList(0, survive).forEach(this::store);
        unforced.clear();
        seen = new TreeMap<>(stored);
        for (Object node : seen.values()) {
            switch (node) {
                case SimulatedFile file -> file.cutPower(random);
                case SimulatedFolder folder -> folder.cutPower(random);
                default -> throw new IllegalStateException("no node: " + node);
            }
        }
    }
}
