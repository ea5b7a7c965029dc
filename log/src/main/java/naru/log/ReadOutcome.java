package naru.log;

/** What a read found. */
public sealed interface ReadOutcome {
    /** Bytes to send. */
    record Found(LogSlice slice) implements ReadOutcome {}

    /** The offset is within the log and nothing readable stands there yet. */
    record Nothing() implements ReadOutcome {}

    /** The offset is below the log start offset or above the log end offset. */
    record OutOfRange(long logStartOffset, long logEndOffset) implements ReadOutcome {}

    Nothing NOTHING = new Nothing();
}
