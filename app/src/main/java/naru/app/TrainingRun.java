package naru.app;

import naru.app.NodeLauncher.RunningNode;
import naru.app.terminal.Terminal;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Does once what nodes and commands do, so that the JVM can note which classes and methods they
 * need (JEP 483, 514, 515): {@code ./naru} runs this after a build and keeps the notes as its
 * cache.
 *
 * <p>The node has a temporary folder and a free port of its own. Whatever goes wrong only makes the
 * cache less complete.
 */
final class TrainingRun {
    private static final String TOPIC = "training";

    private static final Duration LONGEST = Duration.ofSeconds(90);

    private TrainingRun() {}

    /** A training that hangs must not keep anybody from starting. */
    private static void endAtTheLatest() {
        CompletableFuture.delayedExecutor(LONGEST.toSeconds(), TimeUnit.SECONDS)
                .execute(() -> Runtime.getRuntime().halt(1));
    }

    /** Runs the training. With an argument, HOST:PORT, that cluster serves instead of a node. */
    public static void main(String[] arguments) throws IOException {
        endAtTheLatest();
        if (arguments.length > 0) {
            withoutCluster();
            withCluster(arguments[0]);
            System.exit(0);
        }
        Path folder = Files.createTempDirectory("naru-training");
        @Nullable RunningNode node = null;
        try {
            int port = freePort();
            int registry = freePort();
            int connect = freePort();
            Map<String, String> settings = settings(folder, port, registry);
            settings.put("naru.connect.listeners", "http://127.0.0.1:" + connect);
            node = Nodes.ofThisBuild().launch(settings, null);
            withoutCluster();
            withCluster("127.0.0.1:" + port);
            withRegistry(registry);
            withConnect(connect);
        } catch (StartFailure noNode) {
            withoutCluster();
        } finally {
            if (node != null) {
                node.close();
            }
            delete(folder);
        }
        System.exit(0);
    }

    private static Map<String, String> settings(Path folder, int port, int registry)
            throws IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", folder.toString());
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("naru.metrics.listeners", "http://127.0.0.1:" + freePort());
        settings.put("naru.registry.listeners", "http://127.0.0.1:" + registry);
        settings.put("offsets.topic.num.partitions", "1");
        return settings;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void withoutCluster() {
        run("--help");
        run("topics", "list", "--help");
        run("version");
    }

    private static void withCluster(String bootstrap) {
        for (String output : List.of("table", "json")) {
            runAt(bootstrap, output, "topics", "create", TOPIC, "-p", "2", "--if-not-exists");
            runAt(bootstrap, output, "topics", "list");
            runAt(bootstrap, output, "produce", TOPIC, "-K", ":", "-z", "lz4");
            runAt(bootstrap, output, "produce", TOPIC, "-K", ":", "-z", "zstd");
            runAt(bootstrap, output, "consume", TOPIC, "--from-beginning", "--until-end");
            runAt(bootstrap, output, "consume", TOPIC, "-g", TOPIC, "--from-beginning", "-n", "9");
            runAt(bootstrap, output, "topics", "describe", TOPIC);
            runAt(bootstrap, output, "groups", "list");
            runAt(bootstrap, output, "groups", "describe", TOPIC);
            runAt(bootstrap, output, "cluster", "status");
            runAt(bootstrap, output, "configs", "describe", "topic", TOPIC, "--all");
        }
        runAt(bootstrap, "table", "groups", "delete", TOPIC, "--yes");
        runAt(bootstrap, "table", "topics", "delete", TOPIC, "--yes");
    }

    private static void withRegistry(int port) throws IOException {
        String schema = "{\"schema\":\"{\\\"type\\\":\\\"string\\\"}\"}";
        for (String path : List.of("/subjects/training-value/versions", "/subjects")) {
            URLConnection asked =
                    URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
            if (path.endsWith("versions")) {
                asked.setDoOutput(true);
                asked.setRequestProperty("Content-Type", "application/json");
                asked.getOutputStream().write(schema.getBytes(StandardCharsets.UTF_8));
            }
            try (InputStream answer = asked.getInputStream()) {
                answer.readAllBytes();
            }
        }
    }

    private static void withConnect(int port) throws IOException {
        for (String path : List.of("/", "/connectors", "/connector-plugins")) {
            URLConnection asked =
                    URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
            try (InputStream answer = asked.getInputStream()) {
                answer.readAllBytes();
            }
        }
    }

    private static void runAt(String bootstrap, String output, String... command) {
        String[] complete =
                Stream.concat(
                                Stream.of(command),
                                Stream.of("--bootstrap", bootstrap, "--output", output))
                        .toArray(String[]::new);
        run(complete);
    }

    private static void run(String... command) {
        String lines = "key:value\n".repeat(2_000);
        InputStream in = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
        OutputStream nowhere = OutputStream.nullOutputStream();
        Naru.run(new Terminal(in, nowhere, nowhere, "", false), command);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
