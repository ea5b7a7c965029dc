package naru.testkit;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of this repository that holds the {@code naru} script. */
public final class RepositoryRoot {
    private RepositoryRoot() {}

    public static Path find() {
        Path here = Path.of("").toAbsolutePath();
        for (@Nullable Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("naru"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no folder above " + here + " holds the naru script");
    }
}
