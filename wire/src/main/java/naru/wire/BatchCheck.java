package naru.wire;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Whether record batches of magic 2 may enter a log: framing, CRC-32C, header, and for uncompressed
 * batches every record. Compressed payloads are not unpacked; their headers are believed once the
 * CRC agrees.
 *
 * <p>Threads: a function of the buffer, whose position and limit are moved while it runs and stand
 * where they stood when it returns. Allocates one small result. Work is linear in the bytes given.
 * The error codes are those that Kafka 4.3 answers.
 */
public final class BatchCheck {
    /** Kafka's frame overhead of the oldest format; a shorter size cannot be any batch. */
    private static final int LEAST_SIZE_BYTES = 14;

    private static final int ZSTD = 4;
    private static final int LAST_KNOWN_CODEC = 4;
    private static final long NO_TIMESTAMP = -1;

    private BatchCheck() {}

    /** Who wrote the batches: decides how much is believed. */
    public enum Source {
        /** A produce request: everything is checked, offsets must be relative. */
        CLIENT,
        /**
         * A produce request of which records were taken out: as {@link #CLIENT}, but offsets have
         * gaps and there may be no record at all.
         */
        FILTERED_CLIENT,
        /** This node's own coordinators: control batches and any base offset are allowed. */
        COORDINATOR,
        /**
         * A leader, or a file of our own: framing, CRC and headers only; offsets may have gaps
         * after compaction, and the last batch may be cut short, which is not counted.
         */
        REPLICATION;

        boolean isClient() {
            return this == CLIENT || this == FILTERED_CLIENT;
        }
    }

    /**
     * What the batches are measured against.
     *
     * @param singleBatch whether exactly one batch must stand in the buffer, as in a produce
     *     request
     * @param zstdAllowed produce requests before version 7 may not use zstd
     * @param logAppendTime whether the topic replaces timestamps, so that theirs need no bounds
     * @param timestampBeforeMaxMillis how far a timestamp may lie before {@code nowMillis}
     * @param timestampAfterMaxMillis how far it may lie after {@code nowMillis}
     * @param keyRequired whether the topic is compacted; for compressed batches see {@link
     *     Sound#recordsWalked}
     */
    public record Limits(
            Source source,
            int maxMessageBytes,
            boolean singleBatch,
            boolean zstdAllowed,
            boolean logAppendTime,
            long timestampBeforeMaxMillis,
            long timestampAfterMaxMillis,
            long nowMillis,
            boolean keyRequired) {

        /** For batches that come from a leader or from our own files. */
        public static Limits replication() {
            return REPLICATION;
        }

        private static final Limits REPLICATION =
                new Limits(
                        Source.REPLICATION,
                        Integer.MAX_VALUE,
                        false,
                        true,
                        true,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        0,
                        false);
    }

    /** What the check found. */
    public sealed interface Outcome {}

    /**
     * All batches may enter.
     *
     * @param sizeBytes of the whole batches; less than was given only for {@link
     *     Source#REPLICATION}
     * @param maxTimestamp largest timestamp: of the records where they were walked, else of the
     *     headers; -1 when none has one
     * @param maxTimestampStated whether every batch header states that largest timestamp; if not,
     *     whoever stores the batch has to write it and the CRC anew
     * @param recordsWalked whether every record was looked at, which compressed ones are not
     * @param compression codec of the first batch as {@link RecordBatchLayout#compression} gives it
     */
    public record Sound(
            int batchCount,
            int recordCount,
            int sizeBytes,
            long maxTimestamp,
            boolean maxTimestampStated,
            boolean recordsWalked,
            int compression)
            implements Outcome {}

    /**
     * None may enter.
     *
     * @param records which records of the first broken batch are to blame (KIP-467), at most {@link
     *     RecordWalk#MAX_ERRORS}; empty when the batch is
     */
    public record Broken(Errors error, String message, List<RecordError> records)
            implements Outcome {
        Broken(Errors error, String message) {
            this(error, message, List.of());
        }
    }

    /** The record at {@code index} within its batch is at fault, because of {@code message}. */
    public record RecordError(int index, String message) {}

