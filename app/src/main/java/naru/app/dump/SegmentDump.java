package naru.app.dump;

import naru.app.terminal.Amounts;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.record.internal.CompressionType;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Reads a segment batch by batch.
 *
 * <p>The file may be growing: what is read is what stood there when the reading began. A batch
 * whose checksum is wrong is told and skipped; behind a length that cannot be true nothing can be
 * found, so the reading ends there.
 */
final class SegmentDump {
    private static final int LENGTH_LEAST = BatchHeader.SIZE - BatchHeader.OVERHEAD;
    private static final int OLD_LENGTH_LEAST = 14;

    private final FileChannel channel;
    private final boolean records;
    private final Findings findings;
    private final long fileSize;
    private final ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE);
    private final ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
    private long lastOffset;
    private long batches;
    private long recordCount;

    SegmentDump(FileChannel channel, long baseOffset, boolean records, Findings findings)
            throws IOException {
        this.channel = channel;
        this.records = records;
        this.findings = findings;
        this.fileSize = channel.size();
        this.lastOffset = baseOffset - 1;
    }

    void dump() throws IOException {
        findings.note(
                String.format(
                        Locale.ROOT,
                        "%12s  %-23s  %7s  %5s  %-24s  %-6s  %9s  %s",
                        "POSITION",
                        "OFFSETS",
                        "RECORDS",
                        "EPOCH",
                        "LATEST TIME",
                        "CODEC",
                        "SIZE",
                        "NOTES"));
        long position = 0;
        while (position < fileSize) {
            long next = batchAt(position);
            if (next < 0) {
                break;
            }
            position = next;
        }
        findings.note(
                String.join(
                        ", ",
                        batches + (batches == 1 ? " batch" : " batches"),
                        Amounts.plural(recordCount, "record"),
                        Amounts.bytes(fileSize),
                        findings.damaged() == 0
                                ? "no damage"
                                : Amounts.plural(findings.damaged(), "damage")));
    }

    /** Tells of the batch at the position; answers where the next begins, or -1 at the end. */
    private long batchAt(long position) throws IOException {
        header.clear();
        if (fileSize - position < BatchHeader.SIZE
                || !ChannelReader.read(channel, position, header)) {
            return tail(position);
        }
        BatchHeader batch = BatchHeader.read(header);
        if (!isPossible(batch)) {
            return noBatch(position, batch);
        }
        if (batch.sizeBytes() > fileSize - position) {
            findings.damage(
                    position,
                    "a batch of "
                            + batch.sizeBytes()
                            + " bytes is cut off after "
                            + (fileSize - position)
                            + growing());
            return -1;
        }
        if (batch.magic() < RecordBatchLayout.MAGIC) {
            findings.entry(
                    String.format(
                            Locale.ROOT,
                            "%12d  message of old format %d, offset %d, %d bytes, not looked into",
                            position,
                            batch.magic(),
                            batch.baseOffset(),
                            batch.sizeBytes()),
                    Map.of("position", position, "magic", batch.magic()));
        } else {
            tell(position, batch);
        }
        return position + batch.sizeBytes();
    }

    private static boolean isPossible(BatchHeader batch) {
        return switch (batch.magic()) {
            case 0, 1 -> batch.length() >= OLD_LENGTH_LEAST;
            case RecordBatchLayout.MAGIC -> batch.length() >= LENGTH_LEAST;
            default -> false;
        };
    }

    private void tell(long position, BatchHeader batch) throws IOException {
        boolean intact = crc(position, batch) == batch.crc();
        @Nullable String contradiction = intact ? batch.contradiction(lastOffset) : null;
        batches++;
        recordCount += intact ? batch.count() : 0;
        findings.entry(line(position, batch, intact), fields(position, batch, intact));
        if (!intact) {
            findings.damage(
                    position,
                    "the checksum of the batch at offset " + batch.baseOffset() + " is wrong");
            return;
        }
        lastOffset = Math.max(lastOffset, batch.lastOffset());
        if (contradiction != null) {
            findings.damage(position, contradiction);
        } else if (records) {
            new RecordsDump(channel, position, batch, findings).dump();
        }
    }

    private static String line(long position, BatchHeader batch, boolean intact) {
        @Nullable CompressionType codec = batch.codec();
        return String.format(
                        Locale.ROOT,
                        "%12d  %-23s  %7d  %5d  %-24s  %-6s  %9s  %s%s",
                        position,
                        batch.baseOffset() + "-" + batch.lastOffset(),
                        batch.count(),
                        batch.leaderEpoch(),
                        time(batch.maxTimestamp()),
                        codec == null ? "?" : codec.name,
                        Amounts.bytes(batch.sizeBytes()),
                        intact ? "" : "BAD CHECKSUM ",
                        String.join(", ", batch.marks()))
                .stripTrailing();
    }

    private static Map<String, Object> fields(long position, BatchHeader batch, boolean intact) {
        @Nullable CompressionType codec = batch.codec();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("position", position);
        fields.put("sizeBytes", batch.sizeBytes());
        fields.put("baseOffset", batch.baseOffset());
        fields.put("lastOffset", batch.lastOffset());
        fields.put("records", batch.count());
        fields.put("leaderEpoch", batch.leaderEpoch());
        fields.put("baseTimestamp", batch.baseTimestamp());
        fields.put("maxTimestamp", batch.maxTimestamp());
        fields.put("codec", codec == null ? "unknown" : codec.name);
        fields.put("producerId", batch.producerId());
        fields.put("producerEpoch", batch.producerEpoch());
        fields.put("baseSequence", batch.baseSequence());
        fields.put("transactional", batch.transactional());
        fields.put("control", batch.control());
        fields.put("logAppendTime", batch.logAppendTime());
        fields.put("checksumValid", intact);
        return fields;
    }

    static String time(long millis) {
        return millis < 0 ? "-" : Instant.ofEpochMilli(millis).toString();
    }

    private long crc(long position, BatchHeader batch) throws IOException {
        CRC32C crc = new CRC32C();
        long at = position + BatchHeader.CRC_FROM;
        long end = position + batch.sizeBytes();
        while (at < end) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), end - at));
            int size = chunk.limit();
            if (!ChannelReader.read(channel, at, chunk)) {
                return -1;
            }
            crc.update(chunk);
            at += size;
        }
        return crc.getValue();
    }

    private long noBatch(long position, BatchHeader batch) throws IOException {
        if (batch.length() == 0 && batch.baseOffset() == 0 && zerosFrom(position)) {
            findings.damage(
                    position,
                    "from here on only zeros, "
                            + (fileSize - position)
                            + " bytes: space that was reserved, or writes that were lost");
        } else {
            findings.damage(
                    position,
                    "here begins no batch (length "
                            + batch.length()
                            + ", format "
                            + batch.magic()
                            + "); the "
                            + (fileSize - position)
                            + " bytes from here on cannot be read");
        }
        return -1;
    }

    private boolean zerosFrom(long position) throws IOException {
        try (var rest = ChannelReader.stream(channel, position, fileSize)) {
            for (int value = rest.read(); value >= 0; value = rest.read()) {
                if (value != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private long tail(long position) throws IOException {
        findings.damage(
                position,
                "the last " + (fileSize - position) + " bytes are too few for a batch" + growing());
        return -1;
    }

    private String growing() throws IOException {
        return channel.size() > fileSize ? "; the file is being written, so that is no harm" : "";
    }
}
