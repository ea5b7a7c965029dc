package naru.quorum.metadatalog;

import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.apache.kafka.snapshot.Snapshots;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A snapshot that comes from the leader piece by piece, under a temporary name until it is whole. A
 * piece for which there is no room waits; what was written of it is written again.
 *
 * <p>Threads: Raft's.
 */
final class ReceivedSnapshot implements RawSnapshotWriter {
    private final OffsetAndEpoch id;
    private final Path folder;
    private final Path temporary;
    private final FileChannel channel;
    private final DiskRoom room;
    private long size;
    private boolean frozen;

    private ReceivedSnapshot(
            OffsetAndEpoch id, Path folder, Path temporary, FileChannel channel, DiskRoom room) {
        this.id = id;
        this.folder = folder;
        this.temporary = temporary;
        this.channel = channel;
        this.room = room;
    }

    static ReceivedSnapshot begin(Path folder, OffsetAndEpoch id, DiskRoom room) {
        Path[] made = new Path[1];
        try {
            room.insist(() -> made[0] = Snapshots.createTempFile(folder, id));
            FileChannel channel = FileChannel.open(made[0], StandardOpenOption.WRITE);
            return new ReceivedSnapshot(id, folder, made[0], channel, room);
        } catch (IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
    }

    @Override
    public OffsetAndEpoch snapshotId() {
        return id;
    }

    @Override
    public long sizeInBytes() {
        return size;
    }

    @Override
    public void append(UnalignedMemoryRecords piece) {
        append(piece.buffer());
    }

    @Override
    public void append(MemoryRecords records) {
        append(records.buffer());
    }

    private void append(ByteBuffer piece) {
        if (frozen) {
            throw new IllegalStateException("the snapshot " + id + " is whole already");
        }
        room.await(piece.remaining());
        try {
            room.insist(() -> writeAtEnd(piece.duplicate()));
        } catch (IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
        size += piece.remaining();
    }

    private void writeAtEnd(ByteBuffer bytes) throws IOException {
        for (long at = size; bytes.hasRemaining(); ) {
            at += channel.write(bytes, at);
        }
    }

    @Override
    public boolean isFrozen() {
        return frozen;
    }

    @Override
    public void freeze() {
        try {
            channel.force(true);
            channel.close();
            if (!temporary.toFile().setReadOnly()) {
                throw new IOException(temporary + " cannot be made read-only");
            }
            Files.move(
                    temporary, Snapshots.snapshotPath(folder, id), StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        } catch (IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
        frozen = true;
    }

    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
    }
}
