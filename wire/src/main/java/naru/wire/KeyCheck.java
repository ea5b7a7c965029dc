package naru.wire;

import naru.wire.BatchCheck.Broken;
import naru.wire.BatchCheck.RecordError;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether every record of a packed batch has a key, as compacted topics demand. The records stream
 * through; those of uncompressed batches are seen by {@link BatchCheck} itself.
 *
 * <p>Threads: a function of its arguments.
 */
public final class KeyCheck {
    static final String NO_KEY = "Compacted topic cannot accept message without key.";

    private KeyCheck() {}

    /**
     * Why the batch at the buffer's position may not enter a compacted topic, or null when it may.
     *
     * @param maxUnpackedBytes most bytes that the records may have when unpacked
     */
    public static @Nullable Broken check(ByteBuffer batch, long maxUnpackedBytes) {
        ByteBuffer onHeap = batch.hasArray() ? batch : copied(batch);
        List<RecordError> keyless = new ArrayList<>(0);
        try (RecordStream records = new RecordStream()) {
            records.open(onHeap, onHeap.position(), maxUnpackedBytes);
            while (records.next()) {
                records.readKey((bytes, at, length) -> {});
                if (!records.hasKey() && keyless.size() < RecordWalk.MAX_ERRORS) {
                    keyless.add(new RecordError(records.index(), NO_KEY));
                }
            }
        } catch (RecordStream.TooLargeException tooLarge) {
            return new Broken(Errors.MESSAGE_TOO_LARGE, String.valueOf(tooLarge.getMessage()));
        } catch (IOException damaged) {
            return new Broken(
                    Errors.CORRUPT_MESSAGE,
                    "The records cannot be unpacked: " + damaged.getMessage());
        }
        return keyless.isEmpty()
                ? null
                : new Broken(
                        Errors.INVALID_RECORD,
                        "One or more records have been rejected: " + NO_KEY,
                        keyless);
    }

    private static ByteBuffer copied(ByteBuffer batch) {
        ByteBuffer copy = ByteBuffer.allocate(batch.remaining());
        copy.put(batch.duplicate());
        return copy.flip();
    }
}
