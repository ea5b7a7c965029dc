package naru.app.cli;

import static naru.app.cli.ClusterCommand.await;
import static naru.app.cli.ClusterCommand.awaitOrNull;

import naru.app.explain.FewerReplicas;
import naru.app.terminal.Amounts;
import naru.broker.balance.AdminCluster;
import naru.broker.balance.Balancer;
import naru.broker.balance.MoveRun;
import naru.broker.balance.Plan;
import naru.broker.balance.Planner;
import naru.broker.balance.Terms;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * {@code naru cluster remove}: empties a node, and takes it out of the quorum and the cluster. Each
 * step looks at what is so and does what is left, so that the same command goes on where one was
 * stopped.
 */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = {
            "Takes a node out of the cluster: moves its leaders and replicas to others, takes it"
                    + " out of the quorum, waits until it is stopped, and forgets it.",
            "Where fewer nodes are left than a topic of Kafka's own has replicas, it has fewer.",
            "What cannot be moved is told before anything is. Ctrl-C leaves things as they are; the"
                    + " same command goes on."
        },
        footer = {
            "",
            "Examples:",
            "  naru cluster remove 3 --plan",
            "  naru cluster remove 3",
            "  naru cluster remove 3 --reduce-replicas    to two nodes, with topics of three"
                    + " replicas",
            "  naru cluster remove 3 --cancel"
        })
final class ClusterRemove implements Callable<Integer> {
    private static final String CORDONED = "cordoned.log.dirs";
    private static final String AUTO_JOIN = "controller.quorum.auto.join.enable";
    private static final int OBSTACLES_TOLD = 20;

    /** By which a node of Naru is known; it does not join the voters again by itself. */
    private static final String OWN_SETTING = "naru.balance.enabled";

    private static final long LOOK_EVERY_MILLIS = 1_000;
    private static final Terms TERMS = Terms.of(0.1, 1, true);

    @ParentCommand private @Nullable Cluster cluster;

    @Parameters(paramLabel = "NODE", description = "The node's id.")
    private int id;

    @Option(names = "--plan", description = "Only shows what would be moved.")
    private boolean planOnly;

    @Option(names = "--cancel", description = "The node stays: it may get replicas again.")
    private boolean cancel;

    @Option(
            names = {"-y", "--yes"},
            description = "Does not ask, even on a terminal.")
    private boolean yes;

    @Option(
            names = "--throttle",
            paramLabel = "BYTES",
            defaultValue = ClusterBalance.DEFAULT_THROTTLE,
            description = "Bytes a second that a node sends and receives (${DEFAULT-VALUE}).")
    private long throttle;

    @Option(
            names = "--at-once",
            paramLabel = "N",
            defaultValue = "10",
            description = "Replicas that move at the same time (${DEFAULT-VALUE}).")
    private int atOnce;

    @Option(
            names = "--reduce-replicas",
            description = "Topics with more replicas than there are nodes left may have fewer.")
    private boolean reduceReplicas;

    private boolean cordoned;

    @Override
    public Integer call() {
        Cluster parent = Cluster.parent(cluster);
        if (throttle < 1 || atOnce < 1) {
            throw new CommandFailure("--throttle and --at-once take 1 or more");
        }
        return parent.withAdmin(admin -> remove(parent, admin));
    }

    private int remove(Cluster parent, Admin admin) {
        @Nullable Node broker = broker(admin);
        boolean votes = isVoter(admin);
        if (broker == null && !votes) {
            return parent.fail("there is no node " + id + ". See: naru cluster status");
        }
        if (cancel) {
            cordon(admin, null);
            parent.tell("node " + id + " stays, and may get replicas again");
            return ClusterCommand.OK;
        }
        @Nullable String refusal = votes ? refusal(admin, broker) : null;
        if (refusal != null) {
            return parent.fail(refusal);
        }
        AdminCluster seen = new AdminCluster(admin);
        if (broker != null) {
            Plan plan = plan(seen);
            tell(parent, plan, broker);
            if (!plan.obstacles().isEmpty()) {
                obstacles(parent, plan);
                return parent.fail("nothing was moved");
            }
            if (!parent.json()) {
                new ReductionInquiry(admin, id).ask(plan).forEach(parent::print);
            }
            if (planOnly) {
                return ClusterCommand.OK;
            }
            if (!yes && !Confirmation.given(parent.terminal, "take node " + id + " out")) {
                return parent.fail("nothing was moved");
            }
            if (!drain(parent, admin, seen, broker)) {
                return ClusterCommand.FAILED;
            }
        }
        return leave(parent, admin, seen);
    }

