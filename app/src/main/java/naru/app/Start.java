package naru.app;

import naru.app.NodeLauncher.RunningNode;
import naru.app.join.FirstVote;
import naru.app.join.JoinEndpoint;
import naru.app.join.NodeFolder;
import naru.app.logging.Logging;
import naru.app.secure.SecureSettings;
import naru.app.secure.SecurityFiles;
import naru.app.terminal.PlainText;
import naru.app.terminal.Terminal;
import naru.broker.config.NaruSettings;
import naru.broker.login.FirstUser;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Runs a node in the foreground until it is told to stop. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Runs a node in the foreground. Ctrl-C or SIGTERM stops it cleanly.",
        footer = {
            "",
            "Settings have Kafka's names, and naru.* for what Kafka does not have; a",
            "server.properties of Kafka can be brought along. Later wins: the file, --set, --data.",
            "",
            "Examples:",
            "  naru start",
            "  naru start --data /var/lib/naru --set listeners=PLAINTEXT://127.0.0.1:19092",
            "  naru start --secure                        TLS and logins, on all interfaces",
            "  naru start --config server.properties --set log.retention.hours=24",
            "  NARU_LOG=debug naru start                  tell more",
            "  naru start --set naru.log.format=json      log for programs"
        })
final class Start implements Callable<Integer> {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final long START_SECONDS_MOST = 30;

    private final Terminal terminal;
    private final NodeLauncher launcher;
    private final @Nullable Consumer<RunningNode> whenReady;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Properties file with settings.")
    @Nullable Path config;

