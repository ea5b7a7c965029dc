package naru.testkit;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A PostgreSQL of Debian's package as a child process, with an empty database of its own in a
 * temporary folder, on a free port of 127.0.0.1; user and database are both {@code naru}, without a
 * password. It writes its log for logical decoding, so that changes can be captured.
 *
 * <p>PostgreSQL refuses to run as root: then it runs as the package's user {@code postgres}.
 */
public final class PostgresProcess implements AutoCloseable {
    private static final Duration START_BOUND = Duration.ofSeconds(60);
    private static final int START_TRIES = 20;
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final String USER = "naru";

    private final TemporaryFolder folder;
    private final Path programs;
    private final int port;
    private ServerProcess process;

    private PostgresProcess(TemporaryFolder folder, Path programs, int port) {
        this.folder = folder;
        this.programs = programs;
        this.port = port;
        this.process = launch();
    }

    /**
     * Null when PostgreSQL is here, else the sentence with which a test is skipped.
     *
     * @throws IllegalStateException when it is missing and NARU_REQUIRE_CLIENTS=1
     */
    public static @Nullable String missing() {
        if (programs() != null) {
            return null;
        }
        String sentence = "PostgreSQL is not installed; .ci/run installs it";
        if ("1".equals(System.getenv("NARU_REQUIRE_CLIENTS"))) {
            throw new IllegalStateException(sentence);
        }
        return sentence;
    }

    public static PostgresProcess start() {
        Path programs = programs();
        if (programs == null) {
            throw new IllegalStateException("PostgreSQL is not installed; .ci/run installs it");
        }
        TemporaryFolder folder = TemporaryFolder.create("naru-postgres");
        try {
            if (isRoot()) {
                Files.setOwner(
                        folder.path(),
                        FileSystems.getDefault()
                                .getUserPrincipalLookupService()
                                .lookupPrincipalByName("postgres"));
            }
            initialize(folder.path(), programs);
            return new PostgresProcess(folder, programs, FreePorts.find(1).getFirst());
        } catch (IOException e) {
            folder.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    public int port() {
        return port;
    }

    /** For JDBC, with the user in it. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER;
    }

    public String user() {
        return USER;
    }

    public String database() {
        return "postgres";
    }

    /** As a power cut would: nothing is said to the clients. */
    public void kill() {
        process.kill();
    }

    /** After a kill, on the same data and port. */
    public void restart() {
        process = launch();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            // A fast shutdown: sessions are ended, not waited for.
            process.signal("INT");
            process.awaitExit();
        }
        folder.close();
    }

    /** Children of a killed server may still hold its memory for a moment: it is tried again. */
    private ServerProcess launch() {
        for (int tries = 1; ; tries++) {
            ServerProcess started =
                    ServerProcess.start("postgres", command(), folder.path(), Map.of());
            try {
                started.await(
                        "PostgreSQL accepts connections", START_BOUND, () -> accepts(started));
                return started;
            } catch (IllegalStateException e) {
                if (started.isAlive() || tries == START_TRIES) {
                    throw e;
                }
            }
        }
    }

    private boolean accepts(ServerProcess started) {
        if (!started.printed(line -> line.contains("ready to accept connections"))) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> command() {
        List<String> command = asUser();
        command.addAll(
                List.of(
                        programs.resolve("postgres").toString(),
                        "-D",
                        data(folder.path()).toString(),
                        "-p",
                        "" + port));
        for (String setting :
                List.of(
                        "listen_addresses=127.0.0.1",
                        "unix_socket_directories=",
                        "fsync=off",
                        "wal_level=logical",
                        "max_wal_senders=4",
                        "max_connections=40",
                        "shared_buffers=16MB",
                        "lc_messages=C",
                        "timezone=UTC")) {
            command.addAll(List.of("-c", setting));
        }
        return command;
    }

    private static void initialize(Path folder, Path programs) throws IOException {
        List<String> command = asUser();
        command.addAll(
                List.of(
                        programs.resolve("initdb").toString(),
                        "-D",
                        data(folder).toString(),
                        "-U",
                        USER,
                        "-A",
                        "trust",
                        "-E",
                        "UTF8",
                        "--locale=C",
                        "--no-sync"));
        ServerProcess maker = ServerProcess.start("initdb", command, folder, Map.of());
        if (maker.awaitExit() != 0) {
            throw new IOException("initdb failed:\n" + String.join("\n", maker.output()));
        }
    }

    private static Path data(Path folder) {
        return folder.resolve("data");
    }

    private static List<String> asUser() {
        return isRoot()
                ? new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--reuid=postgres",
                                "--regid=postgres",
                                "--clear-groups"))
                : new ArrayList<>();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** The folder with the programs of the newest version that is here. */
    private static @Nullable Path programs() {
        if (!Files.isDirectory(DEBIAN)) {
            return null;
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Path::compareTo)
                    .orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
