package naru.app;

import naru.app.NodeLauncher.RunningNode;
import naru.app.cli.CommandFailure;
import naru.app.join.FirstVote;
import naru.app.join.Invitation;
import naru.app.join.JoinFailure;
import naru.app.join.Joining;
import naru.app.join.Joining.Joined;
import naru.app.terminal.PlainText;
import naru.app.terminal.Terminal;
import naru.broker.newcomer.Roster;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code naru cluster join}: makes a new node of a cluster on this machine, and runs it. */
@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a new node of the cluster on this machine, and runs it in the foreground.",
            "Later starts need only: naru start --data DIR"
        },
        footer = {
            "",
            "Examples:",
            "  naru cluster join --token naru1...            data in ./naru-data",
            "  naru cluster join --token naru1... --data /var/lib/naru",
            "  naru cluster join --token naru1... --listeners SASL_SSL://10.0.0.2:9092"
        })
final class Join implements Callable<Integer> {
    private final Terminal terminal;
    private final NodeLauncher launcher;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            required = true,
            description = "What naru cluster invite printed on a node of the cluster.")
    String token = "";

    @Option(
            names = {"-d", "--data"},
            paramLabel = "DIR",
            description = "New data folder. Default: ./naru-data")
    Path data = Path.of("naru-data");

    @Option(
            names = "--listeners",
            paramLabel = "NAME://HOST:PORT",
            description = "Where clients come in. Default: port 9092, or a free one.")
    @Nullable String listeners;

    @Option(
            names = "--node-id",
            paramLabel = "N",
            description = "The node's number. Default: the lowest that is free.")
    @Nullable Integer nodeId;

    @Option(
            names = "--voter",
            negatable = true,
            description = {
                "Whether the node votes about metadata. Default: while there are",
                "fewer than three voters, or an even number of them."
            })
    @Nullable Boolean voter;

    private boolean started;

    @Option(
            names = "--renew",
            description = "Gives the node of DIR a new certificate, and does nothing else.")
    boolean renew;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "A setting, for this run; may be repeated.")
    Map<String, String> sets = Map.of();

    Join(Terminal terminal, NodeLauncher launcher) {
        this.terminal = terminal;
        this.launcher = launcher;
    }

    @Override
    public Integer call() throws InterruptedException {
        Joined joined;
        try {
            Invitation invitation = Invitation.parse(token);
            if (renew) {
                return renew(invitation);
            }
            tell("joining the cluster " + invitation.clusterId());
            joined =
                    new Joining(
                                    invitation,
                                    new Joining.Wishes(data, listeners, nodeId, voter),
                                    step -> tell("  " + step))
                            .join();
        } catch (JoinFailure failure) {
            throw new CommandFailure(String.valueOf(failure.getMessage()), failure);
        }
        tell(
                "  it is node %d; its settings are in %s"
                        .formatted(
                                joined.nodeId(), data.resolve(naru.app.join.NodeFolder.SETTINGS)));
        Start start = new Start(terminal, launcher, node -> watch(node, joined));
        start.data = data;
        start.sets = sets;
        int exitCode = start.call();
        if (!started) {
            terminal.err()
                    .println(
                            "naru: the node has joined but does not run. Try again with: naru start"
                                    + " --data "
                                    + data);
        }
        return exitCode;
    }

    private int renew(Invitation invitation) {
        Map<String, String> settings = Settings.read(null, sets, data);
        int renewed =
                new Joining(
                                invitation,
                                new Joining.Wishes(data, null, null, null),
                                step -> tell("  " + step))
                        .renew(settings);
        tell(
                "node %d has a new certificate; a node that runs uses it for new connections from now on"
                        .formatted(renewed));
        return 0;
    }

    private void watch(RunningNode node, Joined joined) {
        started = true;
        tell("registered, and caught up with the cluster's metadata");
        liftCordon(node);
        if (!joined.voter()) {
            tell("no voter: the cluster has enough of them");
            return;
        }
        new FirstVote(
                        node.newcomers(),
                        joined.folder(),
                        roster -> tell(voting(roster)),
                        obstacle ->
                                tell(
                                        "does not vote yet: %s. It goes on trying; the log says what it waits for"
                                                .formatted(obstacle)))
                .start();
    }

    private void liftCordon(RunningNode node) {
        var _ =
                node.newcomers()
                        .liftCordon()
                        .whenComplete((lifted, failure) -> {
                            if (failure != null) {
                                tell(
                                        "it gets no replicas, as an earlier node %d was cordoned. To change that: naru cluster remove %d --cancel"
                                                .formatted(
                                                        node.newcomers().nodeId(),
                                                        node.newcomers().nodeId()));
                            }
                        });
    }

    private static String voting(Roster roster) {
        String ids =
                new TreeSet<>(roster.voters())
                        .stream().map(String::valueOf).collect(Collectors.joining(", "));
        return roster.voters().size() == 2
                ? "voting, with nodes " + ids + ". Two voters survive the loss of none: add a third"
                : "voting, with nodes " + ids;
    }

    private void tell(String line) {
        terminal.out().println(PlainText.of(line));
        terminal.out().flush();
    }
}
