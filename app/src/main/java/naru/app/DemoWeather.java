package naru.app;

import naru.app.NodeLauncher.RunningNode;
import naru.app.logging.Logging;
import naru.app.terminal.PlainText;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;
import naru.broker.config.NaruSettings;
import naru.demo.DemoFailure;
import naru.demo.DemoSettings;
import naru.demo.ExpectedRows;
import naru.demo.WeatherDemo;
import naru.demo.database.DatabaseAddress;
import naru.demo.page.Snapshot;
import naru.demo.weather.WeatherTopic;

import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs the weather pipeline on a node of its own, or on a cluster that is there. */
@Command(
        name = "weather",
        mixinStandardHelpOptions = true,
        description = {
            "Replays four years of real daily weather through a whole pipeline and shows it on a",
            "page: observations and posts as streams with schemas, Kafka Streams that finds",
            "extremes and joins posts to them, Connect's JDBC sink, and rows in a database.",
            "Starts a node with all it needs. Ctrl-C stops; the next start goes on from there."
        },
        footer = {
            "",
            "Examples:",
            "  naru demo weather                      then open http://127.0.0.1:8080",
            "  naru demo weather --speed 30 --fresh   a month a second, from the beginning",
            "  naru demo weather --once               to the end at full speed; checks every row",
            "  naru demo weather --database 'jdbc:postgresql://127.0.0.1/weather?user=me'",
            "  naru demo weather --set naru.console.listeners=http://127.0.0.1:18080",
            "  naru demo weather --bootstrap 127.0.0.1:9092 --registry http://127.0.0.1:8081 \\",
            "                    --connect http://127.0.0.1:8083",
            "",
            "While it runs:  naru topics list          naru groups describe weather-extremes",
            "                curl 127.0.0.1:8081/subjects",
            "                curl 127.0.0.1:8083/connectors/weather-database/status"
        })
final class DemoWeather implements Callable<Integer> {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int SILENCE_SECONDS = 60;
    private static final long STOP_SECONDS_MOST = 45;

    /**
     * Streams and Connect warn of settings that nobody made; what fails in the demo is told by the
     * demo.
     */
    private static final String QUIET =
            "naru=warn,org.apache.kafka.streams=error,org.apache.kafka.clients=error,"
                    + "org.apache.kafka.connect=off,org.hibernate=error,com.mchange=error,"
                    + "io.debezium=error";

    private static final String PLUGINS = "naru.plugins";
    private static final String SINK_PLUGIN = "debezium-jdbc";
    private static final String REGISTRY = NaruSettings.listenersOf("registry");
    private static final String CONNECT = NaruSettings.listenersOf("connect");
    private static final String CONSOLE = NaruSettings.listenersOf("console");

    private final Terminal terminal;
    private final NodeLauncher launcher;

    @Spec @Nullable CommandSpec spec;

    @Option(
            names = "--speed",
            paramLabel = "DAYS",
            defaultValue = "4",
            description = "Days that are replayed in a second; 0: as fast as it goes. Default: 4")
    double speed;

    @Option(
            names = "--once",
            description = "Runs to the end at full speed, checks each row, and ends with 0 or 1.")
    boolean once;

    @Option(names = "--fresh", description = "Begins anew: takes away what an earlier run left.")
    boolean fresh;

    @Option(
            names = {"-d", "--data"},
            paramLabel = "DIR",
            defaultValue = "naru-demo",
            description = "Folder for the node's data and the database. Default: ./naru-demo")
    Path data = Path.of("naru-demo");

    @Option(
            names = "--database",
            paramLabel = "URL",
            description = {
                "Where the rows go, as JDBC names it, instead of SQLite in DIR/weather.db;",
                "with parameters user and password."
            })
    @Nullable String database;

