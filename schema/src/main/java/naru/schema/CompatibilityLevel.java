package naru.schema;

import java.util.Optional;

/** Who must be able to read whose data when a subject gets a new version. */
public enum CompatibilityLevel {
    /** Nothing is checked. */
    NONE(false, false, false),
    /** The new version reads what the latest one wrote. */
    BACKWARD(true, false, false),
    BACKWARD_TRANSITIVE(true, false, true),
    /** The latest version reads what the new one writes. */
    FORWARD(false, true, false),
    FORWARD_TRANSITIVE(false, true, true),
    FULL(true, true, false),
    FULL_TRANSITIVE(true, true, true);

    private final boolean backward;
    private final boolean forward;
    private final boolean transitive;

    CompatibilityLevel(boolean backward, boolean forward, boolean transitive) {
        this.backward = backward;
        this.forward = forward;
        this.transitive = transitive;
    }

    /** The level of this name, whatever its case; empty: there is none. */
    public static Optional<CompatibilityLevel> parse(String name) {
        for (CompatibilityLevel level : values()) {
            if (level.name().equalsIgnoreCase(name)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }

    public boolean backward() {
        return backward;
    }

    public boolean forward() {
        return forward;
    }

    /** Whether every earlier version counts, not only the latest. */
    public boolean transitive() {
        return transitive;
    }
}
