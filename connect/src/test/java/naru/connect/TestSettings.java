package naru.connect;

import naru.connect.ConnectSettings.RestartRule;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Settings of a worker that says nothing of itself but where its cluster is. */
public final class TestSettings {
    private TestSettings() {}

    /** Of distributed mode. */
    public static ConnectSettings of(String bootstrap, Path folder) {
        return of(bootstrap, folder, List.of(), RestartRule.DEFAULT);
    }

    /**
     * @param standalone files of connectors; none: distributed mode
     */
    public static ConnectSettings of(
            String bootstrap, Path folder, List<Path> standalone, RestartRule restarts) {
        return new ConnectSettings(
                Map.of(),
                Map.of("bootstrap.servers", bootstrap),
                standalone,
                restarts,
                URI.create("http://127.0.0.1:8083"),
                null,
                folder.resolve("offsets"),
                null,
                null,
                "1");
    }
}
