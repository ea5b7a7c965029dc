package naru.log;

import java.nio.channels.FileChannel;

/**
 * A run of bytes of one segment that may be sent to a reader as it stands. It begins at the batch
 * that contains the wanted offset (or the next one after it). Every whole batch in it has passed
 * its CRC; only when the first batch alone is larger than was asked for, or at the end, may a batch
 * be cut short, which readers ignore.
 *
 * <p>The channel belongs to the log, stays open for {@code file.delete.delay.ms} after the segment
 * has left the log, and is read by position only.
 *
 * @param baseOffset the offset that was asked for; the first batch may begin below it, or above it
 *     when nothing stands there any more
 * @param nextOffset offset after the last whole batch in the slice
 */
public record LogSlice(
        FileChannel channel, long position, int sizeBytes, long baseOffset, long nextOffset) {}
