package naru.simulation.disk;

/** What a disk with a planted bug says it has done and has not. */
public interface Lies {
    /** A disk that does what it says. */
    Lies NONE = new Lies() {};

    /** Whether a file's force does nothing. */
    default boolean forceOf(String name) {
        return false;
    }

    /** Whether a folder's force does nothing. */
    default boolean forceOfFolder(String name) {
        return false;
    }

    /** Whether a write does nothing. */
    default boolean write(String name, int position, int length) {
        return false;
    }

    /** Whether a killed process takes what was not forced with it. */
    default boolean killLosesCache() {
        return false;
    }
}
