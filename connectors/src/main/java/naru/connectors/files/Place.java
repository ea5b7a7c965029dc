package naru.connectors.files;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * How far a file was read. The fingerprint is over its first bytes, as many as were read and at
 * most {@value #PRINTED}: a file that grew still has it, another one under the same name has not.
 *
 * @param position of the next byte; for Avro, of a block
 * @param index records that were read so far; for Avro, in the block
 * @param printed how many bytes the fingerprint is over
 */
record Place(long position, long index, int printed, long fingerprint) {
    static final Place BEGINNING = new Place(0, 0, 0, 0);

    private static final int PRINTED = 4_096;

    static Place of(@Nullable Map<String, ?> offset) {
        if (offset == null) {
            return BEGINNING;
        }
        return new Place(
                number(offset, "position"),
                number(offset, "index"),
                (int) number(offset, "printed"),
                number(offset, "fingerprint"));
    }

    private static long number(Map<String, ?> offset, String name) {
        return offset.get(name) instanceof Number number ? number.longValue() : 0;
    }

    Map<String, Object> offset() {
        Map<String, Object> offset = new HashMap<>();
        offset.put("position", position);
        offset.put("index", index);
        offset.put("printed", (long) printed);
        offset.put("fingerprint", fingerprint);
        return offset;
    }

    boolean isBeginning() {
        return position == 0 && index == 0;
    }

    /** Further in the same file. */
    Place at(Path file, long newPosition, long newIndex, long read) throws IOException {
        int bytes = (int) Math.min(PRINTED, read);
        if (bytes <= printed) {
            return new Place(newPosition, newIndex, printed, fingerprint);
        }
        return new Place(newPosition, newIndex, bytes, print(file, bytes));
    }

    /** Whether the file is the one that was read, whatever was added to it. */
    boolean isIn(Path file, long size) throws IOException {
        return size >= position && size >= printed && print(file, printed) == fingerprint;
    }

    private static long print(Path file, int bytes) throws IOException {
        CRC32C print = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // Until all is there.
            }
        }
        print.update(buffer.flip());
        return bytes == 0 ? 0 : (print.getValue() << 32) ^ bytes;
    }
}
