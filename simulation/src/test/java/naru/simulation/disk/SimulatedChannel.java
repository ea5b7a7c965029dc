package naru.simulation.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A way to a simulated file, for as long as the process that opened it lives. */
final class SimulatedChannel extends FileChannel {
    private final SimulatedDisk disk;
    private final String name;
    private final SimulatedFile file;
    private final boolean writable;
    private final int life;
    private long position;

    SimulatedChannel(SimulatedDisk disk, String name, SimulatedFile file, boolean writable) {
        this.disk = disk;
        this.name = name;
        this.file = file;
        this.writable = writable;
        this.life = disk.life();
    }

    private void change(DiskFaults.Kind kind) throws IOException {
        check();
        if (!writable && kind != DiskFaults.Kind.FORCE) {
            throw new NonWritableChannelException();
        }
        disk.operation(kind, name);
    }

    private void check() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        disk.checkAlive(life);
    }

    @Override
    public int read(ByteBuffer target, long at) throws IOException {
        check();
        disk.operation(DiskFaults.Kind.READ, name);
        byte[] bytes = new byte[Math.max(0, Math.min(target.remaining(), file.size() - (int) at))];
        int count = file.read(bytes, 0, bytes.length, (int) at);
        if (count > 0) {
            target.put(bytes, 0, count);
        }
        return target.hasRemaining() || count > 0 ? count : 0;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = read(target, position);
        position += Math.max(0, count);
        return count;
    }

    @Override
    public int write(ByteBuffer source, long at) throws IOException {
        check();
        byte[] bytes = new byte[source.remaining()];
        source.duplicate().get(bytes);
        int written = disk.written(name, file, bytes, (int) at);
        source.position(source.position() + written);
        file.modifiedAt(disk.nowMillis());
        return written;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int count = write(source, position);
        position += count;
        return count;
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        change(DiskFaults.Kind.TRUNCATE);
        file.truncate((int) Math.min(size, Integer.MAX_VALUE));
        file.modifiedAt(disk.nowMillis());
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        change(DiskFaults.Kind.FORCE);
        if (!disk.lies().forceOf(name)) {
            file.force();
        }
    }

    @Override
    public long size() throws IOException {
        check();
        return file.size();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public FileChannel position(long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(count, file.size() - from));
        read(bytes, from);
        return target.write(bytes.flip());
    }

    @Override
    protected void implCloseChannel() {}

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long from, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long from, long length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long from, long length, boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long from, long length, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
