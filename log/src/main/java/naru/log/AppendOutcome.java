package naru.log;

import org.apache.kafka.common.protocol.Errors;

import java.util.List;

/** What became of an append. */
public sealed interface AppendOutcome {
    /**
     * The batches stand in the log.
     *
     * @param baseOffset offset of the first record
     * @param lastOffset offset of the last record
     * @param logAppendTimeMillis time that was written into the records, or -1 when they keep their
     *     own
     * @param logStartOffset of the log at that moment
     */
    record Appended(long baseOffset, long lastOffset, long logAppendTimeMillis, long logStartOffset)
            implements AppendOutcome {}

    /** An idempotent producer sent again what is already stored (KIP-98); nothing was written. */
    record Duplicate(
            long baseOffset, long lastOffset, long logAppendTimeMillis, long logStartOffset)
            implements AppendOutcome {}

    /**
     * Nothing was written.
     *
     * @param message the cause and the mend, for a person
     * @param records which records of the request are to blame (KIP-467); empty when the batch is
     */
    record Refused(Errors error, String message, List<RecordError> records)
            implements AppendOutcome {
        public Refused(Errors error, String message) {
            this(error, message, List.of());
        }
    }

    /** The log is closed; while it is moved, another or the same is soon open again. */
    Refused NOT_SERVED =
            new Refused(
                    Errors.NOT_LEADER_OR_FOLLOWER, "The partition is not served here any more.");

    /** Another leader epoch has begun than the one in which was to be appended. */
    Refused EPOCH_OVER =
            new Refused(
                    Errors.NOT_LEADER_OR_FOLLOWER,
                    "The partition is not led here any more in that leader epoch.");

    /** The record at {@code index} within its batch is at fault, because of {@code message}. */
    record RecordError(int index, String message) {}
}
