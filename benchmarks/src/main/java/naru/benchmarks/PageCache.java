package naru.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Memory that a virtual machine has never touched is slow to get; this touches it. */
final class PageCache {
    private static final int CHUNK_BYTES = 1 << 20;

    private PageCache() {}

    /** Writes a file of that size and deletes it: its pages are what later files are made of. */
    static void warm(int megabytes) throws IOException {
        Path file = Files.createTempFile("naru-benchmark-", ".warm");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            for (int i = 0; i < megabytes; i++) {
                chunk.rewind();
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
        } finally {
            Files.delete(file);
        }
    }
}
