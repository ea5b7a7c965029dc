package naru.testkit.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Small volumes in memory, one for each node's folder, so that each can be full. Where mounting is
 * not permitted there are none, and the folders are ordinary ones.
 */
public final class Volumes implements AutoCloseable {
    private static final String SIZE = "size=512m";

    private final List<Path> mounts = new ArrayList<>();

    private Volumes() {}

    /**
     * @param home where {@code node-1} and the others are
     */
    public static Volumes mount(Path home, int nodes) {
        Volumes volumes = new Volumes();
        for (int node = 1; node <= nodes; node++) {
            Path folder = home.resolve("node-" + node);
            try {
                Files.createDirectories(folder);
                ShellCommand mount =
                        ShellCommand.run(
                                "mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", folder.toString());
                if (mount.exitCode() == 0) {
                    volumes.mounts.add(folder);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return volumes;
    }

    public boolean mounted() {
        return !mounts.isEmpty();
    }

    @Override
    public void close() {
        mounts.forEach(folder -> ShellCommand.run("umount", "-l", folder.toString()));
    }
}
