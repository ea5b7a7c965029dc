package naru.broker.fetch;

import naru.broker.partition.Partition;

import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.jspecify.annotations.Nullable;

/**
 * One partition's part of a fetch's answer.
 *
 * @param partition when it is led here, else null
 * @param seenEnd offset up to which the reader was allowed to see when this was read
 * @param sizeBytes bytes of records
 * @param records offsets that these records span
 */
record Answer(
        Wanted wanted,
        PartitionData data,
        @Nullable Partition partition,
        long seenEnd,
        int sizeBytes,
        long records) {
    boolean isError() {
        return data.errorCode() != 0;
    }

    boolean isDiverging() {
        return data.divergingEpoch().endOffset() >= 0;
    }

    /** Whether another replica is to be read instead. */
    boolean isElsewhere() {
        return data.preferredReadReplica() >= 0;
    }

    long highWatermark() {
        return data.highWatermark();
    }

    long logStartOffset() {
        return data.logStartOffset();
    }
}
