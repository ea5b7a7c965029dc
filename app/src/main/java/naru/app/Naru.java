package naru.app;

import naru.app.cli.Acls;
import naru.app.cli.Cluster;
import naru.app.cli.CommandFailure;
import naru.app.cli.Configs;
import naru.app.cli.Connect;
import naru.app.cli.Consume;
import naru.app.cli.Explain;
import naru.app.cli.Groups;
import naru.app.cli.Invite;
import naru.app.cli.KafkaFailure;
import naru.app.cli.Log;
import naru.app.cli.Produce;
import naru.app.cli.Quotas;
import naru.app.cli.Topics;
import naru.app.cli.Transactions;
import naru.app.cli.Users;
import naru.app.logging.Logging;
import naru.app.terminal.PlainText;
import naru.app.terminal.Terminal;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** The entry of the process: finds the command that was asked for and runs it. */
@Command(
        name = "naru",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        description = "An event-streaming platform in one process, speaking Kafka's protocol.",
        synopsisSubcommandLabel = "COMMAND",
        customSynopsis = "naru COMMAND [OPTIONS]",
        header = {
            "Start a node:   naru start",
            "and then try:   naru topics create greetings",
            "                echo hello | naru produce greetings",
            "                naru consume greetings --from-beginning --until-end",
            ""
        },
        footer = {
            "",
            "naru COMMAND --help tells more and shows examples.",
            "Commands work against any Kafka cluster: --bootstrap HOST:PORT or NARU_BOOTSTRAP."
        })
public final class Naru implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final Terminal terminal;

    private Naru(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(Terminal.ofProcess(), arguments));
    }

    /** Runs a command; answers its exit code: 0 done, 1 failed, 2 not understood. */
    public static int run(Terminal terminal, String... arguments) {
        Logging.prepare();
        boolean startsNode = arguments.length > 0 && arguments[0].equals("start");
        if (!startsNode) {
            try {
                Logging.forCommand(System.getenv().getOrDefault("NARU_LOG", ""), terminal);
            } catch (IllegalArgumentException meaningless) {
                terminal.err().println("naru: " + meaningless.getMessage());
                return USAGE;
            }
        }
        int exitCode = commandLine(terminal, arguments).execute(arguments);
        terminal.out().flush();
        return exitCode;
    }

    /** With all commands, or only the one that the arguments name, which is quicker to make. */
    static CommandLine commandLine(Terminal terminal, String... arguments) {
        Map<String, Supplier<Object>> commands = commands(terminal);
        @Nullable Supplier<Object> named =
                arguments.length == 0 ? null : commands.get(arguments[0]);
        CommandLine line = new CommandLine(new Naru(terminal));
        if (named != null) {
            line.addSubcommand(arguments[0], named.get());
        } else {
            commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
        }
        @Nullable CommandLine cluster = line.getSubcommands().get("cluster");
        if (cluster != null) {
            cluster.addSubcommand("invite", new Invite());
            cluster.addSubcommand("join", new Join(terminal, Nodes.ofThisBuild()));
        }
        @Nullable CommandLine demo = line.getSubcommands().get("demo");
        if (demo != null) {
            demo.addSubcommand("weather", new DemoWeather(terminal, Nodes.ofThisBuild()));
        }
        line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(terminal.paint().on() ? Ansi.ON : Ansi.OFF));
        abbreviate(line);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler(Naru::notUnderstood);
        line.setExecutionExceptionHandler((failure, at, parsed) -> failed(terminal, failure));
        return line;
    }

    /** Options are listed below the usage line; they need not be in it too. */
    private static void abbreviate(CommandLine line) {
        line.getCommandSpec().usageMessage().abbreviateSynopsis(true);
        line.getSubcommands().values().forEach(Naru::abbreviate);
    }

    private static Map<String, Supplier<Object>> commands(Terminal terminal) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("start", () -> new Start(terminal, Nodes.ofThisBuild()));
        commands.put("topics", () -> new Topics(terminal));
        commands.put("produce", () -> new Produce(terminal));
        commands.put("consume", () -> new Consume(terminal));
        commands.put("groups", () -> new Groups(terminal));
        commands.put("explain", () -> new Explain(terminal));
        commands.put("transactions", () -> new Transactions(terminal));
        commands.put("cluster", () -> new Cluster(terminal));
        commands.put("configs", () -> new Configs(terminal));
        commands.put("acls", () -> new Acls(terminal));
        commands.put("users", () -> new Users(terminal));
        commands.put("quotas", () -> new Quotas(terminal));
        commands.put("connect", () -> new Connect(terminal));
        commands.put("log", () -> new Log(terminal));
        commands.put("demo", () -> new Demo(terminal));
        commands.put("completion", () -> new Completion(terminal));
        commands.put("version", () -> new Version.Show(terminal));
        return commands;
    }

    @Override
    public Integer call() {
        commandLine(terminal).usage(terminal.out());
        return 0;
    }

    private static int notUnderstood(ParameterException mistake, String[] arguments) {
        CommandLine line = mistake.getCommandLine();
        line.getErr().println("naru: " + PlainText.of(String.valueOf(mistake.getMessage())));
        UnmatchedArgumentException.printSuggestions(mistake, line.getErr());
        line.getErr().println("See: " + line.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    private static int failed(Terminal terminal, Exception failure) {
        terminal.out().flush();
        terminal.err().println("naru: " + PlainText.of(KafkaFailure.explain(failure)));
        boolean wantsMore = System.getenv("NARU_LOG") != null;
        if (wantsMore && !(failure instanceof CommandFailure)) {
            failure.printStackTrace(terminal.err());
        }
        return FAILED;
    }
}