    @Option(
            names = {"-b", "--bootstrap"},
            paramLabel = "HOST:PORT",
            description = "Uses this Kafka cluster and starts no node.")
    @Nullable String bootstrap;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8081",
            description = "The schema registry beside --bootstrap. Default: ${DEFAULT-VALUE}")
    URI registry = URI.create("http://127.0.0.1:8081");

    @Option(
            names = "--connect",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8083",
            description = "Connect beside --bootstrap. Default: ${DEFAULT-VALUE}")
    URI connect = URI.create("http://127.0.0.1:8083");

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = {
                "A setting of the node, as for naru start; may be repeated. The page is at",
                "naru.console.listeners, default http://127.0.0.1:8080."
            })
    Map<String, String> sets = new LinkedHashMap<>();

    DemoWeather(Terminal terminal, NodeLauncher launcher) {
        this.terminal = terminal;
        this.launcher = launcher;
    }

    @Override
    public Integer call() {
        if (speed < 0 || !Double.isFinite(speed)) {
            throw refused("--speed is days in a second, 0 or more, not " + speed);
        }
        setUpLog();
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        Thread runner = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> stop(runner, over, ended), "demo-stop"));
        try {
            return run(over);
        } catch (StartFailure | DemoFailure failure) {
            over.set(true);
            tell(String.valueOf(failure.getMessage()));
            return FAILED;
        } catch (InterruptedException told) {
            return OK;
        } finally {
            terminal.out().flush();
            ended.countDown();
        }
    }

    /** Being told to stop is no failure. A run that is over by itself ends as it wants to. */
    private static void stop(Thread runner, AtomicBoolean over, CountDownLatch ended) {
        if (over.get()) {
            return;
        }
        runner.interrupt();
        try {
            if (!ended.await(STOP_SECONDS_MOST, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(FAILED);
            }
        } catch (InterruptedException hurried) {
            Runtime.getRuntime().halt(FAILED);
        }
        Runtime.getRuntime().halt(OK);
    }

    private int run(AtomicBoolean over) throws InterruptedException {
        Map<String, String> settings = nodeSettings();
        DatabaseAddress rows = rows();
        if (bootstrap != null) {
            return run(over, demoSettings(settings, bootstrap, registry, connect, rows));
        }
        try (RunningNode node = launcher.launch(settings, null)) {
            return run(
                    over,
                    demoSettings(
                            settings,
                            String.join(",", node.bootstrap()),
                            first(settings, REGISTRY, "http://127.0.0.1:8081"),
                            first(settings, CONNECT, "http://127.0.0.1:8083"),
                            rows));
        }
    }

    private int run(AtomicBoolean over, DemoSettings settings) throws InterruptedException {
        PrintStream out = terminal.out();
        out.printf("starting the pipeline (Connect takes some seconds)%n");
        out.flush();
        try (WeatherDemo demo = WeatherDemo.start(settings)) {
            if (once) {
                demo.awaitAllRows(SILENCE_SECONDS);
                int code = check(demo);
                over.set(true);
                return code;
            }
            introduce(settings);
            watch(demo);
            return OK;
        }
    }

    /** What the demo wants of its node, under what the user says. */
    private Map<String, String> nodeSettings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("log.dirs", data.resolve("node").toString());
        settings.put(NaruSettings.SERVICES, "broker,registry,connect");
        // The lag of the sink is that of its commits.
        settings.put("naru.connect.offset.flush.interval.ms", "2000");
        Path plugins = plugins();
        if (plugins != null && !plugins.equals(ConnectSettingsOf.delivered())) {
            settings.put("naru.connect.plugin.path", plugins.toString());
        }
        sets.forEach((key, value) -> settings.put(key.strip(), value.strip()));
        return settings;
    }

    /** Where the plug-ins are that come with Naru. */
    private static @Nullable Path plugins() {
        String named = System.getProperty(PLUGINS);
        return named == null ? ConnectSettingsOf.delivered() : Path.of(named);
    }

    private DemoSettings demoSettings(
            Map<String, String> settings,
            String brokers,
            URI registryAddress,
            URI connectAddress,
            DatabaseAddress rows) {
        boolean wantsPage = !once || settings.containsKey(CONSOLE);
        Path plugins = plugins();
        return new DemoSettings(
                Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers),
                registryAddress,
                connectAddress,
                wantsPage ? first(settings, CONSOLE, "http://127.0.0.1:8080") : null,
                once ? 0 : speed,
                rows,
                data.toAbsolutePath(),
                fresh,
                plugins == null ? null : plugins.resolve(SINK_PLUGIN));
    }

    private DatabaseAddress rows() {
        if (database == null) {
            return DatabaseAddress.embedded(data.resolve("weather.db").toAbsolutePath());
        }
        try {
            return DatabaseAddress.of(database);
        } catch (IllegalArgumentException meaningless) {
            throw refused("--database: " + meaningless.getMessage());
        }
    }

    private static URI first(Map<String, String> settings, String key, String otherwise) {
        String address = settings.getOrDefault(key, otherwise).split(",", -1)[0].strip();
        try {
            return URI.create(address);
        } catch (IllegalArgumentException meaningless) {
            throw new StartFailure(
                    key + " is " + address + "; it should be http://HOST:PORT", meaningless);
        }
    }

    private void introduce(DemoSettings settings) {
        terminal.out()
                .printf(
                        """
                        naru demo: four years of daily weather in Seattle and New York
                          page      %s
                          Kafka     %s
                          registry  %s/subjects
                          Connect   %s/connectors/weather-database/status
                          database  %s
                        Ctrl-C stops it. The next start goes on from there; --fresh begins anew.
                        """,
                        settings.page(),
                        settings.clients().get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG),
                        settings.registry(),
                        settings.connect(),
                        settings.database().shown());
        terminal.out().flush();
    }

    /** Until the process is told to stop. A terminal gets a line that changes, others the end. */
    private void watch(WeatherDemo demo) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        boolean toldEnd = false;
        String toldProblem = "";
        do {
            Snapshot now = demo.snapshot();
            if (terminal.outIsTerminal()) {
                terminal.out().print("\r\u001b[K" + line(now));
                terminal.out().flush();
            }
            String problem = String.join("; ", demo.problems());
            if (!problem.equals(toldProblem)) {
                tell(problem);
                toldProblem = problem;
            }
            boolean through = now.database().rows() >= demo.expected().count();
            if (through && !toldEnd) {
                terminal.out()
                        .printf(
                                "%sall %d days are through: %s%n",
                                terminal.outIsTerminal() ? "\r\u001b[K" : "",
                                demo.days(),
                                line(now));
                terminal.out().flush();
                toldEnd = true;
            }
        } while (!never.await(1, TimeUnit.SECONDS));
    }

    private static String line(Snapshot now) {
        StringBuilder line = new StringBuilder();
        line.append(now.replay().day().isEmpty() ? "before the first day" : now.replay().day());
        for (Snapshot.Stream stream : now.streams()) {
            line.append(
                    String.format(
                            Locale.ROOT,
                            " · %,d %s",
                            stream.records(),
                            stream.topic().substring(stream.topic().indexOf('.') + 1)));
        }
        return line.append(String.format(Locale.ROOT, " · %,d rows", now.database().rows()))
                .toString();
    }

    /** Every row is compared with what the data set must give. */
    private int check(WeatherDemo demo) {
        Snapshot now = demo.snapshot();
        ExpectedRows expected = demo.expected();
        Table table =
                new Table()
                        .text("STEP")
                        .number("EXPECTED")
                        .number("RECORDS")
                        .number("ROWS")
                        .number("ROWS THAT DIFFER");
        long differing = 0;
        for (WeatherTopic topic : WeatherTopic.values()) {
            long records =
                    now.streams().stream()
                            .filter(stream -> stream.topic().equals(topic.topic()))
                            .mapToLong(Snapshot.Stream::records)
                            .sum();
            List<Snapshot.Table> rows =
                    now.database().tables().stream()
                            .filter(each -> each.table().equals(topic.table()))
                            .toList();
            long wrong = rows.isEmpty() ? 0 : demo.differing(topic);
            differing += wrong;
            table.row(
                    topic.topic(),
                    Long.toString(expected.count(topic)),
                    Long.toString(records),
                    rows.isEmpty() ? "-" : Long.toString(rows.getFirst().rows()),
                    rows.isEmpty() ? "-" : Long.toString(wrong));
        }
        table.print(terminal.out(), terminal.paint());
        if (differing == 0) {
            terminal.out().printf("all %d rows are as the data set gives%n", expected.count());
            return OK;
        }
        tell(differing + " rows are not as the data set gives");
        return FAILED;
    }

    private void setUpLog() {
        String levels = System.getenv().getOrDefault("NARU_LOG", "");
        try {
            Logging.forNode(Logging.Format.TEXT, QUIET + "," + levels, terminal);
        } catch (IllegalArgumentException meaningless) {
            throw refused(String.valueOf(meaningless.getMessage()));
        }
    }

    private ParameterException refused(String sentence) {
        CommandSpec own = spec;
        if (own == null) {
            throw new IllegalStateException("picocli gives every command its specification");
        }
        return new ParameterException(own.commandLine(), sentence);
    }

    private void tell(String message) {
        message.lines().forEach(line -> terminal.err().println("naru: " + PlainText.of(line)));
    }
}
