package naru.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/**
 * A disk whose process can be made to die between any two changes of the file system: after so many
 * more of them, nothing is written, renamed or deleted any more. What was done stays.
 *
 * <p>Threads: one.
 */
public final class DyingDisk extends LocalDisk {
    private long changesLeft = Long.MAX_VALUE;
    private long refusedAfter = Long.MAX_VALUE;

    /** The change behind the next so many does not happen, nor any later one. */
    public void dieAfter(long more) {
        changesLeft = more;
    }

    public void reviveAll() {
        changesLeft = Long.MAX_VALUE;
        refusedAfter = Long.MAX_VALUE;
    }

    /** The change behind the next so many is refused; later ones happen. */
    public void refuseAfter(long more) {
        refusedAfter = more;
    }

    public boolean isDead() {
        return changesLeft <= 0;
    }

    private void change() throws IOException {
        if (changesLeft <= 0) {
            throw new IOException("the process is dead");
        }
        if (refusedAfter == 0) {
            refusedAfter = Long.MAX_VALUE;
            throw new IOException("the disk refuses");
        }
        refusedAfter -= refusedAfter == Long.MAX_VALUE ? 0 : 1;
        changesLeft -= changesLeft == Long.MAX_VALUE ? 0 : 1;
    }

    @Override
    public FileChannel open(Path file, OpenOption... options) throws IOException {
        if (!super.exists(file)) {
            change();
        }
        return new WatchedChannel(super.open(file, options));
    }

    @Override
    public void setLastModified(Path file, long millis) throws IOException {
        change();
        super.setLastModified(file, millis);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        change();
        super.rename(from, to);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        if (!super.exists(path)) {
            return false;
        }
        change();
        return super.delete(path);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        change();
    }

    /** Counts what changes the file. */
    private final class WatchedChannel extends ChannelView {
        WatchedChannel(FileChannel channel) {
            super(channel);
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            change();
            return channel().write(source, position);
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            change();
            channel().truncate(size);
            return this;
        }

        @Override
        public void force(boolean metadata) throws IOException {
            change();
        }
    }
}
