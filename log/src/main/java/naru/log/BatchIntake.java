package naru.log;

import naru.log.AppendOutcome.RecordError;
import naru.log.AppendOutcome.Refused;
import naru.wire.BatchCheck;
import naru.wire.KeyCheck;
import naru.wire.Recompression;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;

import java.nio.ByteBuffer;
import java.util.List;

/** What is done to batches before the log's lock is taken: checked, and changed as configured. */
final class BatchIntake {
    private static final String AS_SENT = "producer";
    private static final String UNCOMPRESSED = "uncompressed";

    /** Records of a batch that is unpacked here may have so many bytes, or max.message.bytes. */
    private static final int MOST_UNPACKED_BYTES = 32 << 20;

    private BatchIntake() {}

    /** What became of the batches. */
    sealed interface Intake {
        /**
         * They may be stored.
         *
         * @param batches the bytes to store; what was given, or what it was encoded anew to
         * @param appendTimeMillis time written into the records, or -1
         */
        record Admitted(ByteBuffer batches, long maxTimestamp, long appendTimeMillis)
                implements Intake {}

        record NotAdmitted(Refused refused) implements Intake {}
    }

    static Intake admit(ByteBuffer batches, LogConfig config, Origin origin, long nowMillis) {
        BatchCheck.Limits limits = limits(config, origin, nowMillis);
        return switch (BatchCheck.check(batches, limits)) {
            case BatchCheck.Broken broken -> new Intake.NotAdmitted(refused(broken));
            case BatchCheck.Sound sound -> {
                boolean asItIs =
                        origin == Origin.COORDINATOR
                                || sound.recordCount() == 0
                                || config.compressionType().equals(AS_SENT)
                                || codec(config).type().id == sound.compression();
                if (!asItIs) {
                    yield packed(batches, limits, config, nowMillis);
                }
                BatchCheck.Broken keyless =
                        config.compactEnabled() && origin.isClient() && !sound.recordsWalked()
                                ? KeyCheck.check(batches, mostUnpackedBytes(config))
                                : null;
                yield keyless == null
                        ? sized(batches, sound, config, nowMillis)
                        : new Intake.NotAdmitted(refused(keyless));
            }
        };
    }

    private static int mostUnpackedBytes(LogConfig config) {
        return Math.max(config.maxMessageBytes(), MOST_UNPACKED_BYTES);
    }

    private static BatchCheck.Limits limits(LogConfig config, Origin origin, long nowMillis) {
        return new BatchCheck.Limits(
                switch (origin) {
                    case CLIENT -> BatchCheck.Source.CLIENT;
                    case FILTERED_CLIENT -> BatchCheck.Source.FILTERED_CLIENT;
                    case COORDINATOR -> BatchCheck.Source.COORDINATOR;
                },
                config.maxMessageBytes(),
                origin.isClient(),
                true,
                config.logAppendTime(),
                config.timestampBeforeMaxMillis(),
                config.timestampAfterMaxMillis(),
                nowMillis,
                config.compactEnabled());
    }

    private static Compression codec(LogConfig config) {
        String name = config.compressionType();
        return Recompression.codec(
                name.equals(UNCOMPRESSED) ? CompressionType.NONE.name : name,
                config.compressionLevel());
    }

    /** Packs the one batch with the topic's codec. */
    private static Intake packed(
            ByteBuffer batch, BatchCheck.Limits limits, LogConfig config, long nowMillis) {
        return switch (Recompression.recompress(
                batch, codec(config), limits, mostUnpackedBytes(config))) {
            case Recompression.Refused(BatchCheck.Broken why) ->
                    new Intake.NotAdmitted(refused(why));
            case Recompression.Repacked(ByteBuffer packed, long _) ->
                    switch (BatchCheck.check(packed, limits)) {
                        case BatchCheck.Broken broken -> new Intake.NotAdmitted(refused(broken));
                        case BatchCheck.Sound sound -> sized(packed, sound, config, nowMillis);
                    };
        };
    }

    private static Refused refused(BatchCheck.Broken broken) {
        List<RecordError> records =
                broken.records().stream()
                        .map(record -> new RecordError(record.index(), record.message()))
                        .toList();
        return new Refused(broken.error(), broken.message(), records);
    }

    private static Intake sized(
            ByteBuffer batches, BatchCheck.Sound sound, LogConfig config, long nowMillis) {
        if (batches.remaining() > config.segmentBytes()) {
            return new Intake.NotAdmitted(
                    new Refused(
                            Errors.RECORD_LIST_TOO_LARGE,
                            "The batches have "
                                    + batches.remaining()
                                    + " bytes, which is more than the segment.bytes of "
                                    + config.segmentBytes()
                                    + "; send less at once or raise segment.bytes."));
        }
        if (!config.logAppendTime()) {
            if (!sound.maxTimestampStated() && sound.batchCount() == 1) {
                int at = batches.position();
                batches.putLong(at + RecordBatchLayout.MAX_TIMESTAMP_AT, sound.maxTimestamp());
                writeCrc(batches, at);
            }
            return new Intake.Admitted(batches, sound.maxTimestamp(), -1);
        }
        for (int at = batches.position(); at < batches.limit(); ) {
            stamp(batches, at, nowMillis);
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        return new Intake.Admitted(batches, nowMillis, nowMillis);
    }

    /** Writes the time of the append into the batch, and the CRC anew. */
    private static void stamp(ByteBuffer batches, int at, long nowMillis) {
        batches.putShort(
                at + RecordBatchLayout.ATTRIBUTES_AT,
                RecordBatchLayout.withLogAppendTime(RecordBatchLayout.attributes(batches, at)));
        batches.putLong(at + RecordBatchLayout.MAX_TIMESTAMP_AT, nowMillis);
        writeCrc(batches, at);
    }

    private static void writeCrc(ByteBuffer batches, int at) {
        batches.putInt(
                at + RecordBatchLayout.CRC_AT,
                BatchCheck.crc(batches, at, (int) RecordBatchLayout.sizeBytes(batches, at)));
    }
}
