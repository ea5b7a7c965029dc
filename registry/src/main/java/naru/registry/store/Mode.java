package naru.registry.store;

import java.util.Locale;
import java.util.Optional;

/** What may be done to a subject; the names are the API's. */
public enum Mode {
    READWRITE,
    READONLY,
    /** Of the global level: nothing may be written, whatever the subject says. */
    READONLY_OVERRIDE,
    /** Schemas are registered with the ids and versions that the client gives. */
    IMPORT,
    /** As {@link #IMPORT}, of a subject that another registry passes on. */
    FORWARD;

    public static final String NAMES =
            "READWRITE, READONLY, READONLY_OVERRIDE, IMPORT, and FORWARD";

    public static Optional<Mode> parse(String name) {
        for (Mode mode : values()) {
            if (mode.name().equals(name.toUpperCase(Locale.ROOT))) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    /** Whether ids and versions come from elsewhere. */
    public boolean isImport() {
        return this == IMPORT || this == FORWARD;
    }

    public boolean isReadOnly() {
        return this == READONLY || this == READONLY_OVERRIDE;
    }
}
