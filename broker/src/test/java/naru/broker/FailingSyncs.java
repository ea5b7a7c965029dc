package naru.broker;

import naru.log.disk.Disk;
import naru.log.disk.LocalDisk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;

/** The real disk, of which one partition's folder is not synced any more once that is wished. */
final class FailingSyncs implements Disk {
    private final Disk real = new LocalDisk();
    private volatile String folderName = "";

    /** From now on syncs of the folder fail, that of a log which was not synced before too. */
    void failIn(String name) {
        folderName = name;
    }

    void mend() {
        folderName = "";
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        if (folder.getFileName().toString().equals(folderName)) {
            throw new IOException("Input/output error");
        }
        real.forceFolder(folder);
    }

    @Override
    public FileChannel open(Path file, OpenOption... options) throws IOException {
        return real.open(file, options);
    }

    @Override
    public boolean exists(Path path) {
        return real.exists(path);
    }

    @Override
    public long lastModifiedMillis(Path file) throws IOException {
        return real.lastModifiedMillis(file);
    }

    @Override
    public void setLastModified(Path file, long millis) throws IOException {
        real.setLastModified(file, millis);
    }

    @Override
    public List<Entry> list(Path folder) throws IOException {
        return real.list(folder);
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        real.createFolder(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        return real.delete(path);
    }

    @Override
    public long usableBytes(Path folder) {
        return real.usableBytes(folder);
    }

    @Override
    public long totalBytes(Path folder) {
        return real.totalBytes(folder);
    }
}
