package naru.broker.enforce;

import naru.wire.BatchCheck.Broken;
import naru.wire.BatchCheck.RecordError;
import naru.wire.BatchRecords;

import java.util.BitSet;
import java.util.List;

/** What was found of a batch. */
public sealed interface Verdict {
    Verdict SOUND = new Sound();

    /** All its records are what they should be. */
    record Sound() implements Verdict {}

    /**
     * Some are not.
     *
     * @param bad their indexes
     * @param errors of the first of them
     */
    record Bad(BitSet bad, List<RecordError> errors, BatchRecords records) implements Verdict {
        /** For the producer. */
        public String message() {
            RecordError first = errors.getFirst();
            return "%d of %d records are not of their schema; record %d: %s"
                    .formatted(bad.cardinality(), records.count(), first.index(), first.message());
        }
    }

    /** It cannot be told now; trying again may help. */
    record Undecided(String reason) implements Verdict {}

    /** The batch is damaged, or unpacks to too much. */
    record Unsound(Broken why) implements Verdict {}
}
