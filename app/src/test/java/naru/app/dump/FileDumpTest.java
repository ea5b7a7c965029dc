package naru.app.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;

/** Dumps of files that kafka-clients makes, whole and damaged. */
class FileDumpTest {
    private static final String SEGMENT = "00000000000000000000.log";
    private static final long TIME = 1_795_232_138_557L;

    @TempDir Path folder;

    private record Dump(String out, String err, long damaged) {}

    private Dump dump(Path file, boolean records, boolean json) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream outText = new PrintStream(out, false, StandardCharsets.UTF_8);
        PrintStream errText = new PrintStream(err, true, StandardCharsets.UTF_8);
        Findings findings = new Findings(outText, errText, json);
        FileDump.dump(file, records, findings);
        outText.flush();
        return new Dump(
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8),
                findings.damaged());
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] batch(long baseOffset, CompressionType codec, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] =
                    new SimpleRecord(
                            TIME + i,
                            utf8("key" + i),
                            utf8(values[i]),
                            new Header[] {new RecordHeader("h", utf8("x"))});
        }
        ByteBuffer buffer =
                MemoryRecords.withRecords(baseOffset, Compression.of(codec).build(), records)
                        .buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void batchesAndRecordsOfEveryCodecAreShown(CompressionType codec) throws IOException {
        Path file = write(SEGMENT, join(batch(0, codec, "one", "two"), batch(2, codec, "three")));

        Dump dump = dump(file, true, false);

        assertThat(dump.damaged()).isZero();
        assertThat(dump.out())
                .contains("0-1", "2-2", codec.name, "2026-11-21T03:35:38.557Z")
                .contains("key0: one  {h=x}", "key1: two", "key0: three")
                .contains("2 batches, 3 records", "no damage");
    }

    @Test
    void jsonHasOneObjectForEachBatch() throws IOException {
        Path file = write(SEGMENT, batch(0, CompressionType.NONE, "one"));

        Dump dump = dump(file, false, true);

        assertThat(dump.out().lines()).hasSize(1);
        assertThat(dump.out()).contains("\"baseOffset\":0", "\"checksumValid\":true");
    }

    @Test
    void flippedBitCostsOneBatch() throws IOException {
        byte[] first = batch(0, CompressionType.NONE, "one");
        byte[] all = join(first, batch(1, CompressionType.NONE, "two"));
        all[first.length - 3] ^= 4;

        Dump dump = dump(write(SEGMENT, all), true, false);

        assertThat(dump.damaged()).isEqualTo(1);
        assertThat(dump.err()).contains("damage at position 0").contains("checksum");
        assertThat(dump.out()).contains("BAD CHECKSUM", "key0: two").doesNotContain("key0: one");
    }

    @Test
    void tornTailIsToldWithItsPosition() throws IOException {
        byte[] first = batch(0, CompressionType.NONE, "one");
        byte[] all = join(first, batch(1, CompressionType.NONE, "two"));

        for (int cut : new int[] {1, 30, 70}) {
            Dump dump = dump(write(SEGMENT, Arrays.copyOf(all, all.length - cut)), false, false);

            assertThat(dump.damaged()).isEqualTo(1);
            assertThat(dump.err()).contains("damage at position " + first.length + ":");
        }
    }

    @Test
    void zerosAtTheEndAreNamed() throws IOException {
        byte[] first = batch(0, CompressionType.NONE, "one");

        Dump dump = dump(write(SEGMENT, Arrays.copyOf(first, first.length + 4096)), false, false);

        assertThat(dump.err()).contains("only zeros, 4096 bytes");
    }

    @Test
    void offsetsThatGoBackAreTold() throws IOException {
        Path file =
                write(
                        SEGMENT,
                        join(
                                batch(5, CompressionType.NONE, "one"),
                                batch(5, CompressionType.NONE, "two")));

        assertThat(dump(file, false, false).err()).contains("offset 5 comes after offset 5");
    }

    @Test
    void sizeThatARecordClaimsTakesNoMemory() throws IOException {
        byte[] bytes = batch(0, CompressionType.NONE, "value");
        // The value's length becomes the largest there is, and the checksum fits again.
        int valueLengthAt = BatchHeader.SIZE + 4 + 1 + 4;
        byte[] huge = {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
        byte[] damaged =
                join(
                        Arrays.copyOf(bytes, valueLengthAt),
                        huge,
                        Arrays.copyOfRange(bytes, valueLengthAt + 1, bytes.length));
        ByteBuffer batch = ByteBuffer.wrap(damaged);
        batch.putInt(8, damaged.length - BatchHeader.OVERHEAD);
        CRC32C crc = new CRC32C();
        crc.update(damaged, BatchHeader.CRC_FROM, damaged.length - BatchHeader.CRC_FROM);
        batch.putInt(17, (int) crc.getValue());

        Dump dump = dump(write(SEGMENT, damaged), true, false);

        assertThat(dump.damaged()).isEqualTo(1);
        assertThat(dump.err()).contains("record 1 of 1").contains("ends within");
    }

    @Test
    void anyBytesAreSurvivedAndWhatTheChecksumCoversIsFound() throws IOException {
        byte[] first = batch(0, CompressionType.LZ4, "one", "two");
        byte[] whole = join(first, batch(2, CompressionType.ZSTD, "three"));
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bytes = whole.clone();
            for (int i = 0; i < seed % 8; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            dump(write(SEGMENT, bytes), true, seed % 2 == 0);

            int covered =
                    BatchHeader.CRC_FROM + random.nextInt(first.length - BatchHeader.CRC_FROM);
            byte[] flipped = whole.clone();
            flipped[covered] ^= (byte) (1 << random.nextInt(8));
            assertThat(dump(write(SEGMENT, flipped), true, false).damaged())
                    .as("seed %d", seed)
                    .isEqualTo(1);
        }
    }

    @Test
    void indexIsComparedWithItsSegment() throws IOException {
        byte[] first = batch(10, CompressionType.NONE, "one");
        String name = "00000000000000000010";
        write(name + ".log", join(first, batch(11, CompressionType.NONE, "two")));
        ByteBuffer entries = ByteBuffer.allocate(64);
        entries.putInt(1).putInt(first.length);
        Path index = write(name + ".index", entries.array());

        assertThat(dump(index, false, false))
                .satisfies(dump -> {
                    assertThat(dump.damaged()).isZero();
                    assertThat(dump.out())
                            .contains("offset 11  position " + first.length)
                            .contains("reserved");
                });

        entries.putInt(8, 2).putInt(12, 1 << 20);
        write(name + ".index", entries.array());

        assertThat(dump(index, false, false).err()).contains("damage at position 8");
    }

    @Test
    void checkpointIsCounted() throws IOException {
        Path file = write("leader-epoch-checkpoint", utf8("0\n2\n0 0\n3 120\n"));

        assertThat(dump(file, false, false).out()).contains("epoch 3  begins at offset 120");

        write("leader-epoch-checkpoint", utf8("0\n3\n0 0\n3 120\n"));

        assertThat(dump(file, false, false).damaged()).isEqualTo(1);
    }

    @Test
    void producerSnapshotIsVerified() throws IOException {
        ByteBuffer snapshot = ByteBuffer.allocate(10 + 46);
        snapshot.putShort((short) 1).putInt(0).putInt(1);
        snapshot.putLong(4000).putShort((short) 2).putInt(17).putLong(99).putInt(3);
        snapshot.putLong(TIME).putInt(-1).putLong(-1);
        CRC32C crc = new CRC32C();
        crc.update(snapshot.array(), 6, snapshot.capacity() - 6);
        snapshot.putInt(2, (int) crc.getValue());
        Path file = write("00000000000000000100.snapshot", snapshot.array());

        assertThat(dump(file, false, false))
                .satisfies(dump -> {
                    assertThat(dump.damaged()).isZero();
                    assertThat(dump.out()).contains("producer 4000/2", "last offset 99");
                });

        snapshot.put(20, (byte) 7);
        write("00000000000000000100.snapshot", snapshot.array());

        assertThat(dump(file, false, false).err()).contains("checksum");
    }

    @Test
    void unknownFileIsRefusedWithTheKnown() {
        assertThatThrownBy(() -> dump(folder.resolve("notes.txt"), false, false))
                .hasMessageContaining(".timeindex");
    }
}