    /** Checks all batches between the buffer's position and limit. */
    public static Outcome check(ByteBuffer batches, Limits limits) {
        int start = batches.position();
        int end = batches.limit();
        int batchCount = 0;
        int recordCount = 0;
        long maxTimestamp = NO_TIMESTAMP;
        boolean stated = true;
        boolean walked = true;
        int compression = 0;
        int at = start;
        while (at < end) {
            if (limits.source == Source.REPLICATION && cutShort(batches, at, end)) {
                break;
            }
            Broken framing = framing(batches, at, end, limits, batchCount);
            if (framing != null) {
                return framing;
            }
            Broken header = header(batches, at, limits);
            if (header != null) {
                return header;
            }
            int codec = RecordBatchLayout.compression(RecordBatchLayout.attributes(batches, at));
            int size = (int) RecordBatchLayout.sizeBytes(batches, at);
            long stampedMax = RecordBatchLayout.maxTimestamp(batches, at);
            long batchMax = stampedMax;
            if (codec == 0 && limits.source != Source.REPLICATION) {
                RecordWalk walk = new RecordWalk(batches, at, limits);
                Broken records = walk.run();
                if (records != null) {
                    return records;
                }
                batchMax = walk.maxTimestamp();
                stated &= batchMax == stampedMax;
            } else {
                walked = false;
            }
            compression = batchCount == 0 ? codec : compression;
            maxTimestamp = Math.max(maxTimestamp, batchMax);
            recordCount = Math.addExact(recordCount, RecordBatchLayout.recordCount(batches, at));
            batchCount++;
            at += size;
        }
        if (batchCount == 0 && limits.source != Source.REPLICATION) {
            return new Broken(
                    Errors.INVALID_RECORD,
                    "There is no whole record batch for the partition; send one.");
        }
        return new Sound(
                batchCount, recordCount, at - start, maxTimestamp, stated, walked, compression);
    }

    /** Whether the bytes end before the batch that begins at the index does. */
    private static boolean cutShort(ByteBuffer buffer, int at, int end) {
        int there = end - at;
        return there <= RecordBatchLayout.MAGIC_AT
                || RecordBatchLayout.sizeBytes(buffer, at) > there;
    }

    private static @Nullable Broken framing(
            ByteBuffer buffer, int at, int end, Limits limits, int batchesBefore) {
        int there = end - at;
        if (there < RecordBatchLayout.LOG_OVERHEAD_BYTES) {
            return incomplete(batchesBefore);
        }
        long size = RecordBatchLayout.sizeBytes(buffer, at);
        if (size < LEAST_SIZE_BYTES) {
            return corrupt("A record batch states a size of " + size + " bytes.");
        }
        if (there <= RecordBatchLayout.MAGIC_AT) {
            return incomplete(batchesBefore);
        }
        byte magic = RecordBatchLayout.magic(buffer, at);
        if (magic < 0 || magic > RecordBatchLayout.MAGIC) {
            return corrupt("A record batch states magic " + magic + ", which does not exist.");
        }
        if (size > there) {
            return incomplete(batchesBefore);
        }
        if (magic != RecordBatchLayout.MAGIC) {
            return invalid("A record batch has magic " + magic + "; only magic 2 is taken.");
        }
        if (batchesBefore > 0 && limits.singleBatch) {
            return invalid(
                    "There is more than one record batch for the partition; send exactly one.");
        }
        if (size > limits.maxMessageBytes) {
            return new Broken(
                    Errors.MESSAGE_TOO_LARGE,
                    "The record batch has "
                            + size
                            + " bytes, more than max.message.bytes = "
                            + limits.maxMessageBytes
                            + " allows.");
        }
        if (size < RecordBatchLayout.HEADER_BYTES) {
            return corrupt(
                    "A record batch of " + size + " bytes is shorter than the header of magic 2.");
        }
        return checksum(buffer, at, (int) size);
    }

    private static Broken incomplete(int batchesBefore) {
        return batchesBefore == 0
                ? invalid("The record batch is cut short: its size passes the bytes sent.")
                : corrupt("Bytes that are no whole record batch follow the last one.");
    }

    private static @Nullable Broken checksum(ByteBuffer buffer, int at, int size) {
        int stored = RecordBatchLayout.crc(buffer, at);
        int computed = crc(buffer, at, size);
        if (stored == computed) {
            return null;
        }
        return corrupt(
                "The record batch is corrupt: it states CRC "
                        + Integer.toUnsignedString(stored)
                        + " and its bytes give "
                        + Integer.toUnsignedString(computed)
                        + ".");
    }

    /** CRC-32C of the batch of that size at the absolute index, as its header should state it. */
    public static int crc(ByteBuffer buffer, int at, int size) {
        int position = buffer.position();
        int limit = buffer.limit();
        CRC32C crc = new CRC32C();
        buffer.limit(at + size).position(at + RecordBatchLayout.ATTRIBUTES_AT);
        crc.update(buffer);
        buffer.limit(limit).position(position);
        return (int) crc.getValue();
    }

