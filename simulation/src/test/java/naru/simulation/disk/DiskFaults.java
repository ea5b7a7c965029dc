package naru.simulation.disk;

import java.io.IOException;

/** What goes wrong next. Nothing, until it is told. */
public final class DiskFaults {
    /** What a program does with a disk. */
    public enum Kind {
        READ,
        WRITE,
        FORCE,
        TRUNCATE,
        NAME,
        FORCE_FOLDER
    }

    private static final long NEVER = Long.MAX_VALUE;

    private long changesUntilDeath = NEVER;
    private Kind failing = Kind.WRITE;
    private long failingAfter = NEVER;
    private int failures;
    private long bytesLeft = NEVER;

    /** The process dies within the change behind the next so many. */
    public void dieAfter(long changes) {
        changesUntilDeath = changes;
    }

    /** So many operations of this kind fail, behind the next so many. */
    public void fail(Kind kind, long after, int count) {
        failing = kind;
        failingAfter = after;
        failures = count;
    }

    /** There is room for so many bytes more. */
    public void fullAfter(long bytes) {
        bytesLeft = bytes;
    }

    /** All is well from now on. */
    public void clear() {
        changesUntilDeath = NEVER;
        failingAfter = NEVER;
        bytesLeft = NEVER;
    }

    /** Whether something is to go wrong. */
    public boolean areAhead() {
        return changesUntilDeath != NEVER || failingAfter != NEVER || bytesLeft != NEVER;
    }

    /** Whether the process dies within this operation. */
    boolean dies(Kind kind) {
        if (kind == Kind.READ || changesUntilDeath == NEVER) {
            return false;
        }
        return changesUntilDeath-- <= 0;
    }

    void check(Kind kind) throws IOException {
        if (failingAfter == NEVER || kind != failing || failingAfter-- > 0) {
            return;
        }
        failingAfter = --failures > 0 ? 0 : NEVER;
        throw new IOException("Input/output error");
    }

    /** How many of so many bytes find room. */
    int room(int wanted) throws IOException {
        if (bytesLeft == NEVER) {
            return wanted;
        }
        if (bytesLeft <= 0) {
            throw new IOException("No space left on device");
        }
        int room = (int) Math.min(wanted, bytesLeft);
        bytesLeft -= room;
        return room;
    }
}