    private @Nullable Node broker(Admin admin) {
        var options = new DescribeClusterOptions().includeFencedBrokers(true);
        return await(admin.describeCluster(options).nodes()).stream()
                .filter(node -> node.id() == id)
                .findFirst()
                .orElse(null);
    }

    private static List<ReplicaState> voters(Admin admin) {
        @Nullable QuorumInfo quorum = awaitOrNull(admin.describeMetadataQuorum().quorumInfo());
        return quorum == null ? List.of() : quorum.voters();
    }

    private boolean isVoter(Admin admin) {
        return voters(admin).stream().anyMatch(voter -> voter.replicaId() == id);
    }

    /** Why this voter cannot leave, or null. */
    private @Nullable String refusal(Admin admin, @Nullable Node broker) {
        int voters = voters(admin).size();
        if (voters == 1) {
            return "node "
                    + id
                    + " is the only voter of the metadata quorum; have another vote"
                    + " before it leaves";
        }
        if (isStatic(admin)) {
            return "node "
                    + id
                    + " is one of the voters that controller.quorum.voters names. Raise"
                    + " kraft.version to 1 (kafka-features.sh upgrade --feature kraft.version=1),"
                    + " then voters can leave";
        }
        if (voters == 2 && broker != null && !broker.isFenced() && joinsByItself(admin)) {
            return "of two voters one that runs must leave the quorum first, and node "
                    + id
                    + ", which is Apache Kafka's, would join it again by itself: start it with "
                    + AUTO_JOIN
                    + "=false";
        }
        return null;
    }

    private static boolean isStatic(Admin admin) {
        var features = awaitOrNull(admin.describeFeatures().featureMetadata());
        var level = features == null ? null : features.finalizedFeatures().get("kraft.version");
        return features != null && (level == null || level.maxVersionLevel() == 0);
    }

    /** Nodes of Naru that have voted do not. */
    private boolean joinsByItself(Admin admin) {
        var config = awaitOrNull(admin.describeConfigs(List.of(self())).values().get(self()));
        if (config == null || config.get(OWN_SETTING) != null) {
            return false;
        }
        var entry = config.get(AUTO_JOIN);
        return entry != null && "true".equals(entry.value());
    }

