package naru.log.compaction;

import java.io.IOException;

/** The pass is not wanted any more: the node stops, or the log has changed under it. */
final class CompactionStoppedException extends IOException {
    private static final long serialVersionUID = 1;

    CompactionStoppedException() {
        super("stopped");
    }
}
