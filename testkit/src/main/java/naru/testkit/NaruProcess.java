package naru.testkit;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A Naru node as its users start it: {@code ./naru start} with a data folder and settings. Its
 * listener is on a free port, of loopback unless it is put elsewhere, and stays there over
 * restarts.
 */
public final class NaruProcess implements BrokerProcess {
    /** The first start may have to build and to make the AOT cache. */
    private static final Duration READY_BOUND = Duration.ofMinutes(6);

    private static final String SERVICES = "naru.services";
    private static final String READY_LINE = "naru ready in ";

    private final Path root = RepositoryRoot.find();
    private final Path dataFolder;
    private final @Nullable TemporaryFolder ownFolder;
    private final Place place;
    private final boolean configSaysAll;
    private final Map<String, String> settings;
    private final Map<String, String> environment;
    private final int port;
    private final int metricsPort;
    private final int controllerPort;
    private boolean secure;
    private @Nullable String token;
    private @Nullable Path config;
    private @Nullable Path transcript;
    private @Nullable ServerProcess process;

    private NaruProcess(
            Path dataFolder,
            @Nullable TemporaryFolder ownFolder,
            Place place,
            Map<String, String> settings,
            Map<String, String> environment) {
        this.dataFolder = dataFolder;
        this.ownFolder = ownFolder;
        this.place = place;
        this.configSaysAll = false;
        List<Integer> ports = FreePorts.find(3);
        this.port = ports.get(0);
        this.metricsPort = ports.get(1);
        this.controllerPort = ports.get(2);
        this.settings = new LinkedHashMap<>();
        this.settings.put("listeners", "PLAINTEXT://" + bootstrap());
        this.settings.put("naru.metrics.listeners", "http://127.0.0.1:" + metricsPort);
        this.settings.putAll(settings);
        this.environment = new LinkedHashMap<>();
        this.environment.put("JAVA_HOME", System.getProperty("java.home"));
        this.environment.putAll(environment);
    }

    private NaruProcess(KafkaProcess kafka) {
        this.dataFolder = kafka.dataFolder();
        this.ownFolder = null;
        this.place = Place.LOOPBACK;
        this.configSaysAll = true;
        this.port = kafka.port();
        this.controllerPort = kafka.controllerPort();
        this.metricsPort = FreePorts.find(1).getFirst();
        this.settings = new LinkedHashMap<>();
        this.settings.put("naru.metrics.listeners", "http://127.0.0.1:" + metricsPort);
        this.environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
        this.config = kafka.propertiesFile();
    }

    /** A node that is not launched yet, with nothing but the file of a Kafka that does not run. */
    public static NaruProcess inPlaceOf(KafkaProcess kafka) {
        return new NaruProcess(kafka);
    }

    /** A node that serves clients, on a new folder that goes with it. */
    public static NaruProcess start(Map<String, String> settings) {
        NaruProcess naru = prepare(settings);
        try {
            naru.restart();
            return naru;
        } catch (RuntimeException e) {
            naru.close();
            throw e;
        }
    }

    /** A node that is not launched yet, on a new folder that goes with it. */
    public static NaruProcess prepare(Map<String, String> settings) {
        TemporaryFolder folder = TemporaryFolder.create("naru-");
        return new NaruProcess(
                folder.path().resolve("data"), folder, Place.LOOPBACK, settings, Map.of());
    }

    /** A node that is not launched yet and also listens here, for example {@code SSL://...}. */
    public static NaruProcess prepare(Map<String, String> settings, String secondListener) {
        NaruProcess naru = prepare(settings);
        naru.settings.merge("listeners", secondListener, (first, second) -> first + "," + second);
        return naru;
    }

    /** A node whose controller others can reach, not launched yet. */
    public static NaruProcess prepareWithController(Map<String, String> settings) {
        NaruProcess naru = prepare(settings);
        naru.settings.put(
                "listeners",
                "PLAINTEXT://" + naru.bootstrap() + ",CONTROLLER://" + naru.controller());
        return naru;
    }

    /** A node that is started with {@code --secure}, on a new folder that goes with it. */
    public static NaruProcess prepareSecure(Map<String, String> settings) {
        NaruProcess naru = prepare(settings);
        naru.secure = true;
        naru.settings.put("listeners", "SASL_SSL://127.0.0.1:" + naru.port);
        return naru;
    }

    /**
     * A node that becomes one of the cluster that made the token, when it is first launched; on a
     * new folder that goes with it.
     *
     * @param listenerName of the listener for clients
     */
    public static NaruProcess prepareJoining(String token, String listenerName) {
        NaruProcess naru = prepare(Map.of());
        naru.token = token;
        naru.settings.put("listeners", listenerName + "://" + naru.bootstrap());
        return naru;
    }

