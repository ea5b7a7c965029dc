package naru.app.dump;

import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the indexes of a segment. Space reserved for later entries, zeros at the end, is none. */
final class IndexDump {
    private static final int OFFSET_ENTRY = 8;
    private static final int TIME_ENTRY = 12;
    private static final int TRANSACTION_ENTRY = 34;

    private IndexDump() {}

    /**
     * Offset index: offset relative to the segment's, and the position of its batch.
     *
     * @param log the segment, to be compared with, or null
     */
    static void offsets(
            FileChannel channel, @Nullable FileChannel log, long baseOffset, Findings findings)
            throws IOException {
        long size = channel.size();
        long count = 0;
        long lastRelative = -1;
        long lastPosition = -1;
        DataInputStream in = data(channel, size);
        for (long at = 0; at + OFFSET_ENTRY <= size; at += OFFSET_ENTRY) {
            int relative = in.readInt();
            int position = in.readInt();
            if (relative == 0 && position == 0) {
                reserved(at, size, findings);
                size = at;
                break;
            }
            count++;
            findings.entry(
                    "offset " + (baseOffset + relative) + "  position " + position,
                    fields("offset", baseOffset + relative, "position", position));
            if (relative <= lastRelative || position < lastPosition) {
                findings.damage(at, "the entry is not greater than the one before");
            }
            if (log != null) {
                compare(log, baseOffset + relative, position, at, findings);
            }
            lastRelative = relative;
            lastPosition = position;
        }
        close(size, OFFSET_ENTRY, count, findings);
    }

    private static void compare(
            FileChannel log, long offset, int position, long at, Findings findings)
            throws IOException {
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES);
        if (!ChannelReader.read(log, position, start)) {
            findings.damage(at, "the segment has no position " + position);
        } else if (start.getLong() > offset) {
            findings.damage(at, "at position " + position + " of the segment is another offset");
        }
    }

    /** Time index: the greatest timestamp so far, and the offset relative to the segment's. */
    static void times(FileChannel channel, long baseOffset, Findings findings) throws IOException {
        long size = channel.size();
        long count = 0;
        long lastTimestamp = Long.MIN_VALUE;
        int lastRelative = -1;
        DataInputStream in = data(channel, size);
        for (long at = 0; at + TIME_ENTRY <= size; at += TIME_ENTRY) {
            long timestamp = in.readLong();
            int relative = in.readInt();
            if (timestamp == 0 && relative == 0) {
                reserved(at, size, findings);
                size = at;
                break;
            }
            count++;
            findings.entry(
                    SegmentDump.time(timestamp) + "  offset " + (baseOffset + relative),
                    fields("timestamp", timestamp, "offset", baseOffset + relative));
            if (timestamp < lastTimestamp || relative < lastRelative) {
                findings.damage(at, "the entry is less than the one before");
            }
            lastTimestamp = timestamp;
            lastRelative = relative;
        }
        close(size, TIME_ENTRY, count, findings);
    }

    /** Transaction index: aborted transactions and the last stable offset behind each. */
    static void abortedTransactions(FileChannel channel, Findings findings) throws IOException {
        long size = channel.size();
        long count = 0;
        DataInputStream in = data(channel, size);
        for (long at = 0; at + TRANSACTION_ENTRY <= size; at += TRANSACTION_ENTRY) {
            short version = in.readShort();
            long producerId = in.readLong();
            long first = in.readLong();
            long last = in.readLong();
            long lastStable = in.readLong();
            if (version != 0) {
                findings.damage(at, "entries of version " + version + " are not known");
                return;
            }
            count++;
            Map<String, Object> fields = fields("producerId", producerId, "firstOffset", first);
            fields.put("lastOffset", last);
            fields.put("lastStableOffset", lastStable);
            findings.entry(
                    "producer "
                            + producerId
                            + "  aborted offsets "
                            + first
                            + "-"
                            + last
                            + "  last stable offset "
                            + lastStable,
                    fields);
            if (first > last) {
                findings.damage(at, "the transaction ends before it begins");
            }
        }
        close(size, TRANSACTION_ENTRY, count, findings);
    }

    private static DataInputStream data(FileChannel channel, long size) {
        return new DataInputStream(ChannelReader.stream(channel, 0, size));
    }

    private static void reserved(long at, long size, Findings findings) {
        findings.note("(" + (size - at) + " bytes from position " + at + " on are reserved)");
    }

    private static void close(long size, int entrySize, long count, Findings findings) {
        if (size % entrySize != 0) {
            findings.damage(size - size % entrySize, "the last entry is cut off");
        }
        findings.note(count + (count == 1 ? " entry" : " entries"));
    }

    private static Map<String, Object> fields(
            String first, long firstValue, String second, long secondValue) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(first, firstValue);
        fields.put(second, secondValue);
        return fields;
    }
}