    private ConfigResource self() {
        return new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id));
    }

    private Plan plan(AdminCluster seen) {
        return Planner.drain(
                seen.look(), Set.of(id), topic -> reduceReplicas || Topic.isInternal(topic), TERMS);
    }

    private void tell(Cluster parent, Plan plan, Node broker) {
        parent.tell(
                "node %d %s; %s, %s to be copied"
                        .formatted(
                                id,
                                broker.isFenced() ? "is not there" : "runs",
                                Amounts.plural(plan.moves().size(), "move"),
                                Amounts.bytes(plan.copiedBytes())));
        if (planOnly && parent.json()) {
            parent.showJson(
                    new ClusterBalance.Balance(
                            null,
                            plan.copiedBytes(),
                            plan.moves().stream().map(ClusterBalance.Step::of).toList()));
        } else if (planOnly) {
            plan.moves().forEach(move -> parent.tell("  " + Balancer.words(move)));
        }
        plan.moves().stream()
                .map(move -> move.reason())
                .filter(reason -> reason.contains("rack"))
                .findFirst()
                .ifPresent(reason -> parent.tell("note: " + reason));
    }

    private void obstacles(Cluster parent, Plan plan) {
        Map<TopicPartition, String> reasons = new LinkedHashMap<>();
        plan.obstacles().forEach(one -> reasons.put(one.partition(), one.reason()));
        FewerReplicas.obstacles(reasons).stream().limit(OBSTACLES_TOLD).forEach(parent::fail);
        parent.fail(
                "%s cannot leave node %d"
                        .formatted(Amounts.plural(plan.obstacles().size(), "partition"), id));
        if (plan.obstacles().stream().allMatch(Plan.Obstacle::reducible)) {
            parent.fail(
                    "let another node join first, or let these topics have fewer replicas: naru"
                            + " cluster remove "
                            + id
                            + " --reduce-replicas");
        }
    }

    /** Until nothing is on the node; new replicas are kept away meanwhile. */
    private boolean drain(Cluster parent, Admin admin, AdminCluster seen, Node broker) {
        cordoned |= !broker.isFenced() && cordon(admin, "*");
        if (!broker.isFenced() && !cordoned) {
            parent.tell(
                    "note: this cluster cannot keep new replicas away from node "
                            + id
                            + "; create no topics meanwhile, and switch its balance off"
                            + " ("
                            + OWN_SETTING
                            + "=false)");
        }
        MoveProgress waiting = new MoveProgress(parent, admin, 0);
        while (true) {
            if (!run(1, waiting, seen).clear(ClusterBalance.STALE_MARK_MILLIS)) {
                parent.fail("stopped; what is under way goes on");
                return false;
            }
            Plan plan = plan(seen);
            if (!plan.obstacles().isEmpty()) {
                obstacles(parent, plan);
                return false;
            }
            if (plan.moves().isEmpty()) {
                parent.tell("node " + id + " holds no replicas any more");
                return true;
            }
            MoveProgress progress = new MoveProgress(parent, admin, plan.moves().size());
            if (run(atOnce, progress, seen).run(plan.moves()) == MoveRun.End.STOPPED) {
                parent.fail("stopped; what is under way goes on");
                return false;
            }
            MoveProgress.waitFor(LOOK_EVERY_MILLIS);
        }
    }

    private MoveRun run(int most, MoveProgress progress, AdminCluster seen) {
        return new MoveRun(seen, ClusterBalance.WHO, throttle, most, progress);
    }

    /** Keeps new replicas away from the node, or no more; false where the cluster cannot. */
    private boolean cordon(Admin admin, @Nullable String folders) {
        Map<String, @Nullable String> change = new HashMap<>();
        change.put(CORDONED, folders);
        try {
            new AdminCluster(admin).alter(self(), change);
            return true;
        } catch (KafkaException cannot) {
            return false;
        }
    }

    /** Out of the quorum, and when it is stopped, out of the cluster. */
    private int leave(Cluster parent, Admin admin, AdminCluster seen) {
        @Nullable Node broker = broker(admin);
        if (isVoter(admin) && (broker == null || !joinsByItself(admin))) {
            stopVoting(parent, admin);
        }
        if (broker != null && !broker.isFenced()) {
            parent.tell(
                    "now stop node "
                            + id
                            + " ("
                            + broker.host()
                            + ":"
                            + broker.port()
                            + "): end its process with SIGTERM or Ctrl-C. This command waits for"
                            + " it");
            parent.terminal.out().flush();
            while (broker != null && !broker.isFenced()) {
                MoveProgress.waitFor(LOOK_EVERY_MILLIS);
                broker = broker(admin);
            }
        }
        if (isVoter(admin)) {
            stopVoting(parent, admin);
        }
        if (broker != null) {
            if (!plan(seen).moves().isEmpty() && !drain(parent, admin, seen, broker)) {
                return ClusterCommand.FAILED;
            }
            await(admin.unregisterBroker(id).all());
        }
        parent.tell("node " + id + " is removed; its data folder is no longer needed");
        if (cordoned) {
            parent.tell(
                    "should it be started once more, it gets replicas after: naru cluster remove "
                            + id
                            + " --cancel");
        }
        return ClusterCommand.OK;
    }

    private void stopVoting(Cluster parent, Admin admin) {
        for (ReplicaState voter : voters(admin)) {
            if (voter.replicaId() == id) {
                await(admin.removeRaftVoter(id, voter.replicaDirectoryId()).all());
                parent.tell("node " + id + " votes no longer in the metadata quorum");
            }
        }
    }
}