    private static @Nullable Broken header(ByteBuffer buffer, int at, Limits limits) {
        short attributes = RecordBatchLayout.attributes(buffer, at);
        int codec = RecordBatchLayout.compression(attributes);
        if (codec > LAST_KNOWN_CODEC) {
            return new Broken(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE, "No codec has the id " + codec + ".");
        }
        if (codec == ZSTD && !limits.zstdAllowed) {
            return new Broken(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "zstd needs a produce request of version 7 or later.");
        }
        int count = RecordBatchLayout.recordCount(buffer, at);
        int lastOffsetDelta = RecordBatchLayout.lastOffsetDelta(buffer, at);
        if (limits.source == Source.REPLICATION) {
            return replicatedHeader(buffer, at, count, lastOffsetDelta);
        }
        boolean consistent =
                limits.source == Source.FILTERED_CLIENT
                        ? count >= 0 && count <= lastOffsetDelta + 1L
                        : count >= 1 && lastOffsetDelta == count - 1;
        if (!consistent) {
            return invalid(
                    "The record batch states "
                            + count
                            + " records and a last offset delta of "
                            + lastOffsetDelta
                            + "; the delta has to be one less than the count.");
        }
        if (limits.source.isClient()) {
            Broken client = clientHeader(buffer, at, attributes, limits);
            if (client != null) {
                return client;
            }
        }
        return producer(buffer, at, attributes);
    }

    /** A follower believes its leader, as long as offsets cannot run backwards. */
    private static @Nullable Broken replicatedHeader(
            ByteBuffer buffer, int at, int count, int lastOffsetDelta) {
        long baseOffset = RecordBatchLayout.baseOffset(buffer, at);
        boolean ordered =
                count >= 0
                        && lastOffsetDelta >= 0
                        && baseOffset >= 0
                        && baseOffset + lastOffsetDelta >= 0
                        && count <= (long) lastOffsetDelta + 1;
        return ordered
                ? null
                : corrupt(
                        "The record batch at offset "
                                + baseOffset
                                + " states "
                                + count
                                + " records and a last offset delta of "
                                + lastOffsetDelta
                                + ".");
    }

    private static @Nullable Broken clientHeader(
            ByteBuffer buffer, int at, short attributes, Limits limits) {
        long baseOffset = RecordBatchLayout.baseOffset(buffer, at);
        if (baseOffset != 0) {
            return invalid("The base offset of a sent record batch is 0, not " + baseOffset + ".");
        }
        if (RecordBatchLayout.isControl(attributes)) {
            return invalid("Clients are not allowed to write control records.");
        }
        if (RecordBatchLayout.hasDeleteHorizon(attributes)) {
            return invalid("Clients are not allowed to set a delete horizon.");
        }
        if (RecordBatchLayout.isLogAppendTime(attributes)) {
            return new Broken(
                    Errors.INVALID_TIMESTAMP,
                    "Producers do not set the timestamp type to LogAppendTime; the topic does.");
        }
        boolean compressed = RecordBatchLayout.compression(attributes) != 0;
        if (compressed && !limits.logAppendTime) {
            long base = RecordBatchLayout.baseTimestamp(buffer, at);
            long max = RecordBatchLayout.maxTimestamp(buffer, at);
            if (outOfBounds(base, limits) || outOfBounds(max, limits)) {
                return new Broken(
                        Errors.INVALID_TIMESTAMP,
                        timestampMessage(outOfBounds(base, limits) ? base : max, limits));
            }
        }
        return null;
    }

    private static @Nullable Broken producer(ByteBuffer buffer, int at, short attributes) {
        long producerId = RecordBatchLayout.producerId(buffer, at);
        short epoch = RecordBatchLayout.producerEpoch(buffer, at);
        int sequence = RecordBatchLayout.baseSequence(buffer, at);
        if (producerId < RecordBatchLayout.NO_PRODUCER_ID) {
            return invalid("There is no producer id " + producerId + ".");
        }
        if (producerId == RecordBatchLayout.NO_PRODUCER_ID) {
            return RecordBatchLayout.isTransactional(attributes)
                    ? invalid("A transactional record batch needs a producer id.")
                    : null;
        }
        if (epoch < 0) {
            return invalid("Producer " + producerId + " states the epoch " + epoch + ".");
        }
        if (sequence < 0 && !RecordBatchLayout.isControl(attributes)) {
            return invalid(
                    "Invalid sequence number "
                            + sequence
                            + " in a record batch with producer id "
                            + producerId
                            + ".");
        }
        return null;
    }

    /** Whether the timestamp is none that may enter; a record without one (-1) may. */
    static boolean outOfBounds(long timestamp, Limits limits) {
        if (timestamp == NO_TIMESTAMP) {
            return false;
        }
        return timestamp < 0
                || (timestamp > limits.nowMillis
                        ? timestamp - limits.nowMillis > limits.timestampAfterMaxMillis
                        : limits.nowMillis - timestamp > limits.timestampBeforeMaxMillis);
    }

    static String timestampMessage(long timestamp, Limits limits) {
        return "Timestamp "
                + timestamp
                + " is out of range: it may lie "
                + limits.timestampBeforeMaxMillis
                + " ms before and "
                + limits.timestampAfterMaxMillis
                + " ms after the broker's time, "
                + limits.nowMillis
                + ".";
    }

    static Broken invalid(String message) {
        return new Broken(Errors.INVALID_RECORD, message);
    }

    private static Broken corrupt(String message) {
        return new Broken(Errors.CORRUPT_MESSAGE, message);
    }
}
