package naru.quorum;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A volume in memory that can be full; the test is left out where mounting is not permitted. */
public final class SmallVolume implements AutoCloseable {
    private static final int SIZE_BYTES = 32 << 20;
    private static final int STEP_BYTES = 4096;

    private final Path root;
    private final Path ballast;

    private SmallVolume(Path root) {
        this.root = root;
        this.ballast = root.resolve("ballast");
    }

    public static SmallVolume mount(Path folder) {
        int exitCode =
                run("mount", "-t", "tmpfs", "-o", "size=" + SIZE_BYTES, "tmpfs", folder.toString());
        assumeTrue(exitCode == 0, "no full disk here, mounting is not permitted");
        return new SmallVolume(folder);
    }

    private static int run(String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    public Path root() {
        return root;
    }

    /** Leaves about so much, and nothing when that is 0. */
    public void fill(long leftBytes) {
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (leftBytes == 0 || root.toFile().getUsableSpace() > leftBytes) {
                out.write(new byte[STEP_BYTES]);
            }
        } catch (IOException full) {
            if (leftBytes > 0) {
                throw new UncheckedIOException(full);
            }
        }
    }

    public void makeRoom() {
        try {
            Files.delete(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        run("umount", "-l", root.toString());
    }
}
