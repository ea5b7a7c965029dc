package naru.app.dump;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Reads the records of one batch as a stream. Of keys and values only the beginning is kept, so no
 * size that the data claims can exhaust memory; a compressed batch beyond {@link #COMPRESSED_MOST}
 * is not unpacked.
 */
final class RecordsDump {
    static final int COMPRESSED_MOST = 128 << 20;
    private static final int SHOWN_MOST = 256;
    private static final int HEADERS_MOST = 100;

    private final FileChannel channel;
    private final long position;
    private final BatchHeader batch;
    private final Findings findings;

    RecordsDump(FileChannel channel, long position, BatchHeader batch, Findings findings) {
        this.channel = channel;
        this.position = position;
        this.batch = batch;
        this.findings = findings;
    }

    void dump() throws IOException {
        long from = position + BatchHeader.SIZE;
        long end = position + batch.sizeBytes();
        if (batch.codec() != CompressionType.NONE && end - from > COMPRESSED_MOST) {
            findings.note("              (too large to be unpacked here)");
            return;
        }
        int done = 0;
        try (InputStream records = open(from, end)) {
            for (; done < batch.count(); done++) {
                record(records);
            }
        } catch (IOException | RuntimeException broken) {
            findings.damage(
                    position,
                    "record "
                            + (done + 1)
                            + " of "
                            + batch.count()
                            + " in the batch at offset "
                            + batch.baseOffset()
                            + " cannot be read: "
                            + broken.getMessage());
        }
    }

    private InputStream open(long from, long end) throws IOException {
        CompressionType codec = Objects.requireNonNull(batch.codec());
        if (codec == CompressionType.NONE) {
            return ChannelReader.stream(channel, from, end);
        }
        ByteBuffer compressed = ByteBuffer.allocate((int) (end - from));
        ChannelReader.read(channel, from, compressed);
        return new BufferedInputStream(
                Compression.of(codec)
                        .build()
                        .wrapForInput(compressed, (byte) batch.magic(), BufferSupplier.NO_CACHING));
    }

    private void record(InputStream in) throws IOException {
        varlong(in);
        in.read();
        long timestamp = batch.baseTimestamp() + varlong(in);
        long offset = batch.baseOffset() + varlong(in);
        @Nullable String key = bytes(in);
        @Nullable String value = bytes(in);
        Map<String, @Nullable String> headers = headers(in);
        long shownTime = batch.logAppendTime() ? batch.maxTimestamp() : timestamp;
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("offset", offset);
        fields.put("timestamp", shownTime);
        fields.put("key", key);
        fields.put("value", value);
        fields.put("headers", headers);
        findings.entry(
                "              "
                        + offset
                        + "  "
                        + SegmentDump.time(shownTime)
                        + "  "
                        + key
                        + ": "
                        + value
                        + (headers.isEmpty() ? "" : "  " + headers),
                fields);
    }

    private Map<String, @Nullable String> headers(InputStream in) throws IOException {
        long count = varlong(in);
        if (count < 0) {
            throw new IOException(count + " headers");
        }
        Map<String, @Nullable String> headers = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            @Nullable String name = bytes(in);
            @Nullable String value = bytes(in);
            if (i < HEADERS_MOST) {
                headers.put(String.valueOf(name), value);
            }
        }
        return headers;
    }

    /** The beginning of a length-prefixed field as text, or as hex when it is no text. */
    private static @Nullable String bytes(InputStream in) throws IOException {
        long size = varlong(in);
        if (size < 0) {
            return null;
        }
        byte[] shown = in.readNBytes((int) Math.min(size, SHOWN_MOST));
        if (shown.length < Math.min(size, SHOWN_MOST)) {
            throw new EOFException("it ends within a field of " + size + " bytes");
        }
        in.skipNBytes(size - shown.length);
        String rest = size > shown.length ? "... (" + size + " bytes)" : "";
        return asText(shown, size > shown.length) + rest;
    }

    private static String asText(byte[] bytes, boolean cut) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        // The last character may have been cut in two.
        String whole = cut && text.endsWith("\ufffd") ? text.substring(0, text.length() - 1) : text;
        boolean binary = whole.indexOf('\ufffd') >= 0 || whole.indexOf('\0') >= 0;
        return binary ? "0x" + HexFormat.of().formatHex(bytes) : whole;
    }

    /** A zigzag number of variable length, at most ten bytes. */
    private static long varlong(InputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("it ends within a number");
            }
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new IOException("a number has more than ten bytes");
    }
}
