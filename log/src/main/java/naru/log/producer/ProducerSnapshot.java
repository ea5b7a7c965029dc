package naru.log.producer;

import naru.log.checkpoint.CorruptFileException;
import naru.log.checkpoint.SmallFile;
import naru.log.disk.Disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The files {@code <offset>.snapshot} of a partition's folder, in Kafka's format of version 1: a
 * version (int16), a CRC-32C of all that follows it (uint32), a count (int32), and 46 bytes per
 * producer with its last batch only.
 */
public final class ProducerSnapshot {
    public static final String SUFFIX = ".snapshot";

    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int COUNT_AT = 6;
    private static final int HEADER_BYTES = 10;
    private static final int ENTRY_BYTES = 46;
    private static final int OFFSET_DIGITS = 20;

    private ProducerSnapshot() {}

    /** The snapshot file of this offset, whether it is there or not. */
    public static Path file(Path partitionFolder, long offset) {
        return partitionFolder.resolve(String.format(Locale.ROOT, "%020d", offset) + SUFFIX);
    }

    /** All snapshot files that are there, by offset. */
    public static NavigableMap<Long, Path> list(Disk disk, Path partitionFolder)
            throws IOException {
        NavigableMap<Long, Path> snapshots = new TreeMap<>();
        for (Disk.Entry entry : disk.list(partitionFolder)) {
            if (entry.name().endsWith(SUFFIX)) {
                offset(entry.name())
                        .ifPresent(offset ->
                                snapshots.put(offset, partitionFolder.resolve(entry.name())));
            }
        }
        return snapshots;
    }

    private static OptionalLong offset(String name) {
        String digits = name.substring(0, name.length() - SUFFIX.length());
        if (digits.length() != OFFSET_DIGITS
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(digits));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }

    /** Deletes the snapshots of offsets below this one. */
    public static void deleteBefore(Disk disk, Path partitionFolder, long offset)
            throws IOException {
        for (Path file : list(disk, partitionFolder).headMap(offset, false).values()) {
            delete(disk, file);
        }
    }

    /** Deletes the snapshots of offsets above this one. */
    public static void deleteAfter(Disk disk, Path partitionFolder, long offset)
            throws IOException {
        for (Path file : list(disk, partitionFolder).tailMap(offset, false).values()) {
            delete(disk, file);
        }
    }

    static void delete(Disk disk, Path file) throws IOException {
        disk.delete(file);
    }

    static void write(
            Disk disk,
            Path partitionFolder,
            long offset,
            Collection<ProducerEntry> producers,
            boolean force)
            throws IOException {
        ByteBuffer content =
                ByteBuffer.allocate(
                        Math.addExact(
                                HEADER_BYTES, Math.multiplyExact(producers.size(), ENTRY_BYTES)));
        content.putShort(VERSION).putInt(0).putInt(producers.size());
        for (ProducerEntry entry : producers) {
            content.putLong(entry.producerId)
                    .putShort(entry.epoch)
                    .putInt(entry.lastSequence())
                    .putLong(entry.lastOffset())
                    .putInt(entry.lastOffsetDelta())
                    .putLong(entry.lastTimestamp)
                    .putInt(entry.coordinatorEpoch)
                    .putLong(entry.transactionFirstOffset);
        }
        content.flip();
        content.putInt(CRC_AT, crc(content));
        SmallFile.replace(disk, file(partitionFolder, offset), content, force);
    }

    /**
     * Gives the producers of the newest snapshot that can be read; deletes newer, corrupt ones.
     *
     * @return its offset, or empty when there is none
     */
    static OptionalLong readNewest(
            Disk disk, Path partitionFolder, Consumer<ProducerEntry> producers) throws IOException {
        for (Map.Entry<Long, Path> snapshot :
                list(disk, partitionFolder).descendingMap().entrySet()) {
            try {
                read(disk, snapshot.getValue()).forEach(producers);
                return OptionalLong.of(snapshot.getKey());
            } catch (CorruptFileException corrupt) {
                delete(disk, snapshot.getValue());
            }
        }
        return OptionalLong.empty();
    }

    static List<ProducerEntry> read(Disk disk, Path file) throws IOException {
        byte[] bytes = SmallFile.read(disk, file);
        if (bytes == null || bytes.length < HEADER_BYTES) {
            throw new CorruptFileException(file + " is shorter than a snapshot's header.");
        }
        ByteBuffer content = ByteBuffer.wrap(bytes);
        short version = content.getShort();
        if (version != VERSION) {
            throw new CorruptFileException(file + " has the unknown version " + version + ".");
        }
        int stored = content.getInt();
        if (stored != crc(content)) {
            throw new CorruptFileException(file + " does not agree with its CRC.");
        }
        int count = content.getInt();
        if (count < 0 || (long) count * ENTRY_BYTES > content.remaining()) {
            throw new CorruptFileException(file + " states " + count + " producers.");
        }
        List<ProducerEntry> producers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            producers.add(entry(content));
        }
        return producers;
    }

    private static ProducerEntry entry(ByteBuffer content) {
        ProducerEntry entry = new ProducerEntry(content.getLong());
        entry.epoch = content.getShort();
        int lastSequence = content.getInt();
        long lastOffset = content.getLong();
        int offsetDelta = content.getInt();
        entry.lastTimestamp = content.getLong();
        entry.coordinatorEpoch = content.getInt();
        entry.transactionFirstOffset = Math.max(ProducerEntry.NONE, content.getLong());
        if (lastOffset >= 0) {
            entry.addBatch(lastSequence, lastOffset, offsetDelta, entry.lastTimestamp);
        }
        return entry;
    }

    private static int crc(ByteBuffer content) {
        CRC32C crc = new CRC32C();
        crc.update(content.duplicate().position(COUNT_AT));
        return (int) crc.getValue();
    }
}
