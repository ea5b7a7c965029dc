package naru.broker;

import naru.log.disk.LocalDisk;

import java.io.IOException;
import java.nio.file.Path;

/** The real disk, of which one partition's folder is not synced any more once that is wished. */
final class FailingSyncs extends LocalDisk {
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
        super.forceFolder(folder);
    }
}
