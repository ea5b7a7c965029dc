package naru.log;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Why a log takes no appends at present. A write that failed heals when writing works again; after
 * a sync that failed, nobody knows what of the unsynced bytes the disk has, so only opening the log
 * anew, which reads them, mends that.
 *
 * <p>Threads: set under the log's lock, read by any.
 */
final class WriteFault {
    private static final long RETRY_MILLIS = 1000;

    private volatile @Nullable String reason;
    private volatile boolean lasting;
    private long triedMillis;

    @Nullable String reason() {
        return reason;
    }

    void writeFailed(Path file, IOException cause, long nowMillis) {
        if (!lasting) {
            reason =
                    "The disk refused a write to "
                            + file
                            + " ("
                            + cause.getMessage()
                            + "); reads go on, and writes as soon as the disk takes them: make room"
                            + " or mend the disk.";
            triedMillis = nowMillis;
        }
    }

    void syncFailed(Path folder, IOException cause) {
        lasting = true;
        reason =
                "The disk failed to sync "
                        + folder
                        + " ("
                        + cause.getMessage()
                        + "), so what was written last may be lost; check the disk and restart the"
                        + " node.";
    }

    boolean lasting() {
        return lasting;
    }

    /** Whether it is time to try again by itself; then notes that it is tried. */
    boolean shouldTry(long nowMillis) {
        if (lasting || nowMillis - triedMillis < RETRY_MILLIS) {
            return false;
        }
        triedMillis = nowMillis;
        return true;
    }

    void healed() {
        reason = null;
    }
}
