package naru.app.dump;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** Reads the producers that a log knew at an offset: version, CRC, count, entries. */
final class ProducerSnapshotDump {
    private static final int VERSION = 1;
    private static final int CRC_FROM = 6;
    private static final int ENTRIES_FROM = 10;
    private static final int ENTRY = 46;

    private ProducerSnapshotDump() {}

    static void dump(FileChannel channel, Findings findings) throws IOException {
        long size = channel.size();
        if (size < ENTRIES_FROM) {
            findings.damage(0, size + " bytes are too few for a producer snapshot");
            return;
        }
        DataInputStream in = new DataInputStream(ChannelReader.stream(channel, 0, size));
        int version = in.readShort();
        if (version != VERSION) {
            findings.damage(0, "producer snapshots of version " + version + " are not known");
            return;
        }
        long crc = in.readInt() & 0xffff_ffffL;
        int count = in.readInt();
        if (crc != crcOf(channel, size)) {
            findings.damage(2, "the checksum is wrong");
        }
        if (count < 0 || ENTRIES_FROM + (long) count * ENTRY != size) {
            findings.damage(CRC_FROM, count + " producers do not take " + size + " bytes");
        }
        long whole = Math.min(Math.max(count, 0), (size - ENTRIES_FROM) / ENTRY);
        for (long i = 0; i < whole; i++) {
            entry(in, findings);
        }
        findings.note(whole + (whole == 1 ? " producer" : " producers"));
    }

    private static void entry(DataInputStream in, Findings findings) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("producerId", in.readLong());
        fields.put("producerEpoch", in.readShort());
        fields.put("lastSequence", in.readInt());
        fields.put("lastOffset", in.readLong());
        fields.put("offsetDelta", in.readInt());
        fields.put("timestamp", in.readLong());
        fields.put("coordinatorEpoch", in.readInt());
        long transactionFirst = in.readLong();
        fields.put("transactionFirstOffset", transactionFirst);
        findings.entry(
                "producer "
                        + fields.get("producerId")
                        + "/"
                        + fields.get("producerEpoch")
                        + "  last sequence "
                        + fields.get("lastSequence")
                        + "  last offset "
                        + fields.get("lastOffset")
                        + "  at "
                        + SegmentDump.time((long) fields.get("timestamp"))
                        + (transactionFirst < 0
                                ? ""
                                : "  open transaction since offset " + transactionFirst),
                fields);
    }

    private static long crcOf(FileChannel channel, long size) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = ChannelReader.stream(channel, CRC_FROM, size)) {
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                crc.update(buffer, 0, read);
            }
        }
        return crc.getValue();
    }
}
