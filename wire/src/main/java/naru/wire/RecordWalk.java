package naru.wire;

import naru.wire.BatchCheck.Broken;
import naru.wire.BatchCheck.Limits;
import naru.wire.BatchCheck.RecordError;
import naru.wire.BatchCheck.Source;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps through the records of one uncompressed batch whose header has been checked, and names the
 * bad ones. A damaged structure ends the walk; records with a bad key or timestamp are collected.
 *
 * <p>Owned by the one call that made it. Reads by absolute index only, never past the batch; every
 * record takes at least one byte, so work is bounded by the batch's size whatever it claims.
 *
 * <p>Source: Kafka's documentation, "Record": length, attributes, timestamp delta, offset delta,
 * key, value, headers; varints are zigzag.
 */
final class RecordWalk {
    /** Most records that one refusal names. */
    static final int MAX_ERRORS = 100;

    private final ByteBuffer buffer;
    private final int end;
    private final int count;
    private final long baseTimestamp;
    private final boolean exactOffsets;
    private final boolean keyRequired;
    private final boolean boundedTimestamps;
    private final Limits limits;

    private int at;
    private boolean broken;
    private long maxTimestamp = Long.MIN_VALUE;
    private @Nullable List<RecordError> errors;
    private boolean timestampError;

    RecordWalk(ByteBuffer buffer, int batchAt, Limits limits) {
        this(
                buffer,
                batchAt + RecordBatchLayout.HEADER_BYTES,
                batchAt + (int) RecordBatchLayout.sizeBytes(buffer, batchAt),
                RecordBatchLayout.recordCount(buffer, batchAt),
                RecordBatchLayout.baseTimestamp(buffer, batchAt),
                limits);
    }

    /** Records that stand from {@code at} to {@code end} of a buffer without a batch header. */
    RecordWalk(ByteBuffer buffer, int at, int end, int count, long baseTimestamp, Limits limits) {
        this.buffer = buffer;
        this.at = at;
        this.end = end;
        this.count = count;
        this.baseTimestamp = baseTimestamp;
        this.limits = limits;
        this.exactOffsets =
                limits.source() == Source.CLIENT || limits.source() == Source.COORDINATOR;
        this.keyRequired = limits.keyRequired() && limits.source().isClient();
        this.boundedTimestamps = !limits.logAppendTime() && limits.source().isClient();
    }

    /** Largest timestamp of the records, after {@link #run}. */
    long maxTimestamp() {
        return maxTimestamp;
    }

    /** Why the records may not enter, or null when they may. */
    @Nullable Broken run() {
        for (int index = 0; index < count; index++) {
            String fault = record(index);
            if (fault != null) {
                return new Broken(
                        Errors.INVALID_RECORD,
                        "Record " + index + " of the batch is damaged: " + fault,
                        List.of(new RecordError(index, fault)));
            }
        }
        if (at != end) {
            return BatchCheck.invalid(
                    "Bytes follow the last of the " + count + " records that the batch states.");
        }
        return errors == null ? null : collected(errors);
    }

    private Broken collected(List<RecordError> found) {
        return timestampError
                ? new Broken(
                        Errors.INVALID_TIMESTAMP,
                        "One or more records have been rejected due to invalid timestamp.",
                        found)
                : new Broken(
                        Errors.INVALID_RECORD,
                        "One or more records have been rejected: " + found.getFirst().message(),
                        found);
    }

    /** Walks one record; what is wrong with its structure, or null. */
    private @Nullable String record(int index) {
        long length = varint(end);
        if (broken) {
            return "its length is no varint within the batch";
        }
        if (length < 0 || length > end - at) {
            return "its length of " + length + " bytes passes the batch's end";
        }
        int recordEnd = at + (int) length;
        at++; // attributes, of which none is in use
        long timestamp = baseTimestamp + varlong(recordEnd);
        long offsetDelta = varint(recordEnd);
        if (broken || at > recordEnd) {
            return "its length of " + length + " bytes is too small";
        }
        if (exactOffsets && offsetDelta != index) {
            return "its offset delta is " + offsetDelta + " and has to be " + index;
        }
        long keyLength = field(recordEnd);
        field(recordEnd);
        if (!broken) {
            headers(recordEnd);
        }
        if (broken || at != recordEnd) {
            return "its key, value and headers do not fill its " + length + " bytes exactly";
        }
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        if (keyRequired && keyLength < 0) {
            note(index, KeyCheck.NO_KEY);
        } else if (boundedTimestamps && BatchCheck.outOfBounds(timestamp, limits)) {
            timestampError = true;
            note(index, BatchCheck.timestampMessage(timestamp, limits));
        }
        return null;
    }

    private void note(int index, String message) {
        List<RecordError> found = errors;
        if (found == null) {
            found = new ArrayList<>();
            errors = found;
        }
        if (found.size() < MAX_ERRORS) {
            found.add(new RecordError(index, message));
        }
    }

    /** Skips a nullable field; its length, -1 for null. */
    private long field(int recordEnd) {
        long length = varint(recordEnd);
        if (broken || length < -1 || length > recordEnd - at) {
            broken = true;
            return -1;
        }
        at += (int) Math.max(length, 0);
        return length;
    }

    private void headers(int recordEnd) {
        long headerCount = varint(recordEnd);
        // Each header takes two bytes at least.
        if (headerCount < 0 || headerCount > (recordEnd - at) / 2) {
            broken = true;
            return;
        }
        for (int header = 0; header < headerCount && !broken; header++) {
            if (field(recordEnd) < 0) {
                broken = true;
                return;
            }
            field(recordEnd);
        }
    }

    /** A zigzag varint of at most five bytes. */
    private int varint(int fieldEnd) {
        if (at < fieldEnd) {
            byte first = buffer.get(at);
            if (first >= 0) {
                at++;
                return (first >>> 1) ^ -(first & 1);
            }
        }
        int value = (int) raw(fieldEnd, 5);
        return (value >>> 1) ^ -(value & 1);
    }

    private long varlong(int fieldEnd) {
        if (at < fieldEnd) {
            byte first = buffer.get(at);
            if (first >= 0) {
                at++;
                int small = (first >>> 1) ^ -(first & 1);
                return small;
            }
        }
        long value = raw(fieldEnd, 10);
        return (value >>> 1) ^ -(value & 1);
    }

    private long raw(int fieldEnd, int mostBytes) {
        long value = 0;
        for (int i = 0; i < mostBytes && at < fieldEnd; i++) {
            byte next = buffer.get(at++);
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        broken = true;
        return 0;
    }
}