    /** A node that is not launched yet, on a folder of the caller's, which stays. */
    public static NaruProcess on(
            Path dataFolder, Map<String, String> settings, Map<String, String> environment) {
        return new NaruProcess(dataFolder, null, Place.LOOPBACK, settings, environment);
    }

    /** The same in another place than loopback; its listeners are there. */
    public static NaruProcess on(
            Path dataFolder,
            Place place,
            Map<String, String> settings,
            Map<String, String> environment) {
        return new NaruProcess(dataFolder, null, place, settings, environment);
    }

    /** From the next start on with this value. */
    public void set(String key, String value) {
        settings.put(key, value);
    }

    /** From the next start on all that is printed is also appended to this file. */
    public void keepOutputIn(Path file) {
        transcript = file;
    }

    /** From the next start on with this file of settings, or without one. */
    public void useConfig(@Nullable Path file) {
        config = file;
    }

    @Override
    public void launch() {
        if (isAlive()) {
            throw new IllegalStateException("Naru already runs as process " + pid());
        }
        List<String> command = new ArrayList<>(place.prefix());
        command.addAll(token == null ? start() : startOrJoin(token));
        process = ServerProcess.start("Naru", command, root, environment, transcript);
    }

    /** A node that has joined needs to be told nothing but its folder. */
    private List<String> startOrJoin(String invitation) {
        String launcher = root.resolve("naru").toString();
        if (Files.exists(dataFolder.resolve("meta.properties"))) {
            return List.of(launcher, "start", "--data", dataFolder.toString());
        }
        return List.of(
                launcher,
                "cluster",
                "join",
                "--token",
                invitation,
                "--data",
                dataFolder.toString(),
                "--listeners",
                settings.getOrDefault("listeners", ""),
                "--set",
                "naru.metrics.listeners=http://127.0.0.1:" + metricsPort,
                "--set",
                SERVICES + "=broker");
    }

    private List<String> start() {
        List<String> command = new ArrayList<>();
        command.add(root.resolve("naru").toString());
        command.add("start");
        if (!configSaysAll && !settings.containsKey("log.dirs")) {
            command.addAll(List.of("--data", dataFolder.toString()));
        }
        if (secure) {
            command.add("--secure");
        }
        if (config != null) {
            command.addAll(List.of("--config", config.toString()));
        }
        if (!settings.containsKey(SERVICES)) {
            command.addAll(List.of("--set", SERVICES + "=broker"));
        }
        settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        return command;
    }

    @Override
    public void awaitReady() {
        ServerProcess run = running();
        run.await(
                "ready line", READY_BOUND, () -> run.printed(line -> line.startsWith(READY_LINE)));
    }

    /** Waits until the present run has printed such a line. */
    public void awaitLine(Predicate<String> line) {
        ServerProcess run = running();
        run.await("such a line", READY_BOUND, () -> run.printed(line));
    }

    @Override
    public String bootstrap() {
        return place.host() + ":" + port;
    }

    /** Where its controller is reached, if it has a listener for it. */
    public String controller() {
        return place.controllerHost() + ":" + controllerPort;
    }

    public int port() {
        return port;
    }

    public int metricsPort() {
        return metricsPort;
    }

    public Path dataFolder() {
        return dataFolder;
    }

    /** What the present or last run printed, oldest first, bounded. */
    public List<String> output() {
        return running().output();
    }

    @Override
    public long pid() {
        return running().pid();
    }

    @Override
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public double cpuSeconds() {
        return ProcessFigures.cpuSeconds(pid());
    }

    @Override
    public long rssBytes() {
        return ProcessFigures.rssBytes(pid());
    }

    @Override
    public int threads() {
        return ProcessFigures.threads(pid());
    }

    /** Forgets the cache of loaded classes, as a new build does; the next start makes it again. */
    public void deleteAotCache() {
        try {
            Files.deleteIfExists(root.resolve("app").resolve("target").resolve("naru.aot"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGSTOP: the process stands still and its sockets stay open. */
    public void pause() {
        running().signal("STOP");
    }

    /** SIGCONT. */
    public void resume() {
        running().signal("CONT");
    }

    /** Waits for a node that ends by itself, for example because a setting is wrong. */
    public int awaitExit() {
        return running().awaitExit();
    }

    @Override
    public void kill() {
        running().kill();
    }

    @Override
    public int stop() {
        return running().stop();
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
        if (ownFolder != null) {
            ownFolder.close();
        }
    }

    private ServerProcess running() {
        if (process == null) {
            throw new IllegalStateException("Naru has not been launched");
        }
        return process;
    }
}