    @Option(
            names = {"-d", "--data"},
            paramLabel = "DIR",
            description = "Data folder (log.dirs). Default: ./naru-data")
    @Nullable Path data;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "A setting; may be repeated.")
    Map<String, String> sets = Map.of();

    @Option(
            names = "--secure",
            description = {
                "Serves over TLS to users who log in, and to nobody else. Makes certificates and",
                "a first user in DIR/security-*, and tells how clients connect."
            })
    boolean secure;

    Start(Terminal terminal, NodeLauncher launcher) {
        this(terminal, launcher, null);
    }

    /**
     * @param whenReady is told of the node when it serves, and looks after its joining; null where
     *     nobody waits for that
     */
    Start(Terminal terminal, NodeLauncher launcher, @Nullable Consumer<RunningNode> whenReady) {
        this.terminal = terminal;
        this.launcher = launcher;
        this.whenReady = whenReady;
    }

    @Override
    public Integer call() throws InterruptedException {
        CompletableFuture<RunningNode> started = new CompletableFuture<>();
        AtomicBoolean endedByItself = new AtomicBoolean();
        RunningNode node;
        NodeFolder folder;
        try {
            Map<String, String> settings = Settings.read(config, sets, data);
            folder = Settings.folder(settings);
            setUpLog(settings.getOrDefault("naru.log.format", "text"));
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stop(started, endedByItself), "stop"));
            secure |= Boolean.parseBoolean(settings.get(NaruSettings.SECURE));
            SecurityFiles security = secure ? secure(settings) : null;
            JoinEndpoint endpoint = security == null ? null : endpoint(security, settings);
            try {
                node = launcher.launch(settings, firstUser(security));
            } catch (RuntimeException refused) {
                closeIfThere(endpoint);
                throw refused;
            }
            if (endpoint != null) {
                endpoint.serve(node.newcomers());
            }
            if (security != null) {
                tellClients(security, node);
            }
        } catch (StartFailure failure) {
            tell(String.valueOf(failure.getMessage()));
            started.completeExceptionally(failure);
            return FAILED;
        } catch (RuntimeException bug) {
            started.completeExceptionally(bug);
            throw bug;
        }
        started.complete(node);
        terminal.out().printf("naru ready in %d ms: %s%n", millisSinceLaunch(), node.summary());
        terminal.out().flush();
        if (whenReady != null) {
            whenReady.accept(node);
        } else if (folder.isToVote()) {
            new FirstVote(node.newcomers(), folder, voting -> {}, obstacle -> {}).start();
        }
        node.awaitEnd();
        endedByItself.set(true);
        return FAILED;
    }

    private static SecurityFiles secure(Map<String, String> settings) {
        SecureSettings secured = new SecureSettings(settings);
        if (!secured.problem().isEmpty()) {
            throw new StartFailure(secured.problem());
        }
        try {
            return secured.complete();
        } catch (IOException fault) {
            throw new StartFailure("--secure: " + fault.getMessage(), fault);
        }
    }

    private static @Nullable FirstUser firstUser(@Nullable SecurityFiles security) {
        return security == null || !security.knowsUser()
                ? null
                : new FirstUser(security.user(), security.password());
    }

    /** Bound before the node starts, since the node tells where it is. */
    private static @Nullable JoinEndpoint endpoint(
            SecurityFiles security, Map<String, String> settings) {
        try {
            return security.holdsAuthority() ? JoinEndpoint.bind(security, settings) : null;
        } catch (IOException fault) {
            throw new StartFailure(
                    "%s: cannot listen on %s: %s. Stop what uses the address, or choose another"
                            .formatted(
                                    NaruSettings.CLUSTER_LISTENERS,
                                    settings.getOrDefault(NaruSettings.CLUSTER_LISTENERS, ""),
                                    fault.getMessage()),
                    fault);
        }
    }

    private static void closeIfThere(@Nullable JoinEndpoint endpoint) {
        if (endpoint != null) {
            endpoint.close();
        }
    }

    private void tellClients(SecurityFiles security, RunningNode node) {
        if (!security.knowsUser()) {
            return;
        }
        String bootstrap = String.join(",", node.bootstrap());
        try {
            security.writeClientFiles(bootstrap);
        } catch (IOException fault) {
            node.close();
            throw new StartFailure("--secure: cannot write for clients: " + fault, fault);
        }
        terminal.out()
                .printf(
                        """
                        secure: TLS, and a login for everybody. Keys and passwords are in %s*
                          connect  SASL_SSL://%s, SCRAM-SHA-512, user %s, CA %s
                          naru     naru topics list --command-config %s
                          Java     the same file: %s
                          kcat     kcat -F %s -L
                        """,
                        security.file(""),
                        bootstrap,
                        security.user(),
                        security.file("ca.pem"),
                        security.file("client.properties"),
                        security.file("client.properties"),
                        security.file("kcat.conf"));
    }

    /** Each problem of a configuration has a line of its own. */
    private void tell(String message) {
        String lines = message.lines().map(PlainText::of).collect(Collectors.joining("\n"));
        terminal.err().println("naru: " + lines);
    }

    private void setUpLog(String format) {
        Logging.Format shape =
                switch (format.toLowerCase(Locale.ROOT)) {
                    case "text" -> Logging.Format.TEXT;
                    case "json" -> Logging.Format.JSON;
                    default ->
                            throw new StartFailure(
                                    "naru.log.format is '" + format + "'; use text or json");
                };
        try {
            Logging.forNode(shape, System.getenv().getOrDefault("NARU_LOG", ""), terminal);
        } catch (IllegalArgumentException meaningless) {
            throw new StartFailure(String.valueOf(meaningless.getMessage()), meaningless);
        }
    }

    /**
     * Runs when the process is told to stop. A start under way is let finish first. Ends the
     * process by itself, since being told to stop is no failure but Java would answer 143; a node
     * that could not go on is one.
     */
    private static void stop(CompletableFuture<RunningNode> started, AtomicBoolean endedByItself) {
        Logger log = LoggerFactory.getLogger(Start.class);
        // Closing the node ends the wait of the main thread too, which then believes the same.
        int exitCode = endedByItself.get() ? FAILED : OK;
        try {
            RunningNode node = started.get(START_SECONDS_MOST, TimeUnit.SECONDS);
            node.close();
        } catch (ExecutionException neverStarted) {
            return;
        } catch (InterruptedException | TimeoutException slow) {
            log.warn("stopped before the start was finished");
        } catch (RuntimeException fault) {
            log.error("the stop was not clean; the next start will recover", fault);
            Runtime.getRuntime().halt(FAILED);
        }
        Runtime.getRuntime().halt(exitCode);
    }

    /** Since the launcher handed over to Java, or since Java began when there was no launcher. */
    private static long millisSinceLaunch() {
        String launched = System.getProperty("naru.launched", "").replaceAll("\\D", "");
        long now = System.currentTimeMillis();
        return launched.length() == 16
                ? now - Long.parseLong(launched) / 1000
                : now - ManagementFactory.getRuntimeMXBean().getStartTime();
    }
}
