package naru.app.cli;

import naru.app.terminal.Amounts;
import naru.app.terminal.PlainText;
import naru.broker.balance.AdminCluster;
import naru.broker.balance.Balancer;
import naru.broker.balance.ClusterLoad;
import naru.broker.balance.Move;
import naru.broker.balance.MoveRun;
import naru.broker.balance.Plan;
import naru.broker.balance.Planner;
import naru.broker.balance.Terms;
import naru.broker.balance.WriteRates;

import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** {@code naru cluster balance}: what would spread the load, and why; or does it. */
@Command(
        name = "balance",
        mixinStandardHelpOptions = true,
        description = {
            "Spreads leaders and replicas over the nodes by bytes, write rate and count.",
            "Nodes of Naru do this by themselves (naru.balance.enabled); this shows what they would"
                    + " do, or does it now, on any Kafka cluster."
        },
        footer = {
            "",
            "Examples:",
            "  naru cluster balance --plan",
            "  naru cluster balance --now --throttle 50000000"
        })
final class ClusterBalance implements Callable<Integer> {
    static final String WHO = "command-line";
    static final long STALE_MARK_MILLIS = 10_000;
    static final String DEFAULT_THROTTLE = "20971520";
    private static final int MOST_ROUNDS = 1000;

    @ParentCommand private @Nullable Cluster cluster;

    @ArgGroup(multiplicity = "1")
    private @Nullable What what;

    /** To show or to do. */
    static final class What {
        @Option(names = "--plan", description = "Shows the moves and the reason of each.")
        boolean plan;

        @Option(names = "--now", description = "Makes the moves, until the cluster is even.")
        boolean now;
    }

    @Option(
            names = "--threshold",
            paramLabel = "PERCENT",
            defaultValue = "10",
            description = "How far from the mean a node may be (${DEFAULT-VALUE}).")
    private int threshold;

    @Option(
            names = "--moves",
            paramLabel = "N",
            defaultValue = "50",
            description = "Most moves in a plan (${DEFAULT-VALUE}).")
    private int mostMoves;

    @Option(
            names = "--watch",
            paramLabel = "MS",
            defaultValue = "3000",
            description = {
                "Milliseconds between two looks at the sizes, which tell the write rates"
                        + " (${DEFAULT-VALUE})."
            })
    private int watchMillis;

    @Option(
            names = "--throttle",
            paramLabel = "BYTES",
            defaultValue = DEFAULT_THROTTLE,
            description = "Bytes a second that a node sends and receives (${DEFAULT-VALUE}).")
    private long throttle;

    /**
     * A move; part of the JSON of {@code cluster balance}.
     *
     * @param kind leader, replica, or drop where a replica is given up
     */
    record Step(
            String kind,
            String partition,
            int from,
            @Nullable Integer to,
            List<Integer> replicas,
            String reason) {
        static Step of(Move move) {
            return switch (move) {
                case Move.Leader leader -> of(move, "leader", leader.to());
                case Move.Replica replica -> of(move, "replica", replica.to());
                case Move.Drop drop -> of(move, "drop", null);
            };
        }

        private static Step of(Move move, String kind, @Nullable Integer to) {
            return new Step(
                    kind,
                    move.partition().toString(),
                    move.from(),
                    to,
                    move.after(),
                    move.reason());
        }
    }

    /** The JSON of {@code cluster balance}. */
    record Balance(@Nullable String unrest, long copiedBytes, List<Step> moves) {}

    @Override
    public Integer call() {
        Cluster parent = Cluster.parent(cluster);
        if (threshold < 1 || mostMoves < 1 || watchMillis < 0 || throttle < 1) {
            throw new CommandFailure(
                    "--threshold, --moves and --throttle take 1 or more, --watch 0 or more");
        }
        return parent.withAdmin(admin -> {
            AdminCluster seen = new AdminCluster(admin);
            ClusterLoad load = look(seen);
            @Nullable String unrest = load.unrest();
            Plan plan = Planner.balance(load, terms());
            if (what != null && what.plan) {
                show(parent, plan, unrest);
                return ClusterCommand.OK;
            }
            if (unrest != null) {
                return parent.fail(
                        "nothing is moved, as "
                                + unrest
                                + ". What is wrong says: naru cluster status");
            }
            return balance(parent, admin, seen, plan);
        });
    }

    private Terms terms() {
        return Terms.of(threshold / 100.0, mostMoves, true);
    }

    /** Looks twice, to know the rates. */
    private ClusterLoad look(AdminCluster cluster) {
        WriteRates rates = new WriteRates();
        ClusterLoad load = cluster.look();
        if (watchMillis > 0) {
            var _ = rates.observe(load, nowMillis());
            MoveProgress.waitFor(watchMillis);
            load = cluster.look();
            var _ = rates.observe(load, nowMillis());
        }
        return load.withRates(rates.bytesPerSecond());
    }

    private static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private static void show(Cluster parent, Plan plan, @Nullable String unrest) {
        if (parent.json()) {
            parent.showJson(
                    new Balance(
                            unrest,
                            plan.copiedBytes(),
                            plan.moves().stream().map(Step::of).toList()));
            return;
        }
        if (unrest != null) {
            parent.tell("nothing would be moved now, as " + unrest);
        }
        if (plan.moves().isEmpty()) {
            parent.tell("the cluster is even: nothing to move");
            return;
        }
        parent.tell(
                Amounts.plural(plan.moves().size(), "move")
                        + ", "
                        + Amounts.bytes(plan.copiedBytes())
                        + " to be copied:");
        var paint = parent.terminal.paint();
        for (Move move : plan.moves()) {
            parent.terminal.out().println("  " + PlainText.of(Balancer.words(move)));
            parent.terminal.out().println("    " + paint.faint(PlainText.of(move.reason())));
        }
    }

    private int balance(Cluster parent, Admin admin, AdminCluster seen, Plan first) {
        Plan plan = first;
        int made = 0;
        for (int round = 0; round < MOST_ROUNDS && !plan.moves().isEmpty(); round++) {
            MoveProgress progress = new MoveProgress(parent, admin, plan.moves().size());
            MoveRun run = new MoveRun(seen, WHO, throttle, 1, progress);
            if (!run.clear(STALE_MARK_MILLIS) || run.run(plan.moves()) == MoveRun.End.STOPPED) {
                return parent.fail("stopped; what is under way goes on");
            }
            made += progress.done();
            ClusterLoad load = look(seen);
            if (load.unrest() != null) {
                return parent.fail("stopped after a round, as " + load.unrest());
            }
            plan = Planner.balance(load, terms());
        }
        parent.tell(
                made == 0
                        ? "the cluster is even: nothing to move"
                        : "the cluster is even after " + Amounts.plural(made, "move"));
        if (parent.json()) {
            parent.showJson(
                    new Balance(
                            null,
                            first.copiedBytes(),
                            first.moves().stream().map(Step::of).toList()));
        }
        return ClusterCommand.OK;
    }
}
