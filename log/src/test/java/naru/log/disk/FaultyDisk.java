package naru.log.disk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A disk on the real one that can be told to be full, to fail, and to lose what was not synced. It
 * remembers what every write since the last sync has overwritten, so that a power cut can take the
 * writes back: of each file, some of the last writes are lost, and the last that stays may be torn.
 *
 * <p>Threads: one.
 */
public final class FaultyDisk extends LocalDisk {

    /** Writes of each file since its last sync, oldest first. */
    private final Map<Path, Deque<Write>> unsynced = new HashMap<>();

    private long bytesLeft = Long.MAX_VALUE;
    private long usableBytes = Long.MAX_VALUE;

    /** It does not say how large it is. */
    private long totalBytes;

    private boolean syncFails;
    private @Nullable Path broken;

    /** What stood where a write went, and how long the file was before. */
    private record Write(long position, ByteBuffer before, long sizeBefore, int length) {}

    /** After so many more bytes, writes find no room until a file is cut. */
    public void fullAfter(long bytes) {
        bytesLeft = bytes;
    }

    public void hasRoomAgain() {
        bytesLeft = Long.MAX_VALUE;
    }

    /** From now on it says how large it is, and how much is left. */
    public void says(long total, long usable) {
        totalBytes = total;
        usableBytes = usable;
    }

    public void failSyncs(boolean fail) {
        syncFails = fail;
    }

    /** Nothing can be changed in this folder any more; null mends it. */
    public void breakUnder(@Nullable Path folder) {
        broken = folder;
    }

    private void checkBroken(Path file) throws IOException {
        if (broken != null && file.startsWith(broken)) {
            throw new IOException("Input/output error");
        }
    }

    /** Takes back writes that were not synced, as a power cut may. All channels must be closed. */
    public void cutPower(RandomGenerator random) throws IOException {
        for (Map.Entry<Path, Deque<Write>> file : unsynced.entrySet()) {
            if (!Files.exists(file.getKey())) {
                continue;
            }
            Deque<Write> writes = file.getValue();
            int lost = random.nextInt(writes.size() + 1);
            try (FileChannel channel = FileChannel.open(file.getKey(), StandardOpenOption.WRITE)) {
                for (int i = 0; i < lost; i++) {
                    Write write = writes.removeLast();
                    channel.write(write.before, write.position);
                    channel.truncate(write.sizeBefore);
                    if (i == lost - 1 && write.length > 1) {
                        tear(channel, write, random);
                    }
                }
            }
        }
        unsynced.clear();
    }

    /** Of a write at the end of the file, a part reached the disk, or a hole of zeros did. */
    private static void tear(FileChannel channel, Write write, RandomGenerator random)
            throws IOException {
        if (write.position == write.sizeBefore && random.nextBoolean()) {
            channel.write(
                    ByteBuffer.allocate(1 + random.nextInt(write.length - 1)), write.position);
        }
    }

    @Override
    public FileChannel open(Path file, OpenOption... options) throws IOException {
        if (List.of(options).contains(StandardOpenOption.WRITE)) {
            checkBroken(file);
        }
        return new FaultyChannel(file, super.open(file, options));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        checkBroken(from);
        super.rename(from, to);
        Deque<Write> writes = unsynced.remove(from);
        if (writes != null) {
            unsynced.put(to, writes);
        }
    }

    @Override
    public boolean delete(Path path) throws IOException {
        unsynced.remove(path);
        return super.delete(path);
    }

    @Override
    public long usableBytes(Path folder) {
        return Math.min(usableBytes, Math.min(bytesLeft, super.usableBytes(folder)));
    }

    @Override
    public long totalBytes(Path folder) {
        return totalBytes;
    }

    /** Remembers what is written, and fails when it is told to. */
    private final class FaultyChannel extends ChannelView {
        private final Path file;
        private final FileChannel channel;

        FaultyChannel(Path file, FileChannel channel) {
            super(channel);
            this.file = file;
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            checkBroken(file);
            if (bytesLeft <= 0) {
                throw new IOException("No space left on device");
            }
            int length = (int) Math.min(source.remaining(), bytesLeft);
            ByteBuffer part = source.slice(source.position(), length);
            remember(position, length);
            int written = channel.write(part, position);
            source.position(source.position() + written);
            bytesLeft -= bytesLeft == Long.MAX_VALUE ? 0 : written;
            return written;
        }

        private void remember(long position, int length) throws IOException {
            long size = channel.size();
            int overwritten = Math.clamp(size - position, 0, length);
            ByteBuffer before = ByteBuffer.allocate(overwritten);
            while (before.hasRemaining()) {
                channel.read(before, position + before.position());
            }
            unsynced.computeIfAbsent(file, any -> new ArrayDeque<>())
                    .addLast(new Write(position, before.flip(), size, length));
        }

        @Override
        public void force(boolean metadata) throws IOException {
            checkBroken(file);
            if (syncFails) {
                throw new IOException("Input/output error");
            }
            unsynced.remove(file);
        }

        /** Counted as durable at once: what a truncation took away never comes back. */
        @Override
        public FileChannel truncate(long size) throws IOException {
            long freed = Math.max(0, channel.size() - size);
            channel.truncate(size);
            bytesLeft += bytesLeft == Long.MAX_VALUE ? 0 : freed;
            Deque<Write> writes = unsynced.get(file);
            if (writes != null) {
                writes.removeIf(write -> write.position >= size);
            }
            return this;
        }
    }
}
