package naru.systemtests;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A record batch of magic 2 that began as a sound one. Each field can be bent; {@link #sealed}
 * makes the CRC right again, so that a broker has to find the fault and not the CRC.
 */
final class BentBatch {
    static final int LENGTH_AT = 8;
    static final int MAGIC_AT = 16;
    static final int CRC_AT = 17;
    static final int ATTRIBUTES_AT = 21;
    static final int LAST_OFFSET_DELTA_AT = 23;
    static final int BASE_TIMESTAMP_AT = 27;
    static final int MAX_TIMESTAMP_AT = 35;
    static final int PRODUCER_ID_AT = 43;
    static final int PRODUCER_EPOCH_AT = 51;
    static final int BASE_SEQUENCE_AT = 53;
    static final int RECORD_COUNT_AT = 57;
    static final int HEADER_BYTES = 61;

    private final ByteBuffer bytes;

    private BentBatch(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Three records of the present time. */
    static BentBatch sound() {
        return of(Compression.NONE, "a", "b", "c");
    }

    static BentBatch of(Compression compression, String... values) {
        long now = System.currentTimeMillis();
        SimpleRecord[] records =
                Arrays.stream(values)
                        .map(value -> value.getBytes(StandardCharsets.UTF_8))
                        .map(bytes -> new SimpleRecord(now, bytes, bytes))
                        .toArray(SimpleRecord[]::new);
        ByteBuffer made = MemoryRecords.withRecords(compression, records).buffer();
        return new BentBatch(ByteBuffer.allocate(made.remaining()).put(made).flip());
    }

    /** One batch that states so many records and a codec, around these bytes. */
    static BentBatch around(byte[] payload, int codec, int records) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + payload.length);
        bytes.put(sound().bytes.slice(0, HEADER_BYTES)).put(payload).flip();
        return new BentBatch(bytes)
                .length(bytes.limit() - LENGTH_AT - Integer.BYTES)
                .codec(codec)
                .records(records)
                .sealed();
    }

    BentBatch baseOffset(long offset) {
        bytes.putLong(0, offset);
        return this;
    }

    BentBatch length(int length) {
        bytes.putInt(LENGTH_AT, length);
        return this;
    }

    BentBatch magic(int magic) {
        bytes.put(MAGIC_AT, (byte) magic);
        return this;
    }

    BentBatch attributes(int attributes) {
        bytes.putShort(ATTRIBUTES_AT, (short) attributes);
        return this;
    }

    BentBatch codec(int codec) {
        return attributes((bytes.getShort(ATTRIBUTES_AT) & ~7) | codec);
    }

    BentBatch lastOffsetDelta(int delta) {
        bytes.putInt(LAST_OFFSET_DELTA_AT, delta);
        return this;
    }

    /** States that count in both fields that tell of it. */
    BentBatch records(int count) {
        bytes.putInt(RECORD_COUNT_AT, count);
        return lastOffsetDelta(count - 1);
    }

    BentBatch countOnly(int count) {
        bytes.putInt(RECORD_COUNT_AT, count);
        return this;
    }

    BentBatch timestamps(long base, long max) {
        bytes.putLong(BASE_TIMESTAMP_AT, base);
        bytes.putLong(MAX_TIMESTAMP_AT, max);
        return this;
    }

    BentBatch producer(long id, int epoch, int sequence) {
        bytes.putLong(PRODUCER_ID_AT, id);
        bytes.putShort(PRODUCER_EPOCH_AT, (short) epoch);
        bytes.putInt(BASE_SEQUENCE_AT, sequence);
        return this;
    }

    /** Sets one byte counted from the batch's end. */
    BentBatch fromEnd(int distance, int value) {
        bytes.put(bytes.limit() - distance, (byte) value);
        return this;
    }

    BentBatch noise() {
        for (int at = HEADER_BYTES; at < bytes.limit(); at++) {
            bytes.put(at, (byte) (at * 37));
        }
        return this;
    }

    BentBatch sealed() {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(ATTRIBUTES_AT, bytes.limit() - ATTRIBUTES_AT));
        bytes.putInt(CRC_AT, (int) crc.getValue());
        return this;
    }

    ByteBuffer bytes() {
        return bytes.duplicate();
    }

    /** The batch without its last bytes. */
    ByteBuffer without(int lastBytes) {
        return bytes.slice(0, bytes.limit() - lastBytes);
    }

    ByteBuffer twice() {
        return ByteBuffer.allocate(2 * bytes.limit()).put(bytes()).put(bytes()).flip();
    }
}
